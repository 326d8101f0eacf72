"""Answers seen from each of their two systems, and what sums of products say of how they hang together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.preference.best import replies_of
from studies.analysis.reading import Mask, renumbered
from studies.analysis.verdicts import Verdicts
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
#: What `rest` and counts are rounded to: the same in whatever order the rows come.
_DECIMALS: Final = 12


@dataclass(frozen=True, slots=True)
class Sides:
    """Two rows a vote, one for each of its systems. All arrays have the same length.

    `score` is 1 where the system was preferred, ½ for no difference; `rest` is the score less its mean
    against this opponent. `reply` numbers the system's replies.
    """

    system: Integers
    opponent: Integers
    dialogue: Integers
    source: Integers
    reply: Integers
    score: Floats
    rest: Floats

    def take(self, rows: Mask) -> Sides:
        return Sides(
            self.system[rows], self.opponent[rows], self.dialogue[rows], self.source[rows], self.reply[rows],
            self.score[rows], self.rest[rows],
        )  # fmt: skip


def sides_of(verdicts: Verdicts, votes: Votes) -> Sides:
    """Of votes on one dimension, at least one."""
    system = np.concatenate([votes.a, votes.b]).astype(np.int64)
    opponent = np.concatenate([votes.b, votes.a]).astype(np.int64)
    score = np.concatenate([votes.score, 1.0 - votes.score])
    cell, cells = renumbered(system * len(verdicts.systems) + opponent)
    mean = np.bincount(cell, weights=score, minlength=cells) / np.bincount(cell, minlength=cells)
    return Sides(
        system=system,
        opponent=opponent,
        dialogue=np.tile(votes.dialogue, 2).astype(np.int64),
        source=np.tile(votes.source, 2).astype(np.int64),
        reply=_replies(verdicts, votes),
        score=score,
        rest=(score - mean[cell]).round(_DECIMALS),
    )


@dataclass(frozen=True, slots=True)
class Couples:
    """Couples of rows that share something: in each dialogue the sum of products of `rest`, and how many."""

    products: Floats
    number: Floats

    def __sub__(self, other: Couples) -> Couples:
        return Couples(self.products - other.products, self.number - other.number)

    def __add__(self, other: Couples) -> Couples:
        return Couples(self.products + other.products, self.number + other.number)

    def means(self) -> Floats:
        """The mean product over all dialogues, then without each dialogue in turn; NaN without couples."""
        number = self.number.sum() - np.concatenate([[0.0], self.number])
        total = self.products.sum() - np.concatenate([[0.0], self.products])
        return np.asarray(np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0.5))


def couples(sides: Sides, dialogues: int, *ways: Integers) -> Couples:
    """Ordered couples of rows of one dialogue that are alike in all these ways."""
    key, count = renumbered(sides.dialogue)
    for codes in ways:
        mine, width = renumbered(codes)
        key, count = renumbered(key * width + mine)
    owner = np.zeros(count, dtype=np.int64)
    owner[key] = sides.dialogue
    total, size = np.bincount(key, weights=sides.rest, minlength=count), np.bincount(key, minlength=count)
    squares = np.bincount(key, weights=sides.rest**2, minlength=count)
    products, number = (
        np.bincount(owner, weights=amount, minlength=dialogues).astype(float)
        for amount in (total**2 - squares, size * (size - 1.0))
    )
    return Couples(products, number)


def by_others(sides: Sides, dialogues: int, *ways: Integers) -> Couples:
    """The same, of rows of two sources: what one source's answers share by themselves is left out."""
    return couples(sides, dialogues, *ways) - couples(sides, dialogues, *ways, sides.source)


def of_mean(sides: Sides, ways: Sequence[Integers]) -> float:
    """Variance of the mean of these rows by two ways crossed: what taking it away lowers products by."""
    one, other = (renumbered(codes) for codes in ways)
    both = renumbered(one[0] * other[1] + other[0])
    squares = [float((np.bincount(key, sides.rest, count) ** 2).sum()) for key, count in (one, other, both)]
    return max(squares[0] + squares[1] - squares[2], 0.0) / max(len(sides.rest), 1) ** 2


def _replies(verdicts: Verdicts, votes: Votes) -> Integers:
    """By name where the table has names; else a system's reply to a dialogue is one, by writer."""
    if verdicts.says("response_first") and verdicts.says("response_second"):
        mirrored = Votes(
            votes.dialogue, votes.pair, votes.dimension, votes.source, votes.writer, votes.a, votes.b,
            votes.value, ~votes.a_first, votes.weight, votes.row,
        )  # fmt: skip
        return np.concatenate([replies_of(verdicts, votes), replies_of(verdicts, mirrored)]).astype(np.int64)
    count = len(verdicts.systems)
    each = [votes.dialogue.astype(np.int64) * count + side for side in (votes.a, votes.b)]
    return np.concatenate(each)
