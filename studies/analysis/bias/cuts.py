"""Votes cut by whose they are, dimension and slice: what every table of the bias panel runs through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from studies.analysis.evidence import EVERYTHING, Evidence, Eyes
from studies.analysis.results import Cell, Column
from studies.analysis.votes import Votes

COLUMNS: Final = (Column("eyes", "Who answered"), Column("dimension", "Dimension"), Column("slice", "Slice"))
NO_ANSWERS: Final = (
    "There are no answers on main pairs: verdicts.csv is missing, empty, or holds nothing that the analysis "
    "keeps. Ratings or judgments would bring this section."
)


@dataclass(frozen=True, slots=True)
class Cut:
    """The votes of one kind of eyes on one dimension and slice."""

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
        for dimension in evidence.dimensions:
            votes = whose.votes.take(whose.votes.dimension == evidence.dimension_code(dimension))
            for name, dialogues in evidence.slices.items():
                yield Cut(whose, dimension, name, votes.take(dialogues[votes.dialogue]))


def short(evidence: Evidence, eyes: Sequence[Eyes]) -> Iterator[Cut]:
    """The first dimension (`overall` where it was asked) over all dialogues, for each of the eyes."""
    if not evidence.dimensions:
        return
    code = evidence.dimension_code(evidence.dimensions[0])
    for whose in eyes:
        yield Cut(whose, evidence.dimensions[0], EVERYTHING, whose.votes.take(whose.votes.dimension == code))
