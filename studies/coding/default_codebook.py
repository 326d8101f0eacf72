"""The codebook that a study starts with: what a reason can stress, and what a supporter can do.

The five dimensions are HEART's. The names of the first fifteen strategies are those of ExTES (Zheng et al.
2023), the last four are the ones that HEART's authors see people keep an edge in. All definitions and
examples were written for heartsite. Of a strategy the definition says what a reply does; a reason gets the
code where it says that a reply did so, or failed to.
"""

from __future__ import annotations

from typing import Final

from studies.codebook import DIMENSION, STRATEGY, CodeEntry


def _dimension(key: str, name: str, definition: str, example: str, counter_example: str) -> CodeEntry:
    return CodeEntry(key, DIMENSION, name, definition, example, counter_example)


def _strategy(key: str, name: str, definition: str, example: str, counter_example: str) -> CodeEntry:
    return CodeEntry(key, STRATEGY, name, definition, example, counter_example)


DIMENSIONS: Final = (
    _dimension(
        "human_alignment",
        "Human alignment",
        "The reason is about sounding like a person: natural, warm or spontaneous, or stiff, scripted, "
        "generic.",
        "It reads like a form letter; nobody talks like that.",
        "It is too long. (Length alone says nothing about sounding human: other.)",
    ),
    _dimension(
        "empathic_responsiveness",
        "Empathic responsiveness",
        "The reason is about taking the feeling seriously: recognising it and answering it without "
        "judgement.",
        "It sees how ashamed she is and does not brush it aside.",
        "It got the situation with the landlord right. (Grasping the facts of this person: attunement.)",
    ),
    _dimension(
        "attunement",
        "Attunement",
        "The reason is about fitting this person now: picking up details, hints, pace or mood of the "
        "conversation.",
        "It noticed that he had stopped mentioning his brother.",
        "It is kind. (Kind to anybody: empathic responsiveness at most.)",
    ),
    _dimension(
        "resonance",
        "Resonance",
        "The reason is about what stays with the reader: being moved, feeling met, words that have depth "
        "or weight.",
        "That last line would stay with me for days.",
        "I liked it more. (A preference without its ground: no code of its own, other.)",
    ),
    _dimension(
        "task_following",
        "Task following",
        "The reason is about doing what a supporter is there for: staying in the role, answering what "
        "was said, "
        "helping where help was wanted.",
        "He asked what to say to his boss and got no answer.",
        "The advice was cold. (Help was given; how it felt is empathic responsiveness.)",
    ),
    _dimension(
        "other",
        "Other",
        "The reason names something that no other dimension covers: length, spelling, formatting, "
        "taste. Also "
        "where no ground is given.",
        "Shorter and easier to read.",
        "Too long, as if read out from a leaflet. (The leaflet is human alignment; add other for the "
        "length.)",
    ),
)

_FROM_EXTES: Final = (
    _strategy(
        "affirmation",
        "Affirmation",
        "Praises or encourages the person: their strength, effort, courage or worth.",
        "It took courage to tell your sister.",
        "It makes sense that you are scared. (Approves of the feeling, not the person: emotional "
        "validation.)",
    ),
    _strategy(
        "avoid_judgment",
        "Avoiding judgement",
        "Says outright that the person is not blamed or judged, or lifts blame from them.",
        "None of this makes you a bad mother.",
        "You are a wonderful mother. (Praise: affirmation.)",
    ),
    _strategy(
        "clarification",
        "Clarification",
        "Asks about facts, feelings or meaning, in order to understand.",
        "When you say it went wrong, what happened?",
        "Could you try calling her? (A proposal in the form of a question: suggest options.)",
    ),
    _strategy(
        "collaborative_planning",
        "Collaborative planning",
        "Works out next steps together with the person; the plan is left to both.",
        "Shall we think through together what you could say on Monday?",
        "Write her a letter. (A step is handed over, not worked out: suggest options.)",
    ),
    _strategy(
        "emotional_validation",
        "Emotional validation",
        "Names a feeling of the person and says that it is understandable or allowed.",
        "After all those years, of course you are angry.",
        "Many people feel that way. (It is common, which is not yet understandable: normalize.)",
    ),
    _strategy(
        "normalize",
        "Normalizing",
        "Says that others feel or go through the same.",
        "Lots of people lose sleep before an exam.",
        "I would be nervous too, and you have every right to be. (Allows the feeling: emotional validation.)",
    ),
    _strategy(
        "offer_hope",
        "Offering hope",
        "Says that things can or will get better.",
        "It will not always hurt like this.",
        "You have come through worse. (Points to their strength: affirmation.)",
    ),
    _strategy(
        "self_care",
        "Self-care",
        "Encourages the person to look after themselves: rest, food, sleep, kindness to oneself, time.",
        "Let yourself sleep before you decide anything.",
        "Breathe in for four, out for six. (A technique against tension: stress management.)",
    ),
    _strategy(
        "different_perspectives",
        "Different perspectives",
        "Brings in somebody else's point of view: how another person may see or feel it.",
        "Maybe your son kept quiet because he did not want to worry you.",
        "Maybe quitting was a beginning. (The same person's story told anew: reframe.)",
    ),
    _strategy(
        "reflective_statements",
        "Reflective statements",
        "Gives back what the person said, in other words and without adding to it.",
        "So you moved, and since then nobody has called.",
        "Since then nobody has called, and you have a right to be sad. (Adds approval: emotional "
        "validation too.)",
    ),
    _strategy(
        "reframe",
        "Reframing",
        "Offers a kinder or more useful meaning for what happened. It could be said to anybody in the "
        "situation.",
        "A failed exam shows you where to start next time.",
        "You called it weakness, yet you stayed with him every night. Could it be loyalty? (Built from this "
        "person's own words: adaptive reframing.)",
    ),
    _strategy(
        "share_information",
        "Sharing information",
        "Gives facts, knowledge or sources.",
        "Grief often comes back in waves around anniversaries.",
        "You could ask your doctor about it. (Something to do: suggest options.)",
    ),
    _strategy(
        "stress_management",
        "Stress management",
        "Names a technique against strain: breathing, grounding, exercise, writing things down.",
        "Name five things you can see right now.",
        "Take an evening off. (Looking after oneself, no technique: self-care.)",
    ),
    _strategy(
        "suggest_options",
        "Suggesting options",
        "Proposes something to do, or names ways to choose from.",
        "You could tell her, or wait until the weekend.",
        "What have you thought of so far? (Asks for the person's own ideas: clarification.)",
    ),
    _strategy(
        "chit_chat",
        "Chit-chat",
        "Small talk that carries no support: greetings, thanks, wishes, jokes.",
        "Hi there! Thanks for writing, have a good one.",
        "I am glad that you wrote; that was not easy. (Praises the step: affirmation.)",
    ),
)

_WHERE_PEOPLE_KEEP_AN_EDGE: Final = (
    _strategy(
        "boundary_setting",
        "Boundary setting",
        "Draws a line, kindly: what the supporter will not do or take, or where the person may draw one.",
        "I want to stay with you in this, but please do not call me names.",
        "I am only an AI and cannot help with that. (A refusal without the person in view is no line drawn.)",
    ),
    _strategy(
        "tension_naming",
        "Tension naming",
        "Says aloud what stands between or beneath: a contradiction, mixed feelings, or strain in this talk.",
        "You say you are fine, and you have told me three times how tired you are.",
        "You sound sad. (One plain feeling: emotional validation or reflective statements.)",
    ),
    _strategy(
        "adaptive_reframing",
        "Adaptive reframing",
        "Offers a new meaning built from what this person said, and adjusted to how they took it: it "
        "takes up "
        "their words, objection or resistance.",
        "You told me advice feels like blame. Then let us call it what you already do: keeping watch.",
        "Every ending is a beginning. (Would fit anybody: reframe.)",
    ),
    _strategy(
        "tone_shift",
        "Tone shift",
        "Changes register within the reply, or against the talk so far, to meet the person: from light "
        "to grave, "
        "from soothing to direct, or the like.",
        "Okay, no more pep talk. That was a horrible thing to hear.",
        "A calm and warm reply from start to end. (A tone, and no change of it.)",
    ),
)

STRATEGIES: Final = (*_FROM_EXTES, *_WHERE_PEOPLE_KEEP_AN_EDGE)
CODES: Final = (*DIMENSIONS, *STRATEGIES)
