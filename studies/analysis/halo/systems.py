"""How alike dimensions rate systems: correlations of Elo, with draws of what the answers leave open.

Draws are of all ratings at once, from one clustered covariance (`clustering`) over every dimension: what was
answered in the same dialogues, by the same raters, on the same writers' replies moves together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from studies.analysis.clustering import Partitions, clusters_in, noise
from studies.analysis.ranking.counting import Gathered, gather
from studies.analysis.ranking.elo import POINTS, points
from studies.analysis.ranking.entries import Entry
from studies.analysis.ranking.standing import scores_of
from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate, undefined
from studies.comparison import OVERALL

Floats = NDArray[np.float64]
#: Fewer systems have no correlation, fewer dialogues no interval.
FEWEST_SYSTEMS: Final = 3
FEWEST: Final = 5
_WHY: Final = "A correlation needs three systems whose ratings differ on both dimensions."
_DECIMALS: Final = 8


@dataclass(frozen=True, eq=False)
class Rated:
    """The rankings of one kind of eyes, one for each of their dimensions."""

    entries: list[Entry]
    draws: int
    rng: np.random.Generator

    @property
    def dimensions(self) -> list[str]:
        return [entry.dimension for entry in self.entries]

    @cached_property
    def systems(self) -> NDArray[np.intp]:
        """Those that every dimension ranks without a prior; decoys are none."""
        cores = [entry.standing.connection.core & ~entry.decoys for entry in self.entries]
        return np.flatnonzero(np.logical_and.reduce(cores))

    @cached_property
    def elo(self) -> Floats:
        """(1 + draws) × dimensions × systems: the ratings, then draws of them."""
        found = np.array(
            [
                [points(float(entry.standing.strength[system])) for system in self.systems]
                for entry in self.entries
            ]
        ).round(_DECIMALS)
        if not len(self.systems) or self.partitions.freedom < 1:
            return found[None]
        matrix = self.partitions.covariance(sparse.csr_array(sparse.block_diag(self._moved)))
        errors = noise(matrix, self.partitions.freedom, self.draws, self.rng)[0]
        return np.concatenate([found[None], found + errors.reshape(-1, *found.shape)])

    @cached_property
    def ways(self) -> dict[str, Codes]:
        """Of the answers to all dimensions, one after the other."""
        names = self._gathered[0].ways
        return {name: np.concatenate([each.ways[name] for each in self._gathered]) for name in names}

    @cached_property
    def partitions(self) -> Partitions:
        return Partitions(self.ways)

    @cached_property
    def correlations(self) -> Floats:
        """(1 + draws) × k × k; NaN where a dimension rates all systems alike."""
        ranks = stats.rankdata(self.elo, axis=2) - (len(self.systems) + 1) / 2
        products = ranks @ np.swapaxes(ranks, 1, 2)
        size = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(products / (size[:, :, None] * size[:, None, :]))

    def between(self, one: int, other: int) -> Estimate:
        return self._told(lambda correlations: correlations[:, one, other])

    @property
    def mean(self) -> Estimate:
        """Over couples of the rubric's dimensions."""
        return self._told(lambda correlations: _couples(self._inside(correlations)).mean(axis=1))

    @property
    def first_component(self) -> Estimate:
        return self._told(
            lambda correlations: (
                np.linalg.eigvalsh(np.nan_to_num(self._inside(correlations)))[:, -1] / max(self.rubric, 1)
            )
        )

    @property
    def rubric(self) -> int:
        """How many dimensions are not the preference as a whole."""
        return sum(key != OVERALL for key in self.dimensions)

    def _inside(self, correlations: Floats) -> Floats:
        rubric = [place for place, key in enumerate(self.dimensions) if key != OVERALL]
        return np.asarray(correlations[:, rubric][:, :, rubric])

    def _told(self, of: Callable[[Floats], Floats]) -> Estimate:
        n = len(self.systems)
        if n < FEWEST_SYSTEMS or not np.isfinite(self.correlations[0]).all():
            return undefined(_WHY, n=n)
        values = of(self.correlations)
        there = min(entry.standing.counts.dialogues for entry in self.entries)
        if there < FEWEST:
            return undefined(f"An interval needs {FEWEST} dialogues.", n=n, value=float(values[0]))
        tail = (1 - CONFIDENCE) / 2
        low, high = np.nanquantile(values[1:], [tail, 1 - tail])
        return Estimate(float(values[0]), float(low), float(high), n=n, clusters=clusters_in(self.ways))

    @cached_property
    def _gathered(self) -> list[Gathered]:
        return [gather(entry.standing.core_votes, entry.standing.counts.systems) for entry in self.entries]

    @cached_property
    def _moved(self) -> list[Floats]:
        """By dimension, what each answer moves the systems' Elo by (answers × systems)."""
        moved = []
        for entry, gathered in zip(self.entries, self._gathered, strict=True):
            standing = entry.standing
            counts = standing.counts.among(standing.connection.core)
            of = gathered.answers @ (scores_of(counts, standing.strength) @ standing.bread.T)
            moved.append(np.asarray(of[:, self.systems]) * POINTS)
        return moved


def _couples(matrices: Floats) -> Floats:
    first, second = np.triu_indices(matrices.shape[1], 1)
    return np.asarray(matrices[:, first, second])
