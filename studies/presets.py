"""Starting points for a study: rubric, answer scale and design. All can be edited until freezing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from studies.comparison import OVERALL
from studies.models import Dimension, Study


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
class Preset:
    rubric: tuple[Row, ...]
    scale: int
    reason: str
    ratings_per_pair: int
    pairs_per_rater: int
    max_pairs_per_dialogue: int


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

PRESETS: Final[Mapping[str, Preset]] = {
    "heart": Preset(HEART_RUBRIC, 5, "required", 3, 20, 1),
    #: The paper's design as far as it is known: a fixed panel of 15 in which everybody sees every pair.
    "heart-panel": Preset(HEART_RUBRIC, 5, "required", 15, 10_000, 100),
    "preference": Preset(HEART_RUBRIC[:1], 5, "required", 3, 30, 1),
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
    }
    fields |= {name: value for name, value in overrides.items() if value is not None}
    study = Study(slug=slug, title=title, **fields)
    study.full_clean()
    study.save()
    add_rubric(study=study, preset=preset)
    return study


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
