"""What agreement rests on: single raters and writers, and the answers that were left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from studies.analysis.agreement.coefficients import coefficients_of
from studies.analysis.agreement.counted import counted
from studies.analysis.agreement.jackknife import FEWEST_RATERS
from studies.analysis.agreement.pairs import compared, in_part
from studies.analysis.agreement.with_raters import judges_of, primary_of
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.results import Cell, Column, Table
from studies.analysis.votes import Votes

_COLUMNS: Final = (
    Column("answers", "Raters' answers"),
    Column("compared", "Compared"),
    Column("pairs", "Pairs", "count"),
    Column("judge_with_raters", "Judge with raters", "share"),
    Column("raters_with_raters", "Raters with raters", "share"),
    Column("difference", "Difference", "points"),
)
_NOTE: Final = (
    "Ties count (S1), all dialogues. Among raters: raw agreement, on all pairs with two votes; below it each "
    "judge's primary comparison, on the pairs that it shares with raters. Judges' own excluded answers are "
    "left out in both."
)
_NOT_TOLD: Final = "The table does not say what is excluded: both are the same."


def alone(votes: Votes) -> Iterator[str]:
    """Sentences on ways of clustering that these raters' votes have too few of, or do not tell."""
    raters, people = len(np.unique(votes.source)), len(np.unique(votes.writer[votes.writer >= 0]))
    if raters == 1:
        yield "All answers are of one rater: nobody is there to agree with."
    elif raters < FEWEST_RATERS:
        yield f"There are {raters} raters, fewer than {FEWEST_RATERS}: what is found holds for these alone."
    if people == 1:
        yield "All of people's replies are of one writer: what is found holds for that writer alone."
    elif not people:
        yield "Writers of people's replies are not known: intervals do not cluster by writer."


def exclusions(evidence: Evidence) -> tuple[Table, ...]:
    """Raw agreement and the primary comparisons as analysed, and with raters' excluded answers."""
    rows = [
        (name, *row)
        for name, votes in (
            ("as analysed", evidence.raters),
            ("with excluded answers", evidence.raters_with_excluded),
        )
        if votes is not None
        for row in _compared(evidence, in_part(evidence, votes, evidence.dimensions[0], EVERYTHING))
    ]
    if not rows:
        return ()
    known = evidence.verdicts is not None and evidence.verdicts.says("excluded")
    title = f"Agreement with and without exclusions ({evidence.dimension_names[evidence.dimensions[0]]})"
    return (Table("agreement_exclusions", title, _COLUMNS, rows, _NOTE if known else f"{_NOT_TOLD} {_NOTE}"),)


def _compared(evidence: Evidence, votes: Votes) -> Iterator[tuple[Cell, ...]]:
    raters = counted(votes)
    raw = coefficients_of(raters)[0]
    yield "raters among each other", raw.n, None, raw, None
    for eyes in judges_of(evidence):
        mine = in_part(evidence, eyes.votes, evidence.dimensions[0], EVERYTHING)
        found = compared(raters, mine, primary_of(eyes).against, "S1").values
        difference = found["difference"]
        yield eyes.title, difference.n, found["judge"], found["raters"], difference
