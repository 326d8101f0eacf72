"""Answers on several dimensions side by side: a row for each answer or pair, a column for each dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.evidence import Evidence
from studies.analysis.reading import Codes, Mask, renumbered
from studies.analysis.votes import Votes
from studies.comparison import OVERALL

Floats = NDArray[np.float64]
#: A dimension that fewer than this share of the most answered one's answers has is left out.
_ENOUGH: Final = 0.5


@dataclass(frozen=True, slots=True)
class Beside:
    """`values` (n × k) toward b, complete; `dialogue`, `pair` and `source` (n) of each row.

    `dimensions` (k) are keys of the rubric, `overall` first where it was answered beside them.
    """

    dimensions: tuple[str, ...]
    values: Floats
    dialogue: Codes
    pair: Codes
    source: Codes

    @property
    def rubric(self) -> Mask:
        """Which columns are dimensions of the rubric, and not the preference as a whole."""
        return np.array([key != OVERALL for key in self.dimensions], dtype=bool)

    def on(self, pairs: Codes) -> Beside:
        """Only rows of these pairs."""
        return self.take(np.isin(self.pair, pairs))

    def only(self, dimensions: tuple[str, ...]) -> Beside:
        """Only these columns, in this order."""
        places = [self.dimensions.index(key) for key in dimensions]
        return Beside(dimensions, self.values[:, places], self.dialogue, self.pair, self.source)

    def by_pair(self) -> Beside:
        """A row for each pair, with the mean over its answers; `source` is −1."""
        pairs, first, place = np.unique(self.pair, return_index=True, return_inverse=True)
        count = np.bincount(place)
        means = np.stack([np.bincount(place, weights=column) / count for column in self.values.T], axis=1)
        nobody = np.full(len(pairs), -1, dtype=np.int32)
        return Beside(self.dimensions, means.round(9), self.dialogue[first], self.pair[first], nobody)

    def ranks(self) -> Floats:
        """Mid-ranks of each column, centred in each source."""
        ranked = np.asarray(stats.rankdata(self.values, axis=0))
        _codes, place = np.unique(self.source, return_inverse=True)
        count = np.bincount(place)
        means = np.stack([np.bincount(place, weights=column) / count for column in ranked.T], axis=1)
        return np.asarray(ranked - means[place])

    def take(self, kept: Mask | NDArray[np.intp]) -> Beside:
        """Only these rows."""
        return Beside(
            self.dimensions, self.values[kept], self.dialogue[kept], self.pair[kept], self.source[kept]
        )


def beside(evidence: Evidence, votes: Votes) -> Beside | None:
    """The answers that have all dimensions; None without two of the rubric's, or without any such answer.

    An answer is what one source says on a pair shown in one order; several dimensions of it are several
    votes. Of dimensions that were asked of few, `_ENOUGH` says which are left out.
    """
    place, answers = renumbered(
        (votes.pair.astype(np.int64) * _width(votes) + votes.source + 1) * 2 + votes.a_first
    )
    told, count = {}, {}
    for key in evidence.dimensions:
        rows = votes.dimension == evidence.dimension_code(key)
        count[key] = np.bincount(place[rows], minlength=answers)
        total = np.bincount(place[rows], weights=votes.value[rows], minlength=answers)
        told[key] = total / np.maximum(count[key], 1)
    most = max((int((count[key] > 0).sum()) for key in told if key != OVERALL), default=0)
    kept = tuple(key for key in told if (count[key] > 0).sum() >= max(_ENOUGH * most, 1))
    if sum(key != OVERALL for key in kept) < 2:
        return None
    whole = np.logical_and.reduce([count[key] > 0 for key in kept])
    if not whole.any():
        return None
    first = np.zeros(answers, dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]
    at = first[whole]
    values = np.stack([told[key][whole] for key in kept], axis=1)
    return Beside(kept, values, votes.dialogue[at], votes.pair[at], votes.source[at])


def _width(votes: Votes) -> int:
    return int(votes.source.max(initial=0)) + 2
