"""Correlations of dimensions with intervals by dialogue: the jackknife of Spearman's matrix.

Ranks are taken once; a dialogue left out takes its rows out of the sums (Efron & Stein 1981, Annals of
Statistics 9:586, on the delete-one jackknife).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import estimate
from studies.analysis.halo.answers import Beside
from studies.analysis.results import Estimate, bounded, undefined

Floats = NDArray[np.float64]
#: Fewer dialogues give no interval.
FEWEST: Final = 5
_SMALL: Final = 1e-9


@dataclass(frozen=True, eq=False)
class Correlated:
    """Spearman's matrix of one table of answers, and the same without each of `dialogues` in turn."""

    answers: Beside
    dialogues: int

    @cached_property
    def matrices(self) -> Floats:
        """(dialogues + 1) × k × k: of everything, then without each dialogue. NaN where nothing varies."""
        ranks, dialogue = self.answers.ranks(), self.answers.dialogue
        count = np.bincount(dialogue, minlength=self.dialogues).astype(float)
        size = ranks.shape[1]
        sums = np.stack([np.bincount(dialogue, column, self.dialogues) for column in ranks.T], axis=1)
        squares = np.zeros((self.dialogues, size, size))
        for i in range(size):
            for j in range(i, size):
                cell = np.bincount(dialogue, ranks[:, i] * ranks[:, j], self.dialogues)
                squares[:, i, j] = squares[:, j, i] = cell
        nothing = np.zeros((1, size))
        n = count.sum() - np.concatenate([[0.0], count])
        total = sums.sum(axis=0) - np.concatenate([nothing, sums])
        product = squares.sum(axis=0) - np.concatenate([nothing[:, :, None] * nothing[:, None, :], squares])
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = product - total[:, :, None] * total[:, None, :] / n[:, None, None]
            deviation = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
            deviation = np.where(deviation > _SMALL, deviation, np.nan)
            return np.asarray(spread / (deviation[:, :, None] * deviation[:, None, :]))

    @property
    def there(self) -> NDArray[np.intp]:
        """The dialogues that have answers: leaving out others changes nothing."""
        return np.unique(self.answers.dialogue)

    def between(self, one: int, other: int) -> Estimate:
        """The correlation of two columns."""
        return self.told(self.matrices[:, one, other])

    @property
    def mean(self) -> Estimate:
        """Over all couples of the rubric's dimensions, the preference as a whole left aside."""
        return self.told(self.means)

    @cached_property
    def means(self) -> Floats:
        inside = self.inside
        first, second = np.triu_indices(inside.shape[1], 1)
        return np.asarray(inside[:, first, second].mean(axis=1))

    @property
    def first_component(self) -> Estimate:
        """The largest eigenvalue's share of the rubric's correlation matrix: 1/k if all are independent."""
        inside = self.inside
        known = np.isfinite(inside).all(axis=(1, 2))
        shares = np.full(len(inside), np.nan)
        shares[known] = np.linalg.eigvalsh(inside[known])[:, -1] / inside.shape[1]
        return self.told(shares, least=0.0)

    @cached_property
    def inside(self) -> Floats:
        rubric = np.flatnonzero(self.answers.rubric)
        return self.matrices[:, rubric][:, :, rubric]

    def told(self, values: Floats, least: float = -1.0) -> Estimate:
        """The first of the values, with the interval that the others, one for each dialogue, tell."""
        return jackknifed(values, self.there, len(self.answers.pair), least)


def jackknifed(
    values: Floats, there: NDArray[np.intp], n: int, least: float = -1.0, most: float = 1.0
) -> Estimate:
    """values[0] with Student's t and the jackknife's variance over values[1 + d] of the dialogues `there`."""
    found, without = float(values[0]), values[1:][there]
    clusters = {"dialogue": len(there)}
    if not np.isfinite(found):
        return undefined("A dimension has the same answer everywhere: nothing correlates with it.", n=n)
    if len(there) < FEWEST or not np.isfinite(without).all():
        why = f"An interval needs {FEWEST} dialogues, with answers that vary without each of them."
        return Estimate(found, n=n, clusters=clusters, undefined=why)
    variance = float(((without - without.mean()) ** 2).sum() * (len(there) - 1) / len(there))
    return bounded(estimate(found, variance, len(there) - 1, n=n, clusters=clusters), least, most)
