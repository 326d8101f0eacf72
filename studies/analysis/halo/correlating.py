"""Correlations of dimensions with intervals by dialogue and rater: the jackknife of Spearman's matrix.

Ranks are taken once; whoever is left out takes what they add out of the sums (Efron & Stein 1981, Annals of
Statistics 9:586, on the delete-one jackknife). Dialogues and raters are combined as in `clustering`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import estimate, left_out
from studies.analysis.halo.answers import Beside
from studies.analysis.halo.sums import Sums, by_answer, by_pair
from studies.analysis.results import Estimate, bounded, undefined

Floats = NDArray[np.float64]
#: Fewer dialogues give no interval.
FEWEST: Final = 5
_SMALL: Final = 1e-9
_CONSTANT: Final = "A dimension has the same answer everywhere: nothing correlates with it."
_NEEDED: Final = f"An interval needs {FEWEST} dialogues, with answers that vary without each of them"

#: From matrices (… × k × k) to one number each.
NumberOf = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Left:
    """A number of everything (`found`), and by way the same `without` each of its clusters in turn."""

    found: float
    without: Mapping[str, Floats]
    clusters: Mapping[str, int]

    def less(self, other: Left) -> Left:
        """The difference, on the same dialogues; raters of either move their own side alone."""
        dialogue = {"dialogue": self.without["dialogue"] - other.without["dialogue"]}
        mine = {way: left - other.found for way, left in self.without.items() if way != "dialogue"}
        return Left(self.found - other.found, dialogue | mine, self.clusters)


@dataclass(frozen=True, eq=False)
class Correlated:
    """Spearman's matrix of answers beside each other, or with `pairs` of each pair's mean.

    With `sampled`, sources are raters, of whom there could have been others.
    """

    answers: Beside
    sampled: bool
    pairs: bool = False

    @cached_property
    def sums(self) -> Sums:
        return (by_pair if self.pairs else by_answer)(self.answers, sampled=self.sampled)

    @cached_property
    def matrices(self) -> dict[str, Floats]:
        """By way clusters × k × k, without each cluster; of everything under no name, 1 × k × k."""
        whole, size = self.sums.whole, len(self.answers.dimensions)
        left = {way: correlations(whole - parts, size) for way, parts in self.sums.parts.items()}
        return {"": correlations(whole[None], size)} | left

    def between(self, one: int, other: int) -> Estimate:
        """The correlation of two columns."""
        return told(self.left(lambda matrices: matrices[:, one, other]), self.sums.n)

    @property
    def mean(self) -> Estimate:
        """Over all couples of the rubric's dimensions, the preference as a whole left aside."""
        return told(self.means, self.sums.n)

    @cached_property
    def means(self) -> Left:
        first, second = np.triu_indices(len(self._rubric), 1)
        return self.left(lambda matrices: self._inside(matrices)[:, first, second].mean(axis=1))

    @property
    def first_component(self) -> Estimate:
        """The largest eigenvalue's share of the rubric's correlation matrix: 1/k if all are independent."""
        return told(self.left(lambda matrices: _largest(self._inside(matrices))), self.sums.n, least=0.0)

    def left(self, of: NumberOf) -> Left:
        values = {way: of(matrices) for way, matrices in self.matrices.items()}
        return Left(float(values.pop("")[0]), values, self.sums.clusters)

    @property
    def _rubric(self) -> NDArray[np.intp]:
        return np.flatnonzero(self.answers.rubric)

    def _inside(self, matrices: Floats) -> Floats:
        return np.asarray(matrices[:, self._rubric][:, :, self._rubric])


def correlations(sums: Floats, size: int) -> Floats:
    """Matrices (… × k × k) from sums as in `sums.moments` (…); NaN where nothing varies."""
    n, total = sums[:, 0], sums[:, 1 : size + 1]
    product = sums[:, size + 1 :].reshape(-1, size, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = product - total[:, :, None] * total[:, None, :] / n[:, None, None]
        deviation = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
        deviation = np.where(deviation > _SMALL, deviation, np.nan)
        return np.asarray(spread / (deviation[:, :, None] * deviation[:, None, :]))


def told(left: Left, n: int, least: float = -1.0, most: float = 1.0) -> Estimate:
    """The number with Student's t and the jackknife's variance by dialogue and rater.

    Both ways added, their crossing taken away, and no less than the larger of the two.
    """
    if not np.isfinite(left.found):
        return undefined(_CONSTANT, n=n)
    known = all(np.isfinite(without).all() for without in left.without.values())
    if left.clusters["dialogue"] < FEWEST or not known:
        why = _NEEDED + (", and without each rater." if "rater" in left.without else ".")
        return Estimate(left.found, n=n, clusters=left.clusters, undefined=why)
    variance = {way: left_out(without) for way, without in left.without.items()}
    crossed = variance.pop("crossed", 0.0)
    largest = max(variance.values())
    freedom = min(left.clusters[way] for way in variance) - 1
    both = max(sum(variance.values()) - crossed, largest)
    return bounded(estimate(left.found, both, freedom, n=n, clusters=left.clusters), least, most)


def _largest(matrices: Floats) -> Floats:
    known = np.isfinite(matrices).all(axis=(1, 2))
    shares = np.full(len(matrices), np.nan)
    shares[known] = np.linalg.eigvalsh(matrices[known])[:, -1] / matrices.shape[1]
    return shares
