"""Tables of the ranking with writing style held equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.ranking.adjusting import Adjusted, adjust
from studies.analysis.ranking.counting import Floats
from studies.analysis.ranking.elo import POINTS, points
from studies.analysis.ranking.entries import Entry, whole
from studies.analysis.ranking.standing import Standing, stand
from studies.analysis.ranking.style import COVARIATES, differences, style_of_pairs
from studies.analysis.ranking.tables import DIMENSION, EYES, SYSTEM
from studies.analysis.results import Cell, Column, Table, undefined
from studies.analysis.verdicts import Verdicts

_NOTE: Final = (
    "What strengths would be if replies were as long, as much formatted and asked as many questions as "
    "those they were compared with (length: Dubois et al. 2024; marks: Li et al. 2024). An adjustment, "
    "not a cause: where style is part of the support given, holding it equal takes that away."
)


@dataclass(frozen=True, slots=True)
class Styled:
    """One ranking on the votes of which both texts are known, and the same with style held equal."""

    entry: Entry
    standing: Standing
    adjusted: Adjusted | None


def styled_of(evidence: Evidence, verdicts: Verdicts, entries: list[Entry]) -> list[Styled]:
    style = style_of_pairs(evidence, verdicts)
    found = []
    for entry in whole(entries):
        votes = entry.standing.votes
        known = votes.take(np.asarray(np.isfinite(differences(votes, style)).all(axis=1)))
        standing = stand(known, len(verdicts.systems), verdicts.humans)
        two = int(standing.connection.core.sum()) >= 2
        covariates = differences(standing.core_votes, style) if two else np.zeros((0, len(COVARIATES)))
        found.append(Styled(entry, standing, adjust(standing, covariates) if two else None))
    return found


def style_table(key: str, styled: list[Styled], systems: tuple[str, ...]) -> Table:
    columns = (
        EYES, DIMENSION, SYSTEM, Column("elo", "Elo", "elo"), Column("elo_style", "Elo, style held equal",
        "elo"), Column("shift", "Shift in Elo points", "number"), Column("rank", "Rank", "count"),
        Column("rank_style", "Rank, style held equal", "count"),
    )  # fmt: skip
    rows = [row for one in styled for row in _rows(one, systems)]
    title = (
        "Every ranking with style held equal" if key.endswith("_full") else "Ranking with style held equal"
    )
    return Table(key, title, columns, rows, _NOTE)


def coefficients_table(styled: list[Styled]) -> Table:
    columns = (
        EYES, DIMENSION, Column("covariate", "Style"), Column("elo_points", "Elo points at 1", "number"),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in styled:
        for place, (key, _title) in enumerate(COVARIATES.items()):
            rows.append((one.entry.eyes.title, one.entry.dimension, key, _coefficient(one, place)))
    note = f"What the largest possible difference in style is worth. {_NOTE}"
    return Table("style_coefficients_full", "What style is worth", columns, rows, note)


def _coefficient(one: Styled, place: int) -> Cell:
    n = len(one.standing.core_votes)
    if one.adjusted is None or not one.adjusted.kept[place]:
        return undefined("The replies do not differ in it apart from which system wrote them.", n=n)
    at = len(one.adjusted.strength) + place
    return one.adjusted.spread.around(POINTS * float(one.adjusted.coefficients[place]), at, n)


def _rows(one: Styled, systems: tuple[str, ...]) -> list[tuple[Cell, ...]]:
    core, adjusted = np.flatnonzero(one.standing.connection.core), one.adjusted
    if adjusted is None:
        return []
    plain_rank, rank = _rank(one.standing.strength[core]), _rank(adjusted.strength[core])
    rows: list[tuple[Cell, ...]] = []
    for place in np.argsort(plain_rank, kind="stable"):
        system = int(core[place])
        plain, n = one.standing.elo(system), int(one.standing.answered[system])
        value, shift = adjusted.strength[system], adjusted.strength[system] - one.standing.strength[system]
        spread, at = adjusted.spread, len(systems) + len(COVARIATES) + system
        anchor = one.standing.connection.anchor[system] == 1.0
        cells = (
            (undefined(plain.undefined, n=n, value=points(float(value))),
             undefined(plain.undefined, n=n, value=0.0))
            if anchor
            else (spread.around(points(float(value)), system, n),
                  spread.around(POINTS * float(shift), at, n))
        )  # fmt: skip
        head = (one.entry.eyes.title, one.entry.dimension, systems[system], plain)
        rows.append((*head, *cells, int(plain_rank[place]), int(rank[place])))
    return rows


def _rank(
    strength: Floats,
) -> NDArray[np.int64]:
    return np.asarray(1 + (strength[None, :] > strength[:, None] + 1e-9).sum(axis=1))
