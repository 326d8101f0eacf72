"""How far the themes of two reasons overlap, beside what reasons of different dialogues have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from studies.analysis.clustering import Floats
from studies.analysis.proportions import share
from studies.analysis.rationales.leaving_out import told
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, undefined
from studies.analysis.verdicts import NOBODY

Places = NDArray[np.intp]
#: Numbers that are worked on at once.
_CELLS: Final = 1_000_000
_NOTHING: Final = 1e-9
#: Of two sets of themes (… × K each): how far they overlap, and 1 where that is defined.
Measure = Callable[[Floats, Floats], tuple[Floats, Floats]]
NO_COUPLE: Final = "No pair has two such reasons of which at least one names a theme."
_EXPECTED: Final = "An exact expectation over these reasons: nothing is drawn, and it has no interval."
NO_BASELINE: Final = "What chance brings needs reasons of two dialogues."


@dataclass(frozen=True, slots=True)
class Couples:
    """Couples of reasons on the same pair: rows of passages, with pair, dialogue and the rater of the left
    one (−1: not told).
    """

    left: Places
    right: Places
    pair: Codes
    dialogue: Codes
    rater: Codes

    def __len__(self) -> int:
        return len(self.left)

    def take(self, rows: Mask) -> Couples:
        return Couples(
            self.left[rows], self.right[rows], self.pair[rows], self.dialogue[rows], self.rater[rows]
        )


@dataclass(frozen=True, slots=True)
class Overlap:
    """`found` is the share, `chance` that of reasons of different dialogues, which has no interval, `beyond`
    (found − chance) / (1 − chance).
    """

    found: Estimate
    chance: Estimate
    beyond: Estimate


def coupled(left: Mask, right: Mask, pair: Codes, dialogue: Codes, rater: Codes | None = None) -> Couples:
    """Every row of `left` with every row of `right` on the same pair; `rater` of the rows, where intervals
    are to know of them.
    """
    lefts, rights = np.flatnonzero(left), np.flatnonzero(right)
    rights = rights[np.argsort(pair[rights], kind="stable")]
    start = np.searchsorted(pair[rights], pair[lefts], side="left")
    number = np.searchsorted(pair[rights], pair[lefts], side="right") - start
    first = np.repeat(np.cumsum(number) - number, number)
    at = np.repeat(start, number) + np.arange(len(first)) - first
    chosen = np.repeat(lefts, number)
    whose = np.full(len(chosen), NOBODY, dtype=np.int32) if rater is None else rater[chosen]
    return Couples(chosen, rights[at], pair[chosen], dialogue[chosen], whose)


def jaccard(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Σ min / Σ max over themes (… × K), and 1 where it is defined: where either has a theme.

    Of sets that is Jaccard's coefficient (1912); with shares of coders in between, Ružička's (1958).
    """
    least = most = np.zeros(np.broadcast_shapes(left.shape, right.shape)[:-1])
    for one, other in _themes(left, right):
        least, most = least + np.minimum(one, other), most + np.maximum(one, other)
    defined = most > 0
    return least / np.where(defined, most, 1.0), defined.astype(float)


def shared(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """1 where a theme is in both, of shares the largest that both reach; and 1 where either has a theme."""
    least = most = np.zeros(np.broadcast_shapes(left.shape, right.shape)[:-1])
    for one, other in _themes(left, right):
        least, most = np.maximum(least, np.minimum(one, other)), np.maximum(most, np.maximum(one, other))
    return least, (most > 0).astype(float)


def _themes(left: Floats, right: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Theme by theme: ten times as fast as to reduce over a short last axis."""
    for theme in range(left.shape[-1]):
        yield np.ascontiguousarray(left[..., theme]), np.ascontiguousarray(right[..., theme])


def overlap(couples: Couples, themes: Floats, measure: Measure) -> Overlap:
    """The mean over pairs of the mean over couples, from each reason's themes (P × K).

    A pair counts by the share of its couples in which either reason names a theme; the others are undefined.
    The interval is by dialogue and, where couples tell them, by rater; that of `beyond` leaves out one
    dialogue at a time, chance with it.
    """
    value, defined = measure(themes[couples.left], themes[couples.right])
    pairs, pair = np.unique(couples.pair, return_inverse=True)
    each = 1.0 / np.bincount(pair, minlength=len(pairs))[pair] if len(pairs) else np.zeros(0)
    kept = defined > 0
    if not kept.any():
        return Overlap(*(undefined(NO_COUPLE) for _each in range(3)))
    n = len(np.unique(pair[kept]))
    ways = {"dialogue": couples.dialogue[kept], "rater": couples.rater[kept]}
    found = replace(share(value[kept], ways, each[kept], why=NO_COUPLE), n=n)
    dialogues, dialogue = np.unique(couples.dialogue, return_inverse=True)
    sums = np.stack(
        [_sums(dialogue, one, len(dialogues)) for one in (each * defined * value, each * defined)]
    )
    by_chance = _chance(couples, each, dialogue, themes, measure)
    return _beyond(found, sums, by_chance, n=n)


def _sums(group: Places, weights: Floats, count: int) -> Floats:
    return np.bincount(group, weights, count).astype(np.float64)


def _beyond(found: Estimate, sums: Floats, by_chance: tuple[float, Floats], *, n: int) -> Overlap:
    """`sums` (2 × D) are those of overlap and of weight; chance is told whole, and without each dialogue."""
    chance, without = by_chance
    if not np.isfinite(chance):
        return Overlap(found, undefined(NO_BASELINE, n=n), undefined(NO_BASELINE, n=n))
    observed, whole = sums.sum(axis=1), sums.sum(axis=1)[:, None] - sums
    with np.errstate(invalid="ignore", divide="ignore"):
        left = (whole[0] / whole[1] - without) / (1.0 - without)
        value = (observed[0] / observed[1] - chance) / (1.0 - chance)
    why = "Chance alone brings full overlap."
    expected = undefined(_EXPECTED, n=n, value=chance)
    return Overlap(found, expected, told(float(value), left, n=n, least=-1.0, most=1.0, why=why))


def _chance(
    couples: Couples, each: Floats, dialogue: Places, themes: Floats, measure: Measure
) -> tuple[float, Floats]:
    """What reasons of different dialogues overlap, with the weights that they have here: the expectation
    where the right reasons are dealt out anew among other dialogues. And without each dialogue (D).
    """
    count = int(dialogue.max()) + 1
    rows = np.unique(np.concatenate([couples.left, couples.right]))
    patterns, pattern = np.unique(themes[rows], axis=0, return_inverse=True)
    sides = [
        sparse.csr_matrix(
            (each, (dialogue, pattern.ravel()[np.searchsorted(rows, side)])), shape=(count, len(patterns))
        )
        for side in (couples.left, couples.right)
    ]
    within = _within(sides, patterns, measure)
    across = _across(sides, patterns, measure)
    own = across[0] - across[1] - across[2] + 2 * within - within.sum(axis=1, keepdims=True)
    whole = across[0][:, 0] - within.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        defined = whole[1] > _NOTHING
        return (
            float(whole[0] / whole[1]) if defined else float("nan"),
            np.where(own[1] > _NOTHING, own[0] / own[1], np.nan),
        )


def _within(sides: list[sparse.csr_matrix], patterns: Floats, measure: Measure) -> Floats:
    """Of each dialogue, the sums of overlap and of weight over all its left and right reasons (2 × D)."""
    found = np.zeros((2, sides[0].shape[0]))
    for dialogue in range(found.shape[1]):
        left, right = (slice(side.indptr[dialogue], side.indptr[dialogue + 1]) for side in sides)
        value, defined = measure(
            patterns[sides[0].indices[left]][:, None], patterns[sides[1].indices[right]][None, :]
        )
        weights = sides[0].data[left][:, None] * sides[1].data[right][None, :] * defined
        found[:, dialogue] = float((weights * value).sum()), float(weights.sum())
    return found


def _across(
    sides: list[sparse.csr_matrix], patterns: Floats, measure: Measure
) -> tuple[Floats, Floats, Floats]:
    """Sums of overlap and of weight (2 × 1, 2 × D, 2 × D): of all left with all right reasons, of each
    dialogue's left with all right, of all left with each dialogue's right.
    """
    left, right = (np.asarray(side.sum(axis=0)).ravel() for side in sides)
    by_left, by_right = np.zeros((2, len(patterns))), np.zeros((2, len(patterns)))
    rows, columns = np.flatnonzero(left), np.flatnonzero(right)
    part = max(1, _CELLS // (max(len(columns), 1) * max(patterns.shape[1], 1)))
    for start in range(0, len(rows), part):
        here = rows[start : start + part]
        value, defined = measure(patterns[here][:, None], patterns[columns][None, :])
        for place, matrix in enumerate((value * defined, defined)):
            by_left[place, here] = matrix @ right[columns]
            by_right[place, columns] += left[here] @ matrix
    return (
        (by_left @ left)[:, None],
        np.stack([sides[0] @ one for one in by_left]),
        np.stack([sides[1] @ one for one in by_right]),
    )
