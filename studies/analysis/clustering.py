"""Intervals for answers that hang together: by dialogue, rater and writer at once.

An estimate is told by its influence function: what each answer moves it by. The variance is the multiway
sandwich of Cameron, Gelbach & Miller (2011, J. Business & Economic Statistics 29:238): for each non-empty set
of ways the sum of squared cluster totals of the influence, odd sets added and even sets taken away, each
times G/(G−1). No variance is smaller than that of the single way with the largest: the subtraction can fall
below it, and below 0, by chance (the rule of the largest standard error of MacKinnon, Nielsen & Webb 2024,
arXiv 2406.08880). The interval uses Student's t with one degree of freedom less than the way with the fewest
clusters has clusters (Cameron & Miller 2015, J. Human Resources 50:317, on few clusters).
`benchmarks/coverage.py` measures what that covers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, special

from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate

Floats = NDArray[np.float64]
#: A standard error that is smaller is rounding: nothing varied.
NOTHING: Final = 1e-12
NOTHING_VARIES: Final = "All clusters say the same: nothing varies, so the data cannot tell an interval."


def covariance(influence: Floats, ways: Mapping[str, Codes]) -> tuple[Floats, int]:
    """Covariance (k × k) of k estimates and its degrees of freedom, from influences of n answers (n × k).

    `ways` names how answers cluster; a negative code is a cluster of its own, and a way without any other
    code says nothing. A way with one cluster cannot vary and is left out: what holds for it alone, the caller
    says. Degrees of freedom are 0 if no way is left. A matrix that is no covariance, which the subtraction
    can bring about, is replaced by its nearest one: negative eigenvalues become 0, and no variance falls
    under that of the single way with the largest.
    """
    used = {name: codes for name, codes in ways.items() if _cluster_count(codes) > 1}
    if not used:
        return np.zeros((influence.shape[1],) * 2), 0
    total = np.zeros((influence.shape[1],) * 2)
    single: list[Floats] = []
    for size in range(1, len(used) + 1):
        for names in combinations(used, size):
            meat = _meat(influence, [used[name] for name in names])
            total += meat if size % 2 else -meat
            if size == 1:
                single.append(np.diag(meat))
    freedom = min(_cluster_count(codes) for codes in used.values()) - 1
    return _raised(_nearest(total), np.max(single, axis=0)), freedom


class Partitions:
    """How n answers hang together, worked out once for many estimates of the same answers.

    `dtype` is that of the influences to come: simulations count in 32 bits.
    """

    def __init__(self, ways: Mapping[str, Codes], dtype: type[np.floating[Any]] = np.float64) -> None:
        used = {name: codes for name, codes in ways.items() if _cluster_count(codes) > 1}
        self.freedom = min((_cluster_count(codes) for codes in used.values()), default=1) - 1
        self._partitions = [
            (_members(groups, dtype), count / max(count - 1, 1), sign, is_single)
            for groups, count, sign, is_single in _partitions(used)
        ]

    def covariance(self, influence: sparse.csr_array) -> Floats:
        """What `covariance` makes of the same influences (n × k) when most of them are 0."""
        total, floor = np.zeros((influence.shape[1],) * 2), np.zeros(influence.shape[1])
        for members, factor, sign, is_single in self._partitions:
            sums = members @ influence
            meat = (sums.T @ sums).toarray() * factor
            total += sign * meat
            floor = np.maximum(floor, np.diag(meat)) if is_single else floor
        return _raised(_nearest(total), floor)

    def variances(self, influence: NDArray[np.floating[Any]]) -> Floats:
        """The variance of each of k estimates by itself, from influences n × k.

        Each equals `covariance` of that column alone; it costs a matrix product a partition.
        """
        total, floor = np.zeros(influence.shape[1]), np.zeros(influence.shape[1])
        for members, factor, sign, is_single in self._partitions:
            squares = np.square(members @ influence, dtype=np.float64).sum(axis=0) * factor
            total += sign * squares
            floor = np.maximum(floor, squares) if is_single else floor
        return np.maximum(total, floor)


def noise(covariance: Floats, freedom: int, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Errors (count × k) of k estimates with this covariance, multivariate t, and what multiplies it in each.

    By the symmetric root, which rounding does not turn: the same draws in whatever order rows came.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    errors = rng.standard_normal((count, len(values))) @ root
    factor = freedom / rng.chisquare(freedom, count)
    return np.asarray(errors * np.sqrt(factor)[:, None]), np.asarray(factor)


def interval(value: float, influence: Floats, ways: Mapping[str, Codes], *, n: int | None = None) -> Estimate:
    """The estimate with its 95 % interval; without one, and the reason, where nothing varies."""
    matrix, freedom = covariance(influence[:, None], ways)
    answers = len(influence) if n is None else n
    return estimate(value, float(matrix[0, 0]), freedom, n=answers, clusters=clusters_in(ways))


def estimate(value: float, variance: float, freedom: int, *, n: int, clusters: Mapping[str, int]) -> Estimate:
    """A value with the 95 % interval of Student's t; without one where there is none to tell."""
    if freedom < 1:
        return Estimate(value, n=n, clusters=clusters, undefined=_too_few(clusters))
    se = float(np.sqrt(variance))
    if se < NOTHING:
        return Estimate(value, n=n, clusters=clusters, undefined=NOTHING_VARIES)
    reach = quantile(freedom, CONFIDENCE) * se
    return Estimate(value, value - reach, value + reach, se, n=n, clusters=clusters)


def left_out(without: Floats) -> float:
    """The jackknife's variance, from what an estimate is without each cluster in turn (Tukey 1958)."""
    count = len(without)
    return float(np.square(without - without.mean()).sum() * (count - 1) / count)


@lru_cache(maxsize=4096)
def quantile(freedom: int, confidence: float) -> float:
    """How many standard errors to either side hold `confidence` of Student's t."""
    return float(special.stdtrit(freedom, 0.5 + confidence / 2))


def simultaneous(confidence: float, count: int) -> float:
    """The confidence that each of `count` intervals needs so that all hold together (Bonferroni).

    Valid however the estimates depend on each other.
    """
    return 1.0 - (1.0 - confidence) / max(count, 1)


def clusters_in(ways: Mapping[str, Codes]) -> dict[str, int]:
    """How many clusters each way has; a way that says nothing is left out."""
    counts = {name: len(np.unique(codes[codes >= 0])) for name, codes in ways.items()}
    return {name: count for name, count in counts.items() if count}


def _too_few(counts: Mapping[str, int]) -> str:
    found = ", ".join(f"{count} {name}" for name, count in counts.items()) or "nothing to cluster by"
    return f"An interval needs two dialogues or raters, on either side of a difference; there is {found}."


def _cluster_count(codes: Codes) -> int:
    """Clusters with a number; those without count as one each, but only beside others."""
    known = codes[codes >= 0]
    return len(np.unique(known)) if len(known) else 0


def _partitions(used: Mapping[str, Codes]) -> list[tuple[NDArray[np.intp], int, int, bool]]:
    """All ways crossed, each with how many clusters it has, how often it counts, and whether it is a way.

    Crossings that part the answers alike (a dialogue has one writer) are counted together.
    """
    found: list[tuple[NDArray[np.intp], int, int, bool]] = []
    for size in range(1, len(used) + 1):
        for names in combinations(used, size):
            groups, count = _crossed([used[name] for name in names])
            sign = 1 if size % 2 else -1
            for place, (known, its_count, its_sign, is_single) in enumerate(found):
                if its_count == count and np.array_equal(known, groups):
                    found[place] = (known, count, its_sign + sign, is_single)
                    break
            else:
                found.append((groups, count, sign, size == 1))
    return [one for one in found if one[2] or one[3]]


def _members(groups: NDArray[np.intp], dtype: type[np.floating[Any]]) -> sparse.csr_matrix:
    """Clusters × answers: 1 where an answer belongs."""
    return sparse.csr_matrix((np.ones(len(groups), dtype), (groups, np.arange(len(groups)))))


def _meat(influence: Floats, ways: list[Codes]) -> Floats:
    groups, count = _crossed(ways)
    totals = np.stack(
        [np.bincount(groups, weights=column, minlength=count) for column in influence.T], axis=1
    )
    return np.asarray(totals.T @ totals * (count / max(count - 1, 1)))


def _crossed(ways: list[Codes]) -> tuple[NDArray[np.intp], int]:
    """Numbers for the clusters of all ways crossed. A negative code is a cluster of its own."""
    key = np.zeros(len(ways[0]), dtype=np.int64)
    for codes in ways:
        alone = codes.astype(np.int64)
        nobody = alone < 0
        alone[nobody] = alone.max(initial=0) + 1 + np.arange(int(nobody.sum()))
        key = np.unique(key * (int(alone.max(initial=0)) + 1) + alone, return_inverse=True)[1].astype(
            np.int64
        )
    return key.astype(np.intp), int(key.max(initial=-1)) + 1


def _nearest(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def _raised(matrix: Floats, floor: Floats) -> Floats:
    """No variance under its floor; correlations stay."""
    variances = np.diag(matrix)
    if np.all(variances >= floor):
        return matrix
    add = np.maximum(floor - variances, 0.0)
    return np.asarray(matrix + np.diag(add))
