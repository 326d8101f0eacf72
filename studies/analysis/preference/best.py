"""The best of several people's replies to one dialogue, chosen by others than those who then judge it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes
from studies.analysis.verdicts import NOBODY, Verdicts
from studies.analysis.votes import Votes


def replies_of(verdicts: Verdicts, votes: Votes) -> Codes:
    """A number for the human reply of each vote: its name in the table, else dialogue, system and writer."""
    if verdicts.says("response_first") and verdicts.says("response_second"):
        first, second = verdicts.table["response_first"], verdicts.table["response_second"]
        labels = {label: code for code, label in enumerate(sorted({*first.labels, *second.labels}))}
        place = [
            np.array([labels[label] for label in side.labels], dtype=np.int32) for side in (first, second)
        ]
        at = votes.row
        return np.where(votes.a_first, place[0][first.codes[at]], place[1][second.codes[at]]).astype(np.int32)
    key = np.stack([votes.dialogue, votes.a, votes.writer], axis=1)
    return np.unique(key, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int32)


def best_of(votes: Votes, replies: Codes) -> Votes:
    """The votes on the human reply that the other raters preferred most, against the same model.

    A vote counts if at least two replies of its dialogue have votes of other raters against its model on its
    dimension, and its own reply has the highest mean share of preference among them. Where several share the
    first place the vote's weight is divided by their number. So no vote has a say in what it is counted for:
    the best is chosen with one rater left out.
    """
    block = _numbers(votes.dialogue, votes.dimension, votes.b)
    slot = _places(block, replies)
    width = int(slot.max(initial=0)) + 1
    own = _numbers(block, votes.source)
    block_of = np.zeros(int(own.max(initial=-1)) + 1, dtype=np.int64)
    block_of[own] = block
    sums, weights = (
        _sums(block, slot, width, amount)[block_of] - _sums(own, slot, width, amount)
        for amount in (votes.weight * votes.score, votes.weight)
    )
    seen = weights > 1e-9
    means = np.where(seen, sums / np.where(seen, weights, 1.0), -np.inf)
    best = seen & (means >= means.max(axis=1, keepdims=True, initial=-np.inf) - 1e-9)
    best &= (seen.sum(axis=1) > 1)[:, None]
    part = best[own, slot] / np.maximum(best.sum(axis=1), 1)[own]
    kept = part > 0
    return replace(votes.take(kept), weight=(votes.weight * part)[kept])


def without_writers(votes: Votes) -> Votes:
    """The same votes, each counting by its own weight whoever wrote the reply."""
    return replace(votes, writer=np.full(len(votes), NOBODY, dtype=np.int32))


def _numbers(*codes: NDArray[np.int64] | Codes) -> NDArray[np.int64]:
    """Numbers from 0 for the combinations that there are."""
    key = np.zeros(len(codes[0]), dtype=np.int64)
    for column in codes:
        key = key * (int(np.max(column, initial=0)) + 1) + column
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
    return key


def _places(block: NDArray[np.int64], replies: Codes) -> NDArray[np.int64]:
    """Numbers from 0 for the replies within each block."""
    pairs, inverse = np.unique(np.stack([block, replies], axis=1), axis=0, return_inverse=True)
    first = np.searchsorted(pairs[:, 0], pairs[:, 0])
    return (np.arange(len(pairs)) - first)[inverse.reshape(-1)]


def _sums(rows: NDArray[np.int64], slot: NDArray[np.int64], width: int, amount: Floats) -> Floats:
    count = int(rows.max(initial=-1)) + 1
    total = np.bincount(rows * width + slot, weights=amount, minlength=count * width)
    return np.asarray(total.reshape(count, width), dtype=np.float64)
