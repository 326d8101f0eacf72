"""The tables of coefficients: raters among each other, judges among each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from studies.analysis.agreement.coefficients import COEFFICIENTS, coefficients_of
from studies.analysis.agreement.counted import RATER, counted
from studies.analysis.agreement.pairs import in_part
from studies.analysis.agreement.scales import answers_of, graded
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.results import Cell, Column, Estimate, Table
from studies.analysis.votes import Votes, settled
from studies.comparison import OVERALL

_ORDERED: Final = ("gwet_ac2", "alpha_ordinal")
COLUMNS: Final = (
    Column("answered_by", "Who answered"),
    Column("dimension", "Dimension"),
    Column("slice", "Dialogues"),
    Column("coefficient", "Coefficient"),
    Column("answers", "Answers"),
    Column("pairs", "Pairs with two votes", "count"),
    Column("estimate", "Agreement", "number"),
    Column("fits", "Fits"),
)
NOTE: Final = (
    "Raw agreement weighs every pair once. Chance-corrected coefficients are 1 for full agreement and 0 for "
    "what they take for chance; with unequal shares of answers κ and α lie under AC1 and AC2, which assume "
    "that chance is met on hard pairs only. Coefficients of ordered answers use the strength where it was "
    "asked for, the others the sign. Judges count once a pair, both orders together. Intervals leave out one "
    "dialogue, rater and writer at a time; fewer than five raters or judges are taken as they are."
)


def coefficient_tables(evidence: Evidence) -> tuple[Table, Table]:
    """Raters on the whole first; then every dimension and slice, and judges among each other."""
    rows = list(_rows(evidence))
    first = [row for row in rows if row[1] == OVERALL and row[2] == EVERYTHING]
    return (
        Table("coefficients", "Agreement among raters, and among judges", COLUMNS, first, NOTE),
        Table("coefficients_full", "Agreement by dimension and dialogues", COLUMNS, rows, NOTE),
    )


def sources_of(evidence: Evidence) -> list[tuple[str, Votes, bool]]:
    """Title, votes, and whether strength is kept: raters, and judges where there are two."""
    found = [("Raters", evidence.raters, True)] if evidence.raters is not None else []
    if evidence.judged is not None and len(np.unique(evidence.judged.source)) > 1:
        found.append(("Judges", settled(evidence.judged), False))
    return found


def _rows(evidence: Evidence) -> Iterator[tuple[Cell, ...]]:
    answers = answers_of(evidence)
    for title, votes, strength in sources_of(evidence):
        for dimension in evidence.dimensions:
            for part in evidence.slices:
                chosen = in_part(evidence, votes, dimension, part)
                ordered = strength and graded(answers)
                for number, found in enumerate(_estimates(chosen, answers, ordered=ordered)):
                    one, estimate = COEFFICIENTS[number], found if strength else _of_judges(found)
                    scale = "strength" if ordered and one.key in _ORDERED else "sign"
                    yield title, dimension, part, one.title, scale, estimate.n, estimate, one.fits


def _of_judges(estimate: Estimate) -> Estimate:
    """The same, with its clusters called judges: no rater stands behind them."""
    return replace(
        estimate,
        clusters={"judge" if way == RATER else way: count for way, count in estimate.clusters.items()},
    )


def _estimates(votes: Votes, answers: tuple[int, ...], *, ordered: bool) -> list[Estimate]:
    signs = tuple(sorted({int(np.sign(one)) for one in answers}))
    # Two orders that disagree are a tie, on whatever scale.
    labels = signs if not len(votes) or set(np.unique(np.sign(votes.value))) <= set(signs) else (-1, 0, 1)
    found = coefficients_of(counted(votes, labels=labels))
    if not ordered:
        return found
    strong = coefficients_of(counted(votes, signs=False, labels=answers))
    return [
        strong[number] if one.key in _ORDERED else found[number] for number, one in enumerate(COEFFICIENTS)
    ]
