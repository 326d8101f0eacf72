"""The variances of `clustering` for many estimates at once: of every system, dimension and slice.

Sorting answers into crossed clusters is what takes time. It is done once; each slice then only adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from studies.analysis import clustering
from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, undefined

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spread:
    """Variances (groups × columns) in the squared unit of the estimates; per group its degrees of freedom,
    answers, and clusters of each way.
    """

    variance: Floats
    freedom: Integers
    n: Integers
    clusters: Mapping[str, Integers]

    def estimate(self, value: float, group: int, column: int = 0) -> Estimate:
        """The value of one group and column with its interval; why there is none, if so."""
        n = int(self.n[group])
        if not n:
            return undefined("There are no answers.")
        if np.isnan(value):
            return undefined("All answers are ties: no answer prefers either.", n=n)
        variance, freedom = float(self.variance[group, column]), int(self.freedom[group])
        return clustering.estimate(float(value), variance, freedom, n=n, clusters=self.clusters_in(group))

    def without_interval(self, value: float, group: int, why: str) -> Estimate:
        """The value of a group alone, with the sentence why it has no interval."""
        return Estimate(value, n=int(self.n[group]), clusters=self.clusters_in(group), undefined=why)

    def clusters_in(self, group: int) -> dict[str, int]:
        """How many clusters each way has in a group; a way that says nothing is left out."""
        return {name: int(counts[group]) for name, counts in self.clusters.items() if counts[group]}

    def weaker(self, *halves: Mapping[str, Integers], n: Integers | None = None) -> Spread:
        """The same variances with the clusters that the weakest half has, and its degrees of freedom; `n`
        answers, if it is given.

        For a difference: it cannot be known better than its less known side, and not at all where a way that
        varies has a single cluster there.
        """
        clusters = {
            name: np.minimum.reduce([counts, *(half[name] for half in halves)])
            for name, counts in self.clusters.items()
        }
        freedom = self.freedom
        for name, counts in self.clusters.items():
            fewer = np.minimum(freedom, np.maximum(clusters[name] - 1, 0))
            freedom = np.where(counts > 1, fewer, freedom)
        return Spread(self.variance, freedom, self.n if n is None else n, clusters)


class Clusters:
    """`groups` numbers, from 0 to `count` − 1, the estimate that each answer belongs to; `ways` as in
    `clustering.covariance`, all of the answers' length.
    """

    def __init__(self, ways: Mapping[str, Codes], groups: Codes, count: int) -> None:
        self.groups, self.count = groups.astype(np.int64), count
        self._known = {name: codes >= 0 for name, codes in ways.items()}
        names = [name for name, known in self._known.items() if known.any()]
        self._crossed: dict[tuple[str, ...], tuple[Integers, Integers]] = {}
        for size in range(1, len(names) + 1):
            for chosen in combinations(names, size):
                before = self._crossed[chosen[:-1]][0] if size > 1 else self.groups
                self._crossed[chosen] = _crossed(before, ways[chosen[-1]], self.groups)

    def spread(self, influence: Floats, rows: Mask) -> Spread:
        """Of k estimates in each group, told by influences (n × k) of the answers; those in `rows` count."""
        at = np.flatnonzero(rows)
        columns = np.ascontiguousarray(influence[at].T)
        known = self.counted(rows)
        total = np.zeros((self.count, len(columns)))
        largest = np.zeros_like(total)
        for names in self._crossed:
            used = np.logical_and.reduce([known[name] > 1 for name in names])
            if not used.any():
                continue
            meat = np.where(used[:, None], self._meat(names, columns, at), 0.0)
            total += meat if len(names) % 2 else -meat
            if len(names) == 1:
                largest = np.maximum(largest, meat)
        freedom = _freedom(known, self.count)
        return Spread(np.maximum(total, largest), freedom, self.answers(rows), known)

    def held(self, weight: Floats, way: str | None = None) -> Floats:
        """The sum of weights in each answer's group; with `way`, of its own cluster in its group."""
        codes = self.groups if way is None else self._crossed[(way,)][0]
        return np.asarray(np.bincount(codes, weights=weight)[codes], dtype=np.float64)

    def answers(self, rows: Mask) -> Integers:
        """How many answers each group has among those in `rows`."""
        return np.bincount(self.groups[rows], minlength=self.count).astype(np.int64)

    def counted(self, rows: Mask) -> dict[str, Integers]:
        """How many clusters of each way every group has among the answers in `rows`."""
        return {
            names[0]: self._present(names, np.flatnonzero(rows & self._known[names[0]]))
            for names in self._crossed
            if len(names) == 1
        }

    def _present(self, names: tuple[str, ...], at: NDArray[np.intp]) -> Integers:
        codes, owner = self._crossed[names]
        there = np.bincount(codes[at], minlength=len(owner)) > 0
        return np.bincount(owner[there], minlength=self.count).astype(np.int64)

    def _meat(self, names: tuple[str, ...], columns: Floats, at: NDArray[np.intp]) -> Floats:
        """Sums of squared cluster totals, times G/(G−1): groups × columns."""
        codes, owner = self._crossed[names]
        here = codes[at]
        there = np.flatnonzero(np.bincount(here, minlength=len(owner)))
        mine = owner[there]
        clusters = np.bincount(mine, minlength=self.count)
        scale = clusters / np.maximum(clusters - 1, 1)
        totals = [np.bincount(here, weights=column, minlength=len(owner))[there] for column in columns]
        squares = [np.bincount(mine, weights=total**2, minlength=self.count) for total in totals]
        return np.stack(squares, axis=1) * scale[:, None]


def _crossed(before: Integers, codes: Codes, groups: Integers) -> tuple[Integers, Integers]:
    """Numbers for the clusters `before` crossed with `codes`, and the group that owns each.

    A negative code is a cluster of its own.
    """
    alone = codes.astype(np.int64)
    nobody = alone < 0
    alone[nobody] = alone.max(initial=0) + 1 + np.arange(int(nobody.sum()))
    key = before * (int(alone.max(initial=0)) + 1) + alone
    _, first, crossed = np.unique(key, return_index=True, return_inverse=True)
    return crossed.astype(np.int64), groups[first]


def _freedom(clusters: Mapping[str, Integers], groups: int) -> Integers:
    """One less than the way with the fewest clusters has, of those with more than one; 0 without any."""
    most = np.iinfo(np.int64).max
    fewest = np.full(groups, most)
    for counts in clusters.values():
        fewest = np.minimum(fewest, np.where(counts > 1, counts, most))
    return np.where(fewest == most, 0, fewest - 1)
