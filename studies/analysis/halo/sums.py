"""What dialogues and raters add to the sums that correlations are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.analysis.halo.answers import Beside
from studies.analysis.reading import renumbered

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sums:
    """`whole` (m) as in `moments`, and in `parts` what leaving out a cluster takes away (clusters × m).

    Parts are by `dialogue`, and where two raters and more are a sample by `rater` and both `crossed`. `n`
    counts rows.
    """

    whole: Floats
    parts: Mapping[str, Floats]
    n: int
    clusters: Mapping[str, int]


def moments(ranks: Floats) -> Floats:
    """Of each row (n × k): one, its ranks, and their products (n × (1 + k + k²))."""
    products = (ranks[:, :, None] * ranks[:, None, :]).reshape(len(ranks), -1)
    return np.concatenate([np.ones((len(ranks), 1)), ranks, products], axis=1)


def by_answer(answers: Beside, *, sampled: bool) -> Sums:
    """A row for each answer."""
    rows = moments(answers.ranks())
    return _sums(answers, rows, answers, rows, sampled=sampled)


def by_pair(answers: Beside, *, sampled: bool) -> Sums:
    """A row for each pair; a rater who is left out leaves the mean of the pair's other answers.

    That mean is ranked among the pairs' means as they stand.
    """
    pairs = answers.by_pair()
    rows, ranks = moments(pairs.ranks()), np.sort(pairs.values, axis=0)
    place = np.searchsorted(pairs.pair, answers.pair)
    cell, cells = _crossed(place, answers.source)
    total, count = _added(answers.values, place, len(rows)), np.bincount(place)
    mine, size = _added(answers.values, cell, cells), np.bincount(cell)
    first = np.unique(cell, return_index=True)[1]
    others = count[place[first]] - size
    with np.errstate(invalid="ignore", divide="ignore"):
        means = ((total[place[first]] - mine) / others[:, None]).round(9)
    among = [_ranked(column, mean) for column, mean in zip(ranks.T, means.T, strict=True)]
    without = np.where(others[:, None] > 0, moments(np.stack(among, axis=1)), 0.0)
    return _sums(pairs, rows, answers.take(first), rows[place[first]] - without, sampled=sampled)


def _sums(whole: Beside, rows: Floats, units: Beside, less: Floats, *, sampled: bool) -> Sums:
    """From the rows of `whole`, and what each unit (of one source) adds to them."""
    dialogue, dialogues = renumbered(whole.dialogue.astype(np.int64))
    parts, clusters = {"dialogue": _added(rows, dialogue, dialogues)}, {"dialogue": dialogues}
    if sampled:
        rater, clusters["rater"] = renumbered(units.source.astype(np.int64))
        if clusters["rater"] > 1:
            parts["rater"] = _added(less, rater, clusters["rater"])
            parts["crossed"] = _added(less, *_crossed(units.dialogue, units.source))
    return Sums(rows.sum(axis=0), parts, len(rows), clusters)


def _added(rows: Floats, codes: Integers | NDArray[np.intp], count: int) -> Floats:
    return np.stack([np.bincount(codes, column, count) for column in rows.T], axis=1)


def _crossed(one: NDArray[np.integer], other: NDArray[np.integer]) -> tuple[Integers, int]:
    return renumbered(one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other)


def _ranked(among: Floats, values: Floats) -> Floats:
    """Mid-ranks of values among sorted ones, centred."""
    below, upto = (np.searchsorted(among, values, side=side) for side in ("left", "right"))
    return np.asarray((below + upto - len(among)) / 2)
