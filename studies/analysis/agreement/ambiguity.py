"""Does agreement fall where a pair is ambiguous? Measured on votes that agreement does not use.

A pair's votes are split in two: one half measures how ambiguous the pair is, the other says how well raters
agree. Picking pairs whose votes are split and looking at the same votes finds low agreement whatever the
pairs are like.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from scipy import special

from studies.analysis.agreement.counted import Counted, Floats, counted, shares_on
from studies.analysis.agreement.jackknife import jackknife
from studies.analysis.results import Estimate
from studies.analysis.votes import Votes

#: Two votes measure, and of three others two at least are needed to agree.
FEWEST_VOTES: Final = 5
#: Levels of entropy (0 one label only, 1 all three equally often): the upper ends of each level.
LEVELS: Final = (0.0, 0.5, 0.75, 1.0)
_SUMS: Final = 4


@dataclass(frozen=True, slots=True)
class Level:
    """`entropy`: mean of the level, by the measuring half, in units of log 3. `judge` is None without one."""

    entropy: float
    pairs: float
    raters: Estimate
    judge: Estimate | None
    difference: Estimate | None


def curve(raters: Votes, judge: Votes | None) -> list[Level]:
    """Agreement of one vote with another, and of one call with a vote, by how ambiguous the pair is (S1).

    Pairs with FEWEST_VOTES votes (and, with a judge, its answer). ⌊n/2⌋ votes measure: the mean over all ways
    of splitting, exactly, so nothing is drawn. A pair may so count at several levels, in parts. Levels that
    no split reaches are left out; without such pairs the curve is empty.
    """
    sample = counted(raters)
    enough = sample.counts.sum(axis=1) >= FEWEST_VOTES
    if judge is not None:
        enough &= shares_on(sample, judge).sum(axis=1) > 0
    if not enough.any():
        return []
    sample = sample.keep(enough)
    shares = np.zeros((len(sample), 3)) if judge is None else shares_on(sample, judge)
    return _levels(sample, shares, with_judge=judge is not None)


def _levels(sample: Counted, shares: Floats, *, with_judge: bool) -> list[Level]:
    def sums(counts: Floats) -> Floats:
        return _sums(counts, shares)

    totals = sums(sample.counts).sum(axis=0).reshape(len(LEVELS), _SUMS)
    estimates = jackknife(sample, sums, _values, np.tile([True, True, False], len(LEVELS)))
    levels = []
    for number, (weight, entropy, *_agreement) in enumerate(totals):
        if weight > 0:
            raters, judge, difference = estimates[3 * number : 3 * number + 3]
            mean = float(entropy / weight)
            own = (judge, difference) if with_judge else (None, None)
            levels.append(Level(mean, float(weight), raters, *own))
    return levels


def _sums(counts: Floats, judge: Floats) -> Floats:
    """For each level: the share of splits that reach it, their entropy, both agreements (U × 4 a level)."""
    kinds, which = np.unique(counts, axis=0, return_inverse=True)
    found = np.zeros((len(kinds), len(LEVELS), _SUMS - 1 + 3))
    enough = kinds.sum(axis=1) >= FEWEST_VOTES
    for measuring, chance in _splits(kinds):
        rest = np.maximum(kinds - measuring, 0.0)
        left = np.maximum(rest.sum(axis=1, keepdims=True), 2.0)
        raters = (rest * (rest - 1)).sum(axis=1, keepdims=True) / (left * (left - 1))
        entropy = _entropy(measuring)
        level = int(np.searchsorted(np.array(LEVELS) + 1e-9, entropy))
        same = np.ones_like(raters)
        found[:, level] += (chance * enough)[:, None] * np.hstack([same, entropy * same, raters, rest / left])
    spread = found[which.reshape(-1)]
    agreed = (spread[..., _SUMS - 1 :] * judge[:, None, :]).sum(axis=-1, keepdims=True)
    return np.concatenate([spread[..., : _SUMS - 1], agreed], axis=-1).reshape(len(counts), -1)


def _splits(counts: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Every make-up of a measuring half, and how likely it is on each pair (multivariate hypergeometric)."""
    n = counts.sum(axis=1)
    half = n // 2
    most = int(half.max(initial=0))
    possible = special.comb(n, half)
    for parts in product(range(most + 1), repeat=3):
        fits = half == sum(parts)
        if sum(parts) and fits.any():
            ways = np.prod(special.comb(counts, np.array(parts, dtype=float)), axis=1)
            yield np.array(parts, dtype=float), np.where(fits, ways / possible, 0.0)


def _entropy(votes: Floats) -> float:
    return float(special.entr(votes / votes.sum()).sum() / np.log(3))


def _values(sums: Floats) -> Floats:
    by_level = sums.reshape(*sums.shape[:-1], len(LEVELS), _SUMS)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(by_level[..., 0] > 1e-9, by_level[..., 0], np.nan)
        raters, judge = by_level[..., 2] / weight, by_level[..., 3] / weight
    return np.stack([raters, judge, judge - raters], axis=-1).reshape(*sums.shape[:-1], -1)
