"""Votes cut by whose they are, dimension and slice: what every table of the bias panel runs through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.results import Cell, Column
from studies.analysis.verdicts import NOBODY
from studies.analysis.votes import Votes

COLUMNS: Final = (Column("eyes", "Who answered"), Column("dimension", "Dimension"), Column("slice", "Slice"))
NO_ANSWERS: Final = (
    "There are no answers on main pairs: verdicts.csv is missing, empty, or holds nothing that the analysis "
    "keeps. Ratings or judgments would bring this section."
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The votes of one kind of eyes on one dimension and slice.

    A judge is fixed, and is neither a rater nor a cluster: the votes of its cuts have no source.
    """

    eyes: Eyes
    dimension: str
    slice: str
    votes: Votes

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What stands under COLUMNS."""
        return self.eyes.title, self.dimension, self.slice


def full(evidence: Evidence, eyes: Sequence[Eyes]) -> Iterator[Cut]:
    """Every eyes, dimension and slice; those without votes too."""
    for whose in eyes:
        everything = _unclustered(whose)
        for dimension in evidence.dimensions:
            votes = everything.take(everything.dimension == evidence.dimension_code(dimension))
            for name, dialogues in evidence.slices.items():
                yield Cut(whose, dimension, name, votes.take(dialogues[votes.dialogue]))


def short(evidence: Evidence, eyes: Sequence[Eyes]) -> Iterator[Cut]:
    """The first dimension (`overall` where it was asked) over all dialogues, for each of the eyes."""
    if not evidence.dimensions:
        return
    code = evidence.dimension_code(evidence.dimensions[0])
    for whose in eyes:
        votes = _unclustered(whose)
        yield Cut(whose, evidence.dimensions[0], EVERYTHING, votes.take(votes.dimension == code))


def _unclustered(eyes: Eyes) -> Votes:
    if eyes.kind == "raters":
        return eyes.votes
    return replace(eyes.votes, source=np.full(len(eyes.votes), NOBODY, dtype=np.int32))
