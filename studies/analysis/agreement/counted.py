"""Votes on pairs as a table of counts: how many chose each label, and who did.

What is averaged is a mean over pairs: a pair counts once, however many votes it has.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from studies.analysis.reading import Codes, Mask, renumbered
from studies.analysis.votes import Votes

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

#: The labels of S1 and S2: a is better, no difference, b is better.
SIGNS: Final = (-1, 0, 1)
#: All answers that any scale has.
GRADES: Final = (-2, -1, 0, 1, 2)
RATER: Final = "rater"


@dataclass(frozen=True)
class Counted:
    """V votes on U pairs of one dimension with K labels.

    `unit` (V) numbers the vote's pair, `label` (V) its label, `source` (V) who gave it. Of each pair (U):
    `pair` in the verdicts' numbers, `dialogue`, and `writer` of its human reply (−1: not known, or none).
    """

    unit: Places
    label: Places
    source: Codes
    pair: Codes
    dialogue: Codes
    writer: Codes
    labels: tuple[int, ...]
    #: Where it was kept from, and which pairs of it: clusters need not be found anew.
    larger: tuple[Counted, Mask] | None = field(default=None, compare=False)

    def __len__(self) -> int:
        return len(self.pair)

    @cached_property
    def counts(self) -> Floats:
        """Votes for each label (U × K)."""
        cells = np.bincount(self.unit * len(self.labels) + self.label, minlength=len(self) * len(self.labels))
        return cells.reshape(len(self), len(self.labels)).astype(float)

    def keep(self, pairs: Mask) -> Counted:
        """Only some of the pairs, with all their votes."""
        if pairs.all():
            return self
        place = np.cumsum(pairs) - 1
        votes = pairs[self.unit]
        return Counted(
            place[self.unit[votes]],
            self.label[votes],
            self.source[votes],
            self.pair[pairs],
            self.dialogue[pairs],
            self.writer[pairs],
            self.labels,
            (self, pairs),
        )

    @cached_property
    def clusters(self) -> dict[str, int]:
        """How many dialogues, raters and known writers there are; those without any are left out."""
        known = self.writer[self.writer >= 0]
        found = {"dialogue": self.dialogue, RATER: self.source, "writer": known}
        counts = {name: len(np.unique(codes)) for name, codes in found.items()}
        return {name: count for name, count in counts.items() if count}

    def members(self, names: tuple[str, ...]) -> sparse.csr_array:
        """Which pairs are in each group of these ways (G × U); with raters, whose vote with which label is
        (G × K·U, column label · U + pair).
        """
        if names not in self._found:
            self._found[names] = _members(self, names)
        return self._found[names]

    @cached_property
    def _found(self) -> dict[tuple[str, ...], sparse.csr_array]:
        return {}

    @cached_property
    def groups(self) -> dict[tuple[str, ...], Places]:
        """For every set of ways to cluster: each vote's group where raters are among them, else each pair's.

        Pairs without a known writer are clusters of their own.
        """
        if self.larger is not None:
            whole, pairs = self.larger
            votes = pairs[whole.unit]
            return {
                names: renumbered(codes[votes if RATER in names else pairs])[0]
                for names, codes in whole.groups.items()
                if set(names) <= set(self.clusters)
            }
        nobody = self.writer < 0
        alone = self.writer.max(initial=-1) + 1 + np.arange(len(self))
        by_pair = {"dialogue": self.dialogue, "writer": np.where(nobody, alone, self.writer)}
        found = {}
        for names in _subsets(tuple(self.clusters)):
            of_pairs = [by_pair[name] for name in names if name != RATER]
            codes = [each[self.unit] for each in of_pairs] + [self.source] if RATER in names else of_pairs
            found[names] = _crossed(codes)
        return found


def _members(sample: Counted, names: tuple[str, ...]) -> sparse.csr_array:
    """Built by hand: what scipy would look for, such as cells told twice, cannot be."""
    groups = sample.groups[names]
    by_vote = RATER in names
    columns = sample.label * len(sample) + sample.unit if by_vote else np.arange(len(sample))
    width = len(sample) * (len(sample.labels) if by_vote else 1)
    ends = np.concatenate([[0], np.cumsum(np.bincount(groups))])
    order = np.argsort(groups, kind="stable")
    return sparse.csr_array((np.ones(len(groups)), columns[order], ends), shape=(len(ends) - 1, width))


def counted(votes: Votes, *, signs: bool = True, labels: tuple[int, ...] = SIGNS) -> Counted:
    """The votes of one dimension, by pair. `signs`: better or worse only, whatever the strength.

    `labels` are those that could be given, in order; every vote has one of them.
    """
    value = np.sign(votes.value) if signs else votes.value
    pair, first, unit = np.unique(votes.pair, return_index=True, return_inverse=True)
    return Counted(
        unit=unit.astype(np.intp),
        label=np.searchsorted(np.array(labels, dtype=int), value).astype(np.intp),
        source=votes.source,
        pair=pair.astype(np.int32),
        dialogue=votes.dialogue[first],
        writer=votes.writer[first],
        labels=labels,
    )


def shares_on(sample: Counted, votes: Votes) -> Floats:
    """Of the votes on each pair of the sample, the share with each sign (U × 3); zeros where there is none.

    Every vote counts as one: the share is what a single one of them says on average.
    """
    place = np.searchsorted(sample.pair, votes.pair)
    place = np.minimum(place, max(len(sample) - 1, 0))
    here = sample.pair[place] == votes.pair if len(sample) else np.zeros(len(votes), dtype=bool)
    label = np.sign(votes.value[here]).astype(np.intp) + 1
    cells = np.bincount(place[here] * 3 + label, minlength=3 * len(sample)).reshape(-1, 3).astype(float)
    return np.asarray(cells / np.maximum(cells.sum(axis=1, keepdims=True), 1.0))


def _subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [chosen for size in range(1, len(names) + 1) for chosen in combinations(names, size)]


def _crossed(codes: list[Codes]) -> Places:
    key = np.zeros(len(codes[0]), dtype=np.int64)
    for each in codes:
        key = renumbered(key * (int(each.max(initial=0)) + 1) + each)[0]
    return key.astype(np.intp)
