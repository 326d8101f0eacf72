"""How sure a rank is: from all differences between systems at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.ranking.counting import Floats, Mask
from studies.analysis.ranking.elo import Spread
from studies.analysis.results import CONFIDENCE

#: Draws of the largest standardised difference; its quantile then varies by about 0.02.
_DRAWS: Final = 8_000
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Ranks:
    """Best and worst rank that the votes leave open, and the rank of the estimate; 0 for who has none."""

    rank: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def rank_intervals(strength: Floats, spread: Spread, core: Mask, rng: np.random.Generator) -> Ranks:
    """Ranks of all systems with a strength, 1 the best; equals share the better rank.

    The rank of j lies between one more than the number of systems that are surely better and the number of
    systems less those that are surely worse (Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic
    Studies 91:476). Sure is what a simultaneous 95 % interval for all differences says, so that all ranks
    together are right in 95 %. Of systems outside the core nothing is sure.
    """
    there = np.isfinite(strength)
    value = np.where(there, strength, -np.inf)
    rank = np.where(there, 1 + (value[None, :] > value[:, None] + _SAME).sum(axis=1), 0)
    better = _surely_better(np.where(there, strength, 0.0), spread, core, rng)
    low = np.where(there, 1 + better.sum(axis=0), 0)
    high = np.where(there, int(there.sum()) - better.sum(axis=1), 0)
    return Ranks(rank, low, high)


def _surely_better(
    strength: Floats, spread: Spread, core: Mask, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """`[i, j]`: i is surely better than j."""
    better = np.zeros((len(strength), len(strength)), dtype=bool)
    inside = np.flatnonzero(core)
    if spread.freedom < 1 or len(inside) < 2:
        return better
    matrix = spread.covariance[np.ix_(inside, inside)]
    i, j = np.triu_indices(len(inside), 1)
    errors = np.sqrt(np.maximum(matrix[i, i] + matrix[j, j] - 2 * matrix[i, j], 0.0))
    varies = errors > _SAME
    if not varies.any():
        return better
    i, j, errors = i[varies], j[varies], errors[varies]
    reach = _critical(matrix, spread.freedom, i, j, errors, rng) * errors
    gap = strength[inside[i]] - strength[inside[j]]
    better[inside[i[gap > reach]], inside[j[gap > reach]]] = True
    better[inside[j[gap < -reach]], inside[i[gap < -reach]]] = True
    return better


def _critical(
    matrix: Floats, freedom: int, i: NDArray[np.intp], j: NDArray[np.intp], errors: Floats,
    rng: np.random.Generator,
) -> float:  # fmt: skip
    """The 95 % quantile of the largest standardised difference, which is multivariate t."""
    values, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = rng.standard_normal((_DRAWS, len(matrix))) @ root.T
    drawn /= np.sqrt(rng.chisquare(freedom, _DRAWS) / freedom)[:, None]
    largest = np.max(np.abs(drawn[:, i] - drawn[:, j]) / errors, axis=1)
    return float(np.quantile(largest, CONFIDENCE))
