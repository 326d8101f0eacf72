"""How much more one party prefers certain replies than another does on the same pairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from studies.analysis.clustering import Floats, interval
from studies.analysis.proportions import carried
from studies.analysis.reading import Codes, Mask, renumbered
from studies.analysis.results import Estimate, bounded, undefined
from studies.analysis.votes import Votes, evenly


@dataclass(frozen=True, slots=True)
class Gap:
    """Votes on the pairs that a judge and others both saw; arrays of equal length.

    `toward` is 1, ½ or 0 for the replies in question; `weight` adds up to 1 for each pair and party.
    """

    pairs: int
    toward: Floats
    weight: Floats
    by_judge: Mask
    ways: Mapping[str, Codes]

    def prefers(self, *, judge: bool) -> Estimate:
        """The share by which the judge, or the others, prefer the replies."""
        rows = self.by_judge if judge else ~self.by_judge
        value, influence = self._mean(rows)
        ways = {name: codes[rows] for name, codes in self.ways.items()}
        return carried(interval(value, influence[rows], ways))

    def difference(self) -> Estimate:
        """The judge's share less that of the others."""
        return bounded(interval(*self.moved(), self.ways), -1.0, 1.0)

    def moved(self) -> tuple[float, Floats]:
        """The same difference, and by how much each vote moves it."""
        judge, by_judge = self._mean(self.by_judge)
        others, by_others = self._mean(~self.by_judge)
        return judge - others, by_judge - by_others

    def _mean(self, rows: Mask) -> tuple[float, Floats]:
        weight = np.where(rows, self.weight, 0.0)
        value = float((weight * self.toward).sum() / weight.sum())
        return value, np.asarray(weight * (self.toward - value) / weight.sum())


def gap_between(votes: Votes, is_a: Mask, by_judge: Mask, rater: Codes) -> Gap | None:
    """The gap among `votes` of one dimension; None where no pair was seen by both parties.

    `is_a` tells of each vote whether the reply in question is a, `by_judge` whose vote it is,
    `rater` which rater's (−1: a judge's, which are fixed and no clusters). Each source counts once a pair and
    each pair once.
    """
    seen = np.zeros((2, int(votes.pair.max(initial=0)) + 1), dtype=bool)
    seen[by_judge.astype(int), votes.pair] = True
    both = seen[0] & seen[1]
    rows = both[votes.pair]
    if not rows.any():
        return None
    kept, is_a, by_judge = evenly(votes.take(rows)), is_a[rows], by_judge[rows]
    party = renumbered(kept.pair.astype(np.int64) * 2 + by_judge)[0]
    ways = kept.ways | {"rater": rater[rows]}
    return Gap(
        pairs=int(both.sum()),
        toward=np.where(is_a, kept.score, 1.0 - kept.score),
        weight=kept.weight / np.bincount(party, weights=kept.weight)[party],
        by_judge=by_judge,
        ways=ways,
    )


def interaction(own: Gap | None, other: Gap | None) -> tuple[Estimate, Estimate, Estimate]:
    """Both differences, and the first less the second; undefined where no pair was seen by both parties."""
    nobody = undefined("No pair of a person and such a model was seen by both.")
    gaps = [nobody if gap is None else gap.difference() for gap in (own, other)]
    if own is None or other is None:
        return gaps[0], gaps[1], undefined("One of the two differences is not there.")
    (first, by_first), (second, by_second) = own.moved(), other.moved()
    ways = {name: np.concatenate([own.ways[name], other.ways[name]]) for name in own.ways}
    found = interval(first - second, np.concatenate([by_first, -by_second]), ways)
    return gaps[0], gaps[1], bounded(found, -2.0, 2.0)
