"""Rows of the tables on preference: of each kind of eyes, dimension, slice and model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from studies.analysis.evidence import ADVERSARIAL, EVERYTHING, REGULAR, Evidence, Eyes
from studies.analysis.preference.comparing import Compared, Shares
from studies.analysis.preference.outcomes import DECISIVE, LOSSES, SHARE, TIES, WINS
from studies.analysis.reading import Mask
from studies.analysis.results import Cell, Column, Estimate, undefined

ALL_MODELS: Final = "all models"
#: Where a row stands: whose eyes, which dimension and slice, and which model.
PLACE: Final = (
    Column("eyes", "Who answered"),
    Column("dimension", "Dimension"),
    Column("slice", "Slice"),
    Column("model", "Model"),
)
SHARES: Final = (
    Column("share", "Share of preference (ties half)", "share"),
    Column("wins", "People's reply better", "share"),
    Column("ties", "No difference", "share"),
    Column("losses", "Model's reply better", "share"),
    Column("share_without_ties", "Share without ties", "share"),
)
#: Each share has its n already; it stands by itself in full tables.
N: Final = Column("n", "Answers", "count")
CHANGE: Final = (
    Column("difference", "Share on the slice minus elsewhere", "points"),
    Column("n_slice", "Answers on the slice", "count"),
    Column("n_elsewhere", "Answers elsewhere", "count"),
)

Row = tuple[Cell, ...]


def share_rows(evidence: Evidence, eyes: Eyes, compared: Compared) -> Iterator[Row]:
    """PLACE, SHARES and N, of every slice."""
    for name, dialogues in evidence.slices.items():
        rows = compared.inside(dialogues)
        over, by = compared.over_models(rows), compared.by_model(rows)
        yield from _rows(evidence, eyes, compared, name, over, by, _share_cells_and_n)


def change_rows(evidence: Evidence, eyes: Eyes, compared: Compared) -> Iterator[Row]:
    """PLACE and CHANGE, of every slice that is neither everything nor another's complement."""
    for name, dialogues in contrasted(evidence).items():
        rows = compared.inside(dialogues)
        over, by = compared.change_over_models(rows), compared.change_by_model(rows)
        yield from _rows(evidence, eyes, compared, name, over, by, change_cells)


def contrasted(evidence: Evidence) -> dict[str, Mask]:
    """The slices that are set against all other dialogues."""
    slices = {name: inside for name, inside in evidence.slices.items() if name != EVERYTHING}
    if ADVERSARIAL in slices and REGULAR in slices and np.array_equal(slices[REGULAR], ~slices[ADVERSARIAL]):
        del slices[REGULAR]
    return slices


def share_cells(shares: Shares, group: int) -> Row:
    """SHARES of one group."""
    return tuple(shares.estimate(group, column) for column in (SHARE, WINS, TIES, LOSSES, DECISIVE))


def change_cells(shares: Shares, group: int) -> Row:
    """CHANGE of one group."""
    counts = (int(side[group]) for side in shares.sides or ())
    return (changed(shares, group), *counts)


def changed(shares: Shares, group: int, column: int = SHARE) -> Estimate:
    """The difference of a slice; why there is none, if a side of it is missing."""
    if not shares.n(group):
        return undefined("No model has answers both on the slice and elsewhere.")
    return shares.estimate(group, column)


def _share_cells_and_n(shares: Shares, group: int) -> Row:
    return (*share_cells(shares, group), shares.n(group))


def _rows(
    evidence: Evidence,
    eyes: Eyes,
    compared: Compared,
    name: str,
    over: Shares,
    by: Shares,
    cells: Callable[[Shares, int], Row],
) -> Iterator[Row]:
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    for key in evidence.dimensions:
        dimension = evidence.dimension_code(key)
        yield (eyes.title, key, name, ALL_MODELS, *cells(over, dimension))
        for model in compared.models:
            place = (eyes.title, key, name, systems[model])
            yield (*place, *cells(by, compared.cell(dimension, model)))
