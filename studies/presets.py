"""Starting points for a study: rubric, answer scale, design and journey. All can be edited until freezing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from studies.comparison import OVERALL
from studies.models import Dimension, Question, Study


class UnknownPreset(Exception):
    """No preset of that name; the message lists the known ones."""


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    name: str
    question: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question around the pairs; `right` is the number of the right option, from 1."""

    key: str
    text: str
    options: tuple[str, ...] = ()
    right: int | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    rubric: tuple[Row, ...]
    scale: int
    reason: str
    ratings_per_pair: int
    pairs_per_rater: int
    max_pairs_per_dialogue: int
    journey: Mapping[str, object]
    comprehension: tuple[Ask, ...] = ()
    survey: tuple[Ask, ...] = ()
    session_minutes: int = 90


#: The paper's five dimensions with their high and low ends, asked as plain questions (protocol: HEART §3).
HEART_RUBRIC: Final = (
    Row(OVERALL, "Overall preference", "Which reply would help more?", "", "Your overall choice"),
    Row(
        "human_alignment",
        "Human Alignment",
        "Which is more natural here?",
        "stiff or scripted",
        "natural and thoughtful",
    ),
    Row(
        "empathic_responsiveness",
        "Empathic Responsiveness",
        "Which takes the feeling more seriously?",
        "brushing it aside",
        "understanding without judging",
    ),
    Row(
        "attunement",
        "Attunement",
        "Which follows more closely what was said?",
        "general comfort",
        "this person's own details",
    ),
    Row(
        "resonance",
        "Resonance",
        "Which helps the talk move on?",
        "a dead end",
        "a good next step or question",
    ),
    Row(
        "task_following",
        "Task-Following",
        "Which does the supporter's job better?",
        "out of role or unsafe",
        "in role, safe, on the seeker's aim",
    ),
)

COMPREHENSION: Final = (
    Ask(
        "task",
        "What do you compare in this study?",
        (
            "Two replies that a supporter could give next",
            "Two people who ask for help",
            "Two whole conversations",
        ),
        1,
    ),
    Ask(
        "upset",
        "What can you do when a conversation is too much for you?",
        (
            "Nothing: every pair has to be answered",
            "Skip it or stop; neither costs me anything for what I did",
            "Answer it at random",
        ),
        2,
    ),
)
SURVEY: Final = (
    Ask("age", "How old are you?", ("18 to 29", "30 to 44", "45 to 59", "60 or older")),
    Ask(
        "support_experience",
        "Have you ever supported others, in a job or as a volunteer?",
        ("Yes", "No"),
    ),
    Ask("remarks", "Is there anything you would like to tell us about this study?"),
)

#: A panel's time limit: 30 days, the longest that a study can set.
PANEL_MINUTES: Final = 60 * 24 * 30

#: As the paper's raters worked, as far as it is known: choice and reason first, without seeing the rubric.
_HEART_JOURNEY: Final[Mapping[str, object]] = {
    "asking": "two_pass",
    "training_pairs": 2,
    "repeats_percent": 10,
    "decoys_per_rater": 3,
    "exclude_decoys_lost": 2,
    "checks_per_rater": 2,
    "exclude_checks_failed": 2,
    "blinding_pairs": 3,
}
_PREFERENCE_JOURNEY: Final[Mapping[str, object]] = {**_HEART_JOURNEY, "asking": "preference"}

PRESETS: Final[Mapping[str, Preset]] = {
    "heart": Preset(HEART_RUBRIC, 5, "required", 3, 20, 1, _HEART_JOURNEY, COMPREHENSION, SURVEY),
    #: The paper's design as far as it is known: a fixed panel of 15 in which everybody sees every pair, over
    #: many days. A place is kept as long as it can be: what is rated after it was lost is surplus.
    "heart-panel": Preset(
        HEART_RUBRIC, 5, "required", 15, 10_000, 100, _HEART_JOURNEY, COMPREHENSION, SURVEY, PANEL_MINUTES
    ),
    "preference": Preset(
        HEART_RUBRIC[:1], 5, "required", 3, 30, 1, _PREFERENCE_JOURNEY, COMPREHENSION, SURVEY
    ),
    #: Pairs and nothing around them: for trying out, and for reading along.
    "bare": Preset(HEART_RUBRIC, 5, "required", 3, 20, 1, {}),
}


@transaction.atomic
def create_study(*, slug: str, title: str, preset: str, **overrides: object) -> Study:
    """A study with the preset's rubric and design; `overrides` are Study fields. Raises UnknownPreset."""
    if preset not in PRESETS:
        raise UnknownPreset(f"unknown preset {preset!r}; known are: {', '.join(sorted(PRESETS))}")
    chosen = PRESETS[preset]
    fields: dict[str, object] = {
        "scale": chosen.scale,
        "reason": chosen.reason,
        "ratings_per_pair": chosen.ratings_per_pair,
        "pairs_per_rater": chosen.pairs_per_rater,
        "max_pairs_per_dialogue": chosen.max_pairs_per_dialogue,
        "session_minutes": chosen.session_minutes,
        **chosen.journey,
    }
    fields |= {name: value for name, value in overrides.items() if value is not None}
    study = Study(slug=slug, title=title, **fields)
    study.full_clean()
    study.save()
    add_rubric(study=study, preset=preset)
    _add_questions(study, Question.Use.COMPREHENSION, chosen.comprehension)
    _add_questions(study, Question.Use.SURVEY, chosen.survey)
    return study


def _add_questions(study: Study, use: str, asked: tuple[Ask, ...]) -> None:
    Question.objects.bulk_create(
        Question(
            study=study,
            use=use,
            key=row.key,
            text=row.text,
            options="\n".join(row.options),
            right=row.right,
            position=position,
        )
        for position, row in enumerate(asked)
    )


def add_rubric(*, study: Study, preset: str) -> list[Dimension]:
    """The preset's rubric as rows of the study."""
    return Dimension.objects.bulk_create(
        Dimension(
            study=study,
            key=row.key,
            name=row.name,
            question=row.question,
            low=row.low,
            high=row.high,
            position=position,
        )
        for position, row in enumerate(PRESETS[preset].rubric)
    )
