"""Votes: the verdicts of one kind of eyes (raters, one judge, the jury), ready to be counted."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.reading import Codes, Mask
from studies.analysis.verdicts import JUDGE, NOBODY, Verdicts

#: A pair has a jury's verdict if at least so many judges gave one (docs/judging.md).
QUORUM: Final = 2


@dataclass(frozen=True, slots=True)
class Votes:
    """One row a vote; arrays of equal length. The numbers are those of the `Verdicts` they come from.

    `value` is −2 to 2 toward b; `weight` is 1, but ½ where a judge saw a pair in both orders. `writer` wrote
    the one human reply of a pair of human and model, or both replies of two human systems (−1: unknown, two
    writers, or two models). `row` is the verdict's row, −1 for a jury, whose `source` is −1 too.
    """

    dialogue: Codes
    pair: Codes
    dimension: Codes
    source: Codes
    writer: Codes
    a: Codes
    b: Codes
    value: NDArray[np.int8]
    a_first: Mask
    weight: NDArray[np.float64]
    row: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.a)

    @property
    def score(self) -> NDArray[np.float64]:
        """1 where a is better, 0 where b is, ½ where there is no difference."""
        return np.asarray((1.0 - np.sign(self.value)) / 2.0)

    def take(self, rows: Mask | NDArray[np.intp]) -> Votes:
        return Votes(*(getattr(self, one.name)[rows] for one in fields(self)))

    @property
    def ways(self) -> dict[str, Codes]:
        """How votes hang together: clusters for `clustering`. Whoever has no number is a cluster alone."""
        return {"dialogue": self.dialogue, "rater": self.source, "writer": self.writer}


def votes_at(verdicts: Verdicts, rows: Mask) -> Votes:
    """The verdicts in these rows, one vote each, of weight 1."""
    at = np.flatnonzero(rows)
    human_a, human_b = verdicts.a[at] < verdicts.humans, verdicts.b[at] < verdicts.humans
    one_writer = human_a & (~human_b | (verdicts.writer_a[at] == verdicts.writer_b[at]))
    writer = np.where(one_writer, verdicts.writer_a[at], NOBODY)
    return Votes(
        dialogue=verdicts.dialogue.codes[at],
        pair=verdicts.pair.codes[at],
        dimension=verdicts.dimension.codes[at],
        source=verdicts.source.codes[at],
        writer=writer.astype(np.int32),
        a=verdicts.a[at],
        b=verdicts.b[at],
        value=verdicts.value[at],
        a_first=verdicts.a_first[at],
        weight=np.ones(len(at)),
        row=at,
    )


def evenly(votes: Votes) -> Votes:
    """The same votes, those of one source on one pair and dimension sharing a weight of 1."""
    groups = _groups(votes, with_source=True)
    return _with(votes, weight=1.0 / np.bincount(groups)[groups])


def settled(votes: Votes) -> Votes:
    """One vote for each source, pair and dimension: what it says in both orders, else a tie.

    Within an order the sign of the sum counts, where a source answered more than once. A preference in one
    order and no difference in the other is a tie (Zheng et al. 2023, NeurIPS 36: a win takes both orders).
    """
    order = _groups(votes, with_source=True) * 2 + votes.a_first
    in_order = _collapsed(votes, np.asarray(np.unique(order, return_inverse=True)[1]))
    groups = _groups(in_order, with_source=True)
    both = _collapsed(in_order, groups)
    said = np.bincount(groups, weights=in_order.value) / np.maximum(np.bincount(groups), 1)
    return _with(both, value=(said == 1).astype(np.int8) - (said == -1).astype(np.int8))


def jury_of(votes: Votes) -> Votes:
    """What more than half of the judges say on each pair and dimension, after `settled`.

    No majority is a tie, and so is one judge's preference beside two ties.

    Pairs with fewer than QUORUM judges have no verdict: missing, and never a tie. The jury's `source` is −1.
    """
    single = settled(votes)
    groups = _groups(single, with_source=False)
    jury = _collapsed(single, groups)
    number = np.bincount(groups)
    for_a, for_b = (np.bincount(groups[sign * single.value > 0], minlength=len(number)) for sign in (-1, 1))
    majority = (2 * for_b > number).astype(np.int8) - (2 * for_a > number).astype(np.int8)
    nobody = np.full(len(jury), NOBODY, dtype=np.int32)
    return _with(jury, source=nobody, value=majority).take(number >= QUORUM)


def judges_in(verdicts: Verdicts) -> list[str]:
    """The names of the judges, sorted."""
    prefix = f"{JUDGE} "
    return [label.removeprefix(prefix) for label in verdicts.source.labels if label.startswith(prefix)]


def _groups(votes: Votes, *, with_source: bool) -> NDArray[np.intp]:
    """Numbers from 0 for each (pair, dimension[, source]), in that order."""
    key = votes.pair.astype(np.int64) * (int(votes.dimension.max(initial=0)) + 1) + votes.dimension
    if with_source:
        key = key * (int(votes.source.max(initial=0)) + 2) + (votes.source + 1)
    return np.asarray(np.unique(key, return_inverse=True)[1])


def _collapsed(votes: Votes, groups: NDArray[np.intp]) -> Votes:
    """The first vote of each group, with the sign of the sum of signs as its value."""
    if not len(votes):
        return votes
    total = np.bincount(groups, weights=np.sign(votes.value).astype(float))
    first = np.unique(groups, return_index=True)[1]
    kept = votes.take(first)
    return _with(
        kept,
        value=np.sign(total).astype(np.int8),
        weight=np.ones(len(kept)),
        row=np.full(len(kept), NOBODY, dtype=np.int64),
    )


def _with(votes: Votes, **changes: NDArray[np.generic]) -> Votes:
    return Votes(**{one.name: changes.get(one.name, getattr(votes, one.name)) for one in fields(votes)})
