"""How far two profiles are apart, and how far they would be if it did not matter whose reasons they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes, Mask

#: Draws that are worked on at once.
_PART: Final = 256
#: Two divergences that differ by less are equal: sums in another order.
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Paired:
    """Two sources on D dialogues in which both have reasons: the mean codes of each there (D × K)."""

    left: Floats
    right: Floats
    reasons: tuple[int, int]

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What exchanging sources within dialogues brings: the mean divergence, and p-values.

    `p` is of the divergence, `p_codes` (K) of each code's difference, two-sided. `draws` is 0 where all
    exchanges were gone through.
    """

    baseline: float
    p: float
    p_codes: Floats
    draws: int


def divergence(left: Floats, right: Floats) -> Floats:
    """Jensen–Shannon divergence to base 2 (Lin 1991, IEEE Trans. Inf. Theory 37:145) of two profiles (… × K).

    Profiles are divided by their sums first. Between 0, alike, and 1, no code in common; not a number where
    either is empty.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = left / left.sum(axis=-1, keepdims=True), right / right.sum(axis=-1, keepdims=True)
    middle = (p + q) / 2
    return np.asarray(np.clip((_bits(p, middle) + _bits(q, middle)) / 2, 0.0, None))


def _bits(profile: Floats, other: Floats) -> Floats:
    """Kullback–Leibler divergence in bits; 0 · log 0 is 0."""
    some = profile > 0
    ratio = np.where(some, profile / np.where(some, other, 1.0), 1.0)
    return np.asarray((np.where(np.isnan(profile), np.nan, profile) * np.log2(ratio)).sum(axis=-1))


def paired(weights: Floats, dialogue: Codes, left: Mask, right: Mask) -> Paired:
    """Each dialogue's mean of both sources, where both have reasons. Dialogues then count alike, so that
    exchanging two sources with different numbers of reasons is fair.
    """
    both = np.intersect1d(dialogue[left], dialogue[right])
    sides, reasons = [], []
    for rows in (left & np.isin(dialogue, both), right & np.isin(dialogue, both)):
        place = np.searchsorted(both, dialogue[rows])
        sums = [np.bincount(place, column, len(both)) for column in weights[rows].T]
        sides.append(np.stack(sums, axis=1) / np.maximum(np.bincount(place, minlength=len(both)), 1)[:, None])
        reasons.append(int(rows.sum()))
    return Paired(sides[0], sides[1], (reasons[0], reasons[1]))


def exchanged(pair: Paired, profile: Mask, resamples: int, rng: np.random.Generator) -> Exchanged:
    """Exchanges both sources' sets of reasons, whole dialogues at a time. The codes of `profile` (K) make up
    the divergence.

    All 2^D exchanges where there are no more than `resamples`, else so many random ones; then
    p = (1 + at least as far) / (1 + draws) (Phipson & Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39).
    """
    exact = len(pair) < 60 and 2 ** len(pair) <= resamples
    count = 2 ** len(pair) if exact else resamples
    half = (pair.left - pair.right) / 2
    middle, found = (pair.left + pair.right).sum(axis=0) / 2, half.sum(axis=0)
    observed = float(divergence((middle + found)[profile], (middle - found)[profile]))
    far, total = 0, 0.0
    far_codes = np.zeros(half.shape[1])
    for start in range(0, count, _PART):
        size = min(_PART, count - start)
        signs = _all(start, size, len(pair)) if exact else rng.integers(0, 2, (size, len(pair))) * 2.0 - 1.0
        moved = signs @ half
        apart = np.nan_to_num(divergence((middle + moved)[:, profile], (middle - moved)[:, profile]))
        total += float(apart.sum())
        far += int((apart >= observed - _SAME).sum())
        far_codes += (np.abs(moved) >= np.abs(found) - _SAME).sum(axis=0)
    own = 0 if exact else 1
    return Exchanged(
        total / max(count, 1), (far + own) / (count + own), (far_codes + own) / (count + own),
        0 if exact else count,
    )  # fmt: skip


def counts_of(dialogue: Codes, left: Mask, right: Mask) -> Floats:
    """What each row counts, so that every dialogue with both sources counts alike in either; 0 elsewhere."""
    both = np.intersect1d(dialogue[left], dialogue[right])
    counts = np.zeros(len(dialogue))
    for rows in (left & np.isin(dialogue, both), right & np.isin(dialogue, both)):
        counts[rows] = 1.0 / np.bincount(dialogue[rows], minlength=1)[dialogue[rows]]
    return counts


def _all(start: int, size: int, dialogues: int) -> NDArray[np.float64]:
    """Exchanges number `start` and following of all 2^D, as signs."""
    numbers = np.arange(start, start + size)[:, None]
    return np.asarray(1.0 - 2.0 * ((numbers >> np.arange(dialogues)) & 1))
