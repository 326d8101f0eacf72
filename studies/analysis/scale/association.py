"""Spearman's rank correlation, Theil and Sen's slope and a permutation test, over a few systems.

With `families`, systems are only compared within theirs: ranks are taken and centred in each, and orderings
go through each family alone (a permutation test within strata). Without them, all are one family.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.results import CONFIDENCE
from studies.analysis.scale.orderings import DRAWS, can_be_gone_through, drawn, every, inversions

Floats = NDArray[np.float64]
#: Fewer systems than these have no correlation.
FEWEST: Final = 3
#: What rounding may make of equal correlations.
_SAME: Final = 1e-9

#: Random numbers for a purpose, as `Evidence.rng`.
RngFor = Callable[[str], np.random.Generator]
#: Sorted centred ranks of x and y of each family: what a permutation's distribution depends on.
Shape = tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
#: `null`, kept for what has been asked for once.
NullOf = Callable[[Shape, bool], Floats]


@dataclass(frozen=True, eq=False)
class Association:
    """`x` and `y` (n) of the same systems; `families` (n) numbers groups that are never compared."""

    x: Floats
    y: Floats
    families: NDArray[np.intp]

    @cached_property
    def groups(self) -> list[NDArray[np.intp]]:
        """The places of each family, those of two and more."""
        found = [np.flatnonzero(self.families == code) for code in np.unique(self.families)]
        return [group for group in found if len(group) > 1]

    @cached_property
    def ranks(self) -> tuple[Floats, Floats]:
        """Mid-ranks of x and y, centred in each family."""
        return self.ranked(self.x[None])[0], self.ranked(self.y[None])[0]

    def ranked(self, values: Floats) -> Floats:
        """Mid-ranks of each row (rows × n), centred in each family; 0 for who has none beside it."""
        found = np.zeros_like(values, dtype=float)
        for group in self.groups:
            found[:, group] = stats.rankdata(values[:, group], axis=1) - (len(group) + 1) / 2
        return found

    @property
    def rho(self) -> float:
        """Spearman's (1904) rho, ties at their mid-rank; NaN where x or y does not vary."""
        return float(self.rhos(self.y[None])[0])

    def rhos(self, drawn_y: Floats) -> Floats:
        """The same for each row of other y (rows × n)."""
        x, y = self.ranks[0], self.ranked(drawn_y)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(y @ x / np.sqrt((x @ x) * (y * y).sum(axis=1)))

    def slopes(self, drawn_y: Floats) -> Floats:
        """Theil and Sen's slope for each row of y: the median over couples that differ in x."""
        first, second = self.couples
        return np.asarray(np.median(self._steps(drawn_y, first, second), axis=1))

    @cached_property
    def couples(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Two systems of a family with different x."""
        first, second = np.triu_indices(len(self.x), 1)
        kept = (self.families[first] == self.families[second]) & (self.x[first] != self.x[second])
        return first[kept], second[kept]

    @property
    def slope(self) -> float:
        """Sen (1968): the median of the slopes of all couples."""
        return float(self.slopes(self.y[None])[0])

    def slope_ends(self) -> tuple[float, float] | None:
        """Sen's 95 % interval (1968, JASA 63:1379) by inverting Kendall's test, exact; None with too few.

        It takes the systems as a sample of systems. Ties in x are taken account of. One family only.
        """
        first, second = self.couples
        steps = np.sort(self._steps(self.y[None], first, second)[0])
        sizes = np.unique(self.x, return_counts=True)[1]
        below = np.cumsum(inversions(tuple(int(size) for size in sizes)))
        left_out = int((below <= (1 - CONFIDENCE) / 2 + 1e-12).sum())
        if not left_out:
            return None
        return float(steps[left_out - 1]), float(steps[len(steps) - left_out])

    def p(self, null_of: NullOf) -> float:
        """Two-sided: how often orderings within families have a rho at least as far from 0.

        Exact where they are few enough, else from DRAWS seeded draws, the one that was found counted in
        (Phipson & Smyth 2010, Statistical Applications in Genetics 9:39).
        """
        x, y = self.ranks
        shape = tuple((tuple(np.sort(x[group])), tuple(np.sort(y[group]))) for group in self.groups)
        size = float(np.sqrt((x @ x) * (y @ y)))
        exact = can_be_gone_through([len(group) for group in self.groups])
        found = null_of(shape, exact)
        far = len(found) - int(np.searchsorted(found, abs(float(x @ y)) - _SAME * max(size, 1.0)))
        return far / len(found) if exact else (far + 1) / (len(found) + 1)

    def _steps(self, y: Floats, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
        return np.asarray((y[:, second] - y[:, first]) / (self.x[second] - self.x[first]))


def null(shape: Shape, exact: bool, rng_for: RngFor) -> Floats:
    """Sorted sizes of the sum of products of ranks over orderings within each family."""
    parts = [_products(np.array(x), np.array(y), exact, rng_for, place) for place, (x, y) in enumerate(shape)]
    if exact:
        total = np.zeros(1)
        for part in parts:
            total = (total[:, None] + part[None, :]).reshape(-1)
    else:
        total = np.sum(parts, axis=0)
    return np.sort(np.abs(total))


def _products(x: Floats, y: Floats, exact: bool, rng_for: RngFor, place: int) -> Floats:
    """The sum of products for every ordering of y, or for DRAWS of them."""
    count = len(x)
    orders = every(count) if exact else drawn(count, rng_for(f"orderings {place} of {count}"), DRAWS)
    return np.asarray(y[orders] @ x)


def associated(x: Floats, y: Floats) -> Association:
    """Of one family."""
    return Association(x, y, np.zeros(len(x), dtype=np.intp))
