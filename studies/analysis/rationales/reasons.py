"""Whose reasons are set beside each other: raters', each judge's, judges' together, with rubric or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.rationales.passages import NO_RUBRIC, Passages
from studies.analysis.reading import Codes, Mask
from studies.analysis.verdicts import JUDGE, RATER

RATERS: Final = "Raters"
JUDGES: Final = "Judges"
BARE: Final = "Judges without rubric"
#: Behind the name of a judge that was asked without it.
ALONE: Final = ", no rubric"


@dataclass(frozen=True, slots=True)
class Group:
    """Reasons of one source, or of several together; `rows` (P) are theirs."""

    title: str
    rows: Mask


def raters_in(passages: Passages) -> Group:
    return Group(RATERS, ~passages.reply & passages.source_kind.equals(RATER))


def together_in(passages: Passages, fewest: int = 1) -> tuple[Group, ...]:
    """All judges with the rubric, all without it; where so many judges or more have reasons."""
    judged = ~passages.reply & passages.source_kind.equals(JUDGE)
    bare = passages.variant.equals(NO_RUBRIC)
    groups = Group(JUDGES, judged & ~bare), Group(BARE, judged & bare)
    return tuple(group for group in groups if len(np.unique(passages.source.codes[group.rows])) >= fewest)


def judges_in(passages: Passages, fewest: int = 1) -> tuple[Group, ...]:
    """Each judge by name, those with the rubric first; where so many of a kind or more have reasons."""
    return tuple(
        Group(
            f"Judge {passages.source.labels[number]}{ALONE if group.title == BARE else ''}",
            group.rows & (passages.source.codes == number),
        )
        for group in together_in(passages, fewest)
        for number in np.unique(passages.source.codes[group.rows]).tolist()
    )


def ways_of(passages: Passages, rows: Mask) -> dict[str, Codes]:
    """How reasons hang together. Judges are not drawn from others: they are no clusters."""
    return {"dialogue": passages.dialogue.codes[rows], "rater": passages.rater[rows]}
