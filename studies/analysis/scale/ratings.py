"""How well systems do by whose eyes, with how much that could be otherwise: what is set against size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import clusters_in, covariance
from studies.analysis.evidence import Evidence, Eyes
from studies.analysis.preference.comparing import compared
from studies.analysis.preference.outcomes import SHARE, outcomes
from studies.analysis.ranking.connection import NO_VOTES
from studies.analysis.ranking.counting import rows_of
from studies.analysis.ranking.elo import POINTS, points
from studies.analysis.ranking.entries import Entry, entries_of, whole
from studies.analysis.ranking.standing import Standing
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
ELO: Final = "Elo"
PREFERENCE: Final = "share against people"
#: Ratings are rounded so far: equals are equal in whatever order the rows come.
_DECIMALS: Final = 8


@dataclass(frozen=True, slots=True)
class Ratings:
    """One number a model: `systems` (k) by number in `Verdicts`, `values` (k), their `covariance` (k × k).

    In Elo points, or shares of preference against people's replies. `freedom` is Student's; 0 where nothing
    says how they vary. `n` answers and `clusters` stand behind them.
    """

    eyes: Eyes
    dimension: str
    measure: str
    systems: NDArray[np.intp]
    values: Floats
    covariance: Floats
    freedom: int
    n: int
    clusters: dict[str, int]

    def of(self, places: NDArray[np.intp]) -> Ratings:
        """Only the models at these places."""
        return Ratings(
            self.eyes, self.dimension, self.measure, self.systems[places], self.values[places],
            self.covariance[np.ix_(places, places)], self.freedom, self.n, self.clusters,
        )  # fmt: skip


def ratings_of(evidence: Evidence) -> list[Ratings]:
    """Of every kind of eyes and dimension: Elo, and shares against people where there are people."""
    return evidence.once("ratings of models", lambda it: list(_ratings(it)))


def unbounded(evidence: Evidence) -> list[str]:
    """Models that raters' or judges' answers give no bounded strength, and that are left out there."""
    verdicts = evidence.verdicts
    if verdicts is None:
        return []
    found: set[int] = set()
    for entry in whole(entries_of(evidence, verdicts)):
        remarks = entry.standing.connection.remarks.items()
        found |= {system for system, remark in remarks if remark != NO_VOTES}
    return [verdicts.systems[system] for system in sorted(found & set(models_in(evidence).tolist()))]


def models_in(evidence: Evidence) -> NDArray[np.intp]:
    """The systems that are neither people nor decoys, by number."""
    verdicts = evidence.verdicts
    count = len(verdicts.systems) if verdicts else 0
    humans = verdicts.humans if verdicts else 0
    return np.flatnonzero((np.arange(count) >= humans) & ~evidence.decoys)


def _ratings(evidence: Evidence) -> Iterator[Ratings]:
    verdicts = evidence.verdicts
    if verdicts is None:
        return
    for entry in whole(entries_of(evidence, verdicts)):
        yield _elo(entry, models_in(evidence))
        against = _preference(evidence, entry)
        if against is not None:
            yield against


def _elo(entry: Entry, models: NDArray[np.intp]) -> Ratings:
    standing = entry.standing
    ranked = models[standing.connection.core[models]]
    spread = _spread_of(standing)
    return Ratings(
        entry.eyes, entry.dimension, ELO, ranked,
        np.array([points(float(standing.strength[system])) for system in ranked]).round(_DECIMALS),
        spread[0][np.ix_(ranked, ranked)] * POINTS**2, spread[1],
        len(standing.votes), dict(spread[2]),
    )  # fmt: skip


def _spread_of(standing: Standing) -> tuple[Floats, int, dict[str, int]]:
    if not standing.connection.core.any():
        return np.zeros((standing.counts.systems,) * 2), 0, {}
    spread = standing.spread
    return spread.covariance, spread.freedom, dict(spread.clusters)


def _preference(evidence: Evidence, entry: Entry) -> Ratings | None:
    """Models' shares in the pairs with people's replies; writers count alike, as in Preference."""
    pairs = compared(evidence, entry.standing.votes)
    if pairs is None:
        return None
    votes = pairs.votes
    models, place = np.unique(votes.b, return_inverse=True)
    every = np.ones(len(votes), dtype=bool)
    found = outcomes(votes, every, place.astype(np.int64), np.arange(len(models)), len(models))
    matrix, freedom = _covariance(votes, place, found.influence[:, SHARE], len(models))
    return Ratings(
        entry.eyes, entry.dimension, PREFERENCE, models.astype(np.intp),
        (1.0 - found.values[:, SHARE]).round(_DECIMALS),
        matrix, freedom, len(votes), clusters_in(votes.ways),
    )  # fmt: skip


def _covariance(votes: Votes, place: NDArray[np.intp], influence: Floats, models: int) -> tuple[Floats, int]:
    """Multiway, of all models' shares at once; answers that share every cluster are added up first."""
    rows, ways = rows_of(votes.ways, len(votes))
    size = len(next(iter(ways.values())))
    moved = np.bincount(rows * models + place, weights=influence, minlength=size * models)
    return covariance(np.asarray(moved, dtype=np.float64).reshape(size, models), ways)
