"""The votes' sufficient statistic: how often which answer was given on which two systems, by dialogue.

A million votes become some thousand numbers, which everything that ranks and resamples works on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from studies.analysis.reading import Codes, renumbered
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Answers toward b, from "a much better" to "b much better".
VALUES: Final = np.arange(-2, 3)
OUTCOMES: Final = len(VALUES)
#: What each answer is worth for a: ties are half a win.
FOR_A: Final = (1.0 - np.sign(VALUES)) / 2.0


@dataclass(frozen=True)
class Counts:
    """`counts[d, p, o]`: sum of the weights of answer `VALUES[o]` on couple p in the d-th dialogue.

    Couple p is of systems `first[p]` < `second[p]`, numbered below `systems`; only couples that were compared
    are here. Dialogues without votes are left out.
    """

    systems: int
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    counts: Floats

    @property
    def dialogues(self) -> int:
        return len(self.counts)

    @cached_property
    def summed(self) -> Floats:
        """Over all dialogues: couples × answers."""
        return np.asarray(self.counts.sum(axis=0))

    @cached_property
    def wins(self) -> Floats:
        """`wins[i, j]`: weight of the answers that preferred i to j, ties as half (systems × systems)."""
        matrix = np.zeros((self.systems, self.systems))
        matrix[self.first, self.second] = self.summed @ FOR_A
        matrix[self.second, self.first] = self.summed @ (1.0 - FOR_A)
        return matrix

    def among(self, kept: Mask) -> Counts:
        """Only couples of which both systems are kept. Systems keep their numbers."""
        couples = kept[self.first] & kept[self.second]
        counts = self.counts[:, couples]
        return Counts(
            self.systems, self.first[couples], self.second[couples], counts[counts.any(axis=(1, 2))]
        )


@dataclass(frozen=True)
class Gathered:
    """Votes that no way of clustering tells apart, added up.

    `answers` (rows × couples·OUTCOMES, sparse) holds each row's weights, numbered as in `Counts`; `ways` the
    row's cluster in each way. Sums of influence over clusters come out as from single votes.
    """

    answers: sparse.csr_array
    ways: Mapping[str, Codes]


def count(votes: Votes, systems: int) -> Counts:
    """Counts the votes. O(votes), no sorting."""
    couple, first, second = _couples(votes, systems)
    dialogue, dialogues = renumbered(votes.dialogue.astype(np.int64))
    cell = (dialogue.astype(np.int64) * max(len(first), 1) + couple) * OUTCOMES + (votes.value + 2)
    size = dialogues * len(first) * OUTCOMES
    counts = (
        np.bincount(cell, minlength=size)
        if np.all(votes.weight == 1.0)
        else np.bincount(cell, weights=votes.weight, minlength=size)
    )
    shape = (dialogues, len(first), OUTCOMES)
    return Counts(systems, first, second, counts.astype(float).reshape(shape))


def gather(votes: Votes, systems: int) -> Gathered:
    """Adds up the votes that share every cluster; votes without a number in some way stay alone."""
    couple, first, _second = _couples(votes, systems)
    rows, ways = rows_of(votes.ways, len(votes))
    column = couple * OUTCOMES + (votes.value + 2)
    many = len(next(iter(ways.values())))
    answers = sparse.csr_array(
        (votes.weight, (rows, column.astype(np.int64))), shape=(many, len(first) * OUTCOMES)
    )
    return Gathered(answers, ways)


def rows_of(ways: Mapping[str, Codes], votes: int) -> tuple[NDArray[np.int64], dict[str, Codes]]:
    """A row for each vote, and each row's clusters. Votes that share all clusters share a row.

    A way in which no vote has a number tells nothing apart, and is handed on as it is.
    """
    key, size = np.zeros(votes, dtype=np.int64), 1
    alone = np.zeros(votes, dtype=bool)
    for codes in ways.values():
        width = int(codes.max(initial=-1)) + 1
        if width:
            alone |= codes < 0
            dense, width = renumbered(codes.astype(np.int64) + 1)
            key, size = renumbered(key * width + dense)
    key[alone] = size + np.arange(int(alone.sum()))
    rows, many = renumbered(key)
    sample = np.zeros(many, dtype=np.intp)
    sample[rows] = np.arange(votes)
    return rows, {name: codes[sample] for name, codes in ways.items()}


def _couples(votes: Votes, systems: int) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.intp]]:
    """Each vote's couple of systems, numbered among those that were compared, and their systems."""
    key = votes.a.astype(np.int64) * systems + votes.b
    there = np.bincount(key, minlength=systems * systems) > 0
    first, second = np.divmod(np.flatnonzero(there), systems)
    return (np.cumsum(there) - 1)[key], first, second
