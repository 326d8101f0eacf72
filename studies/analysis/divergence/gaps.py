"""Raters' and judges' mean answers on the same pairs, and how far they part beyond noise.

A pair with few answers has a large gap by chance. Gaps are shrunk toward none by how much of their
variance is noise (empirical Bayes; Efron & Morris 1975, J. American Statistical Association 70:311), and set
beside the gaps that come about when the answers of each pair are dealt to raters and judges at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate, undefined
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: What an answer is worth for a, the first system: better, no difference, worse.
SCORES: Final = np.array([1.0, 0.5, 0.0])
#: The variance of an answer where nobody's can be compared: none is larger.
_LARGEST: Final = 0.25
#: How often answers are dealt anew.
DEALS: Final = 200
_DECIMALS: Final = 12


@dataclass(frozen=True, eq=False)
class Gaps:
    """Pairs (n) that both answered: `raters` and `judges` count their answers by SCORES (n × 3).

    `noise` (n) is the variance of each gap, `beyond` that of true gaps, 0 where there is no more than noise.
    """

    pair: Codes
    raters: Floats
    judges: Floats
    noise: Floats
    beyond: float

    @property
    def raw(self) -> Floats:
        """Raters' mean score for a less the judges'."""
        return np.asarray(_mean(self.raters) - _mean(self.judges))

    @property
    def kept(self) -> Floats:
        """The share of each gap that is kept: 0 to 1."""
        return np.asarray(self.beyond / np.maximum(self.beyond + self.noise, 1e-300))

    @property
    def shrunk(self) -> Floats:
        return np.asarray((self.raw * self.kept).round(_DECIMALS))

    def largest(self, most: int) -> NDArray[np.intp]:
        """The pairs with the largest shrunk gaps, the largest first; none with a gap of nothing."""
        order = np.lexsort((self.pair, -np.abs(self.shrunk)))[:most]
        return order[np.abs(self.shrunk[order]) > 0]

    def estimate(self, place: int) -> Estimate:
        """The shrunk gap with its 95 % interval (normal, given the variances)."""
        n = int(self.raters[place].sum() + self.judges[place].sum())
        variance = float(self.noise[place] * self.kept[place])
        value = float(self.shrunk[place])
        if variance <= 0:
            return undefined("Nothing varies within pairs: noise cannot be told.", n=n, value=value)
        reach = float(stats.norm.ppf(0.5 + CONFIDENCE / 2)) * variance**0.5
        return Estimate(value, max(value - reach, -1.0), min(value + reach, 1.0), n=n)

    def by_chance(self, most: int, rng: np.random.Generator, deals: int = DEALS) -> Floats:
        """What the k-th largest shrunk gap (k < most) exceeds in 5 % of deals at random (`dealt`)."""
        gaps = np.sort(np.abs(dealt(self.raters, self.judges, rng, deals) * self.kept), axis=1)
        return np.asarray(np.quantile(gaps[:, ::-1][:, :most], CONFIDENCE, axis=0))


def gaps_of(raters: Votes, judges: Votes, fewest: int) -> Gaps | None:
    """Of one dimension; `judges` with one vote a judge and pair, at least `fewest` a pair; None without."""
    pairs = int(max(raters.pair.max(initial=-1), judges.pair.max(initial=-1))) + 1
    told = [_counts(votes, pairs) for votes in (raters, judges)]
    both = np.flatnonzero((told[0].sum(axis=1) > 0) & (told[1].sum(axis=1) >= fewest))
    if not len(both):
        return None
    mine, theirs = (counts[both] for counts in told)
    noise = within(mine) / mine.sum(axis=1)
    if fewest > 1:  # one judge's answer is taken as it is: nobody else's says how it varies
        noise = noise + within(theirs) / theirs.sum(axis=1)
    raw = _mean(mine) - _mean(theirs)
    beyond = max(float(np.mean(raw**2) - np.mean(noise)), 0.0)
    return Gaps(both.astype(np.int32), mine, theirs, noise, beyond)


def within(counts: Floats) -> float:
    """Variance of answers on the same pair, pooled over pairs (n × 3 counts)."""
    n = counts.sum(axis=1)
    freedom = float((n - 1).sum())
    if freedom <= 0:
        return _LARGEST
    squares = counts @ SCORES**2 - n * _mean(counts) ** 2
    return max(float(squares.sum()) / freedom, 0.0)


def dealt(raters: Floats, judges: Floats, rng: np.random.Generator, deals: int) -> Floats:
    """Gaps (deals × n) when each pair's answers are dealt anew: as many to judges as they gave."""
    left = np.repeat((raters + judges)[None], deals, axis=0)
    asked = judges.sum(axis=1)
    total = np.zeros(left.shape[:2])
    for turn in range(int(asked.max(initial=0))):
        drawn = rng.random(left.shape[:2]) * left.sum(axis=2)
        which = (drawn[:, :, None] >= np.cumsum(left, axis=2)[:, :, :2]).sum(axis=2)
        taken = (which[:, :, None] == np.arange(3)) & (turn < asked)[None, :, None]
        left = left - taken
        total += taken @ SCORES
    return np.asarray((left @ SCORES) / raters.sum(axis=1) - total / asked)


def _mean(counts: Floats) -> Floats:
    return np.asarray(counts @ SCORES / counts.sum(axis=1))


def _counts(votes: Votes, pairs: int) -> Floats:
    cell = votes.pair.astype(np.int64) * 3 + np.sign(votes.value) + 1
    return np.bincount(cell, minlength=pairs * 3).reshape(pairs, 3).astype(float)
