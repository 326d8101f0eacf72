"""Replies in the wrong voice: as the seeker, or as a machine that says so. Conservative by design."""

from __future__ import annotations

import re
from typing import Final

_FEELINGS: Final = (
    *("frustrated", "unheard", "hopeless", "overwhelmed", "stuck", "scared", "alone", "trapped"),
    *("lost", "exhausted", "drained", "anxious", "terrified", "isolated", "defeated", "numb"),
    *("helpless", "worthless", "at a loss", "not being heard"),
)
_FEELING: Final = rf"(?:{'|'.join(_FEELINGS)})"
_SORRY: Final = r"(?:\bsorry|\bapologi[sz]e)\b[^.!?]{0,24}"
_NEED: Final = r"\bi (?:just |really |guess i |think i )*need(?:ed)? "
#: Things that somebody who is being helped says, never the helper.
_AS_SEEKER: Final = re.compile(
    "|".join(
        (
            _SORRY + r"\bfor (?:snapping|lashing|venting|rambling|dumping)",
            _SORRY + r"\bfor my (?:frustration|outburst|tone)",
            r"\bi(?:'m| am)? ?(?:just )?(?:being defensive|snapped|shouldn't have (?:snapped|lashed))",
            r"\bsnapped at you",
            r"\bdidn't mean to (?:snap|lash|take it out)",
            r"\b(?:took|taking|take) (?:it|this|that) (?:all )?out on you",
            r"\bsorry, (?:i )?(?:know )?(?:that was (?:unfair|harsh|rude)|that came out)",
            _NEED + r"(?:(?:someone|somebody) to|to (?:feel|be) heard|to vent|understanding)\b",
            r"\bwant some(?:one|body) to understand",
            r"\bi don't know what (?:else )?to do (?:anymore|any more)",
            r"\bi know (?:you're|you are|you were) (?:just |only )?trying(?: to help)?\b[^.!?]{0,3}\bi'?m",
            r"\blet me vent\b",
        )
    )
)
#: Without one of these words or phrases, none of the above is said.
_SEEKER_WORDS: Final = frozenset(
    {
        *("snapping", "lashing", "venting", "rambling", "dumping", "outburst", "defensive"),
        *("snapped", "lashed", "snap", "lash", "unfair", "harsh", "rude", "vent"),
    }
)
_SEEKER_PHRASES: Final = (
    *("my frustration", "my tone", "out on you", "that came out", "do any", " someone to "),
    *(" somebody to ", "need understanding", "needed understanding", " heard", "e trying"),
)
#: The present feelings of the one who speaks; only telling where the other is not addressed at all.
_OWN_DISTRESS: Final = re.compile(
    r"(?<!when )(?<!whenever )(?<!if )"
    r"\bi(?:'m| am| feel| just feel| really feel)(?: like i'm| like i am| feeling| being)?"
    rf"(?: (?:so|just|really|completely|incredibly|pretty|all|very|a bit))* {_FEELING}\b"
    r"|\bi feel like i'm (?:at|being|stuck|losing|fighting)\b"
    rf"|\bmaking me feel\b[^.!?]{{0,30}}\b{_FEELING}"
)
_ADDRESSED: Final = frozenset({"you", "your", "yours", "yourself", "u", "ya"})
_OWN_WORDS: Final = frozenset({*(one for one in _FEELINGS if " " not in one), "loss", "heard"})
_OWN_PHRASE: Final = "feel like i'm "


_MACHINE: Final = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model|chat ?bot|virtual assistant)\b"
    r"|\bi(?:'m| am)(?: just| only)? an? (?:ai|artificial|(?:large )?language model|chat ?bot|bot|machine|"
    r"computer program|virtual assistant)\b"
    r"|\blarge language model\b|\bai (?:language )?model\b|\bmy (?:training data|programming)\b"
    r"|\b(?:chatgpt|openai|gpt-?[345]\w*|deepseek|mistral|qwen|kimi k2|llama[ -]?[234]|anthropic)\b"
    r"|\b(?:i am|i'm|my name is) (?:claude|gemini|grok|copilot)\b"
    r"|\b(?:claude|gemini) (?:sonnet|opus|haiku|pro|flash|[0-9])"
)
#: Without one of these words, none of the above is said.
_MACHINE_WORDS: Final = frozenset(
    {
        *("ai", "artificial", "language", "chatbot", "bot", "machine", "virtual", "computer"),
        *("training", "programming", "chatgpt", "openai", "gpt", "gpt3", "gpt4", "gpt4o", "gpt5"),
        *("deepseek", "mistral", "qwen", "kimi", "llama", "llama2", "llama3", "llama4", "anthropic"),
        *("claude", "gemini", "grok", "copilot"),
    }
)


def seeker_voice(lowered: str, words: frozenset[str]) -> str:
    """The words that sound like the seeker's, or "".

    `lowered` is lower case with straight quotes, `words` its words without punctuation.
    """
    hinted = not _SEEKER_WORDS.isdisjoint(words)
    if hinted or any(map(lowered.__contains__, _SEEKER_PHRASES)):
        found = _AS_SEEKER.search(lowered)
        if found:
            return found[0]
    own = not _OWN_WORDS.isdisjoint(words) or _OWN_PHRASE in lowered
    if own and _ADDRESSED.isdisjoint(words):
        found = _OWN_DISTRESS.search(lowered)
        if found:
            return found[0]
    return ""


def self_identification(lowered: str, words: frozenset[str]) -> str:
    """The words by which the reply shows that a machine speaks, or "". Arguments as above."""
    if not _MACHINE_WORDS.isdisjoint(words):
        found = _MACHINE.search(lowered)
        if found:
            return found[0]
    return ""
