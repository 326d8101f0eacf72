"""What a judge's agreement with raters is set against: that of raters with each other, on the same pairs.

Each comparison says, for each pair, how likely it is that a rater, and a judge, meets the same reference:

- `one_vote`: one vote of another rater;
- `three`: the majority of three raters; for a rater three others. A triple with three labels has none;
- `rest`: the most frequent vote of all raters but one, who is the rater compared. Ties for the first place
  have none.

Expected over all choices of raters in closed form, so nothing is drawn. S1 counts three labels (a tie is
one); S2 counts only where both sides are decisive. Against one vote each pair counts once. Against a majority
it counts as often as there is one: if each counted once, pairs of which only the deviating rater can be
compared would weigh too much, and raters would seem worse than they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from studies.analysis.agreement.counted import Floats
from studies.analysis.reading import Mask

Against = Literal["one_vote", "three", "rest"]
Setup = Literal["S1", "S2"]

SETUPS: Final[tuple[Setup, ...]] = ("S1", "S2")
AGAINST: Final[Mapping[Against, str]] = {
    "one_vote": "one rater's vote",
    "three": "majority of three raters",
    "rest": "majority of all other raters",
}
#: Votes that a pair needs.
NEEDED: Final[Mapping[Against, int]] = {"one_vote": 2, "three": 4, "rest": 3}
#: Which of the three labels (a better, no difference, b better) count.
_KEPT: Final[Mapping[Setup, Floats]] = {"S1": np.ones(3), "S2": np.array([1.0, 0.0, 1.0])}
#: Columns of `sums_for` before the shares of labels of raters, judge and reference.
_FIGURES: Final = 7

VALUES: Final = ("judge", "raters", "difference", "chance_judge", "chance_raters", "ceiling", "kappa_judge")
#: Those of VALUES that are no shares.
_NO_SHARES: Final = ("difference", "kappa_judge")
SHARES: Final = np.array([name not in _NO_SHARES for name in VALUES])

#: From counts (U × 3), the judge's shares (U × 3) and the labels that count (3): how often the rater, and the
#: judge, agrees and can be compared (U × 4), and how often the reference has each label (U × 3).
_Kernel = Callable[[Floats, Floats, Floats], tuple[Floats, Floats]]


def sums_for(against: Against, setup: Setup, judge: Floats) -> Callable[[Floats], Floats]:
    """Sums of each pair for `jackknife`; all 0 where the pair does not count (`counting` says where it does).

    `judge` (U × 3) holds the shares of the judge's answers on each pair, zeros where it gave none.
    """
    kept, kernel = _KEPT[setup], _KERNELS[against]

    def sums(counts: Floats) -> Floats:
        parts, reference = kernel(counts, judge, kept)
        there = _there(against, counts, judge, parts)
        shares = [_normal(counts * kept), _normal(judge * kept), reference]
        columns = [there.astype(float), *parts.T, reference.max(axis=1), reference.sum(axis=1)]
        return np.asarray(np.hstack([np.stack(columns, axis=1), *shares]) * there[:, None])

    return sums


def counting(against: Against, setup: Setup, counts: Floats, judge: Floats) -> Mask:
    """The pairs (U) that a comparison rests on: raters' and judge's figures stand on the same ones."""
    return sums_for(against, setup, judge)(counts)[:, 0] > 0


def decided(setup: Setup, shares: Floats) -> Floats:
    """Counts or shares (U × 3) of the labels that this setup counts, 0 for the others."""
    return shares * _KEPT[setup]


def values_from(sums: Floats) -> Floats:
    """VALUES from added sums (… × m); not numbers where no pair counts.

    Chance is the agreement of two sources with these marginals who know nothing of the pair (Cohen 1960), so
    it depends on how often ties are used. The ceiling is the share of the reference's most frequent label on
    each pair: what a judge could reach who knew how each pair's raters answer; with few votes a pair it
    flatters (upper noise ceiling of Nili et al. 2014, PLOS Comput. Biol. 10:e1003553).
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.where(sums[..., :1] > 1e-9, sums, np.nan)
        raters, judge = found[..., 1] / found[..., 2], found[..., 3] / found[..., 4]
        ceiling = found[..., 5] / found[..., 6]
        shares = found[..., _FIGURES:].reshape(*found.shape[:-1], 3, 3)
        shares = shares / shares.sum(axis=-1, keepdims=True)
        rater, judged, reference = (shares[..., which, :] for which in range(3))
        by_judge, by_raters = (judged * reference).sum(-1), (rater * reference).sum(-1)
        kappa = np.where(by_judge < 1 - 1e-12, (judge - by_judge) / (1 - by_judge), np.nan)
        values = [judge, raters, judge - raters, by_judge, by_raters, ceiling, kappa]
    return np.stack(values, axis=-1)


def leave_one_out_sums(setup: Setup) -> Callable[[Floats], Floats]:
    """Of each pair: whether it counts, and how often the most frequent of the others' votes is the vote left
    out: what is reached by knowing all other votes. Equally frequent labels share the hit.
    """
    kept = _KEPT[setup]

    def sums(counts: Floats) -> Floats:
        shown = counts * kept
        n = shown.sum(axis=1)
        hit = np.zeros(len(counts))
        for label in np.flatnonzero(kept):
            rest = _without(shown, int(label))
            top = (rest == rest.max(axis=1, keepdims=True)) & (kept > 0)
            hit += shown[:, label] * top[:, label] / np.maximum(top.sum(axis=1), 1)
        there = n >= 2
        return np.stack([there, there * hit / np.maximum(n, 1.0)], axis=1).astype(float)

    return sums


def mean_of_pairs(sums: Floats) -> Floats:
    """The mean over the pairs that count (… × 1)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(sums[..., :1] > 1e-9, sums[..., 1:] / sums[..., :1], np.nan)


def _there(against: Against, counts: Floats, judge: Floats, parts: Floats) -> Mask:
    enough = (counts.sum(axis=1) >= NEEDED[against]) & (judge.sum(axis=1) > 0)
    met = parts[:, (1, 3)] > 0
    return np.asarray(enough & (met.all(axis=1) if against == "one_vote" else met.any(axis=1)))


def _one_vote(counts: Floats, judge: Floats, kept: Floats) -> tuple[Floats, Floats]:
    """Each pair counts once, for raters and judge alike."""
    shown, said = counts * kept, _normal(judge * kept)
    n = shown.sum(axis=1)
    there = ((n >= 2) & (said.sum(axis=1) > 0)).astype(float)
    raters = (shown * (shown - 1)).sum(axis=1) / np.maximum(n * (n - 1), 1.0)
    agreed = (shown * said).sum(axis=1) / np.maximum(n, 1.0)
    return np.stack([raters * there, there, agreed * there, there], axis=1), _normal(shown)


def _three(counts: Floats, judge: Floats, kept: Floats) -> tuple[Floats, Floats]:
    majority, said = _majority_of_three(counts) * kept, judge * kept
    parts = np.zeros((len(counts), 4))
    share = _normal(counts)
    for label in np.flatnonzero(kept):
        others = _majority_of_three(_without(counts, int(label))) * kept
        parts[:, 0] += share[:, label] * others[:, label]
        parts[:, 1] += share[:, label] * others.sum(axis=1)
    parts[:, 2] = (said * majority).sum(axis=1)
    parts[:, 3] = said.sum(axis=1) * majority.sum(axis=1)
    return parts, majority


def _rest(counts: Floats, judge: Floats, kept: Floats) -> tuple[Floats, Floats]:
    said, share = judge * kept, _normal(counts)
    parts, reference = np.zeros((len(counts), 4)), np.zeros_like(counts)
    for label in range(counts.shape[1]):
        rest = _without(counts, label)
        top = rest == rest.max(axis=1, keepdims=True)
        majority = top * (top.sum(axis=1, keepdims=True) == 1) * kept
        left_out = share[:, label]
        parts[:, 0] += left_out * kept[label] * majority[:, label]
        parts[:, 1] += left_out * kept[label] * majority.sum(axis=1)
        parts[:, 2] += left_out * (said * majority).sum(axis=1)
        parts[:, 3] += left_out * said.sum(axis=1) * majority.sum(axis=1)
        reference += left_out[:, None] * majority
    return parts, reference


_KERNELS: Final[Mapping[Against, _Kernel]] = {"one_vote": _one_vote, "three": _three, "rest": _rest}


def _majority_of_three(counts: Floats) -> Floats:
    """How likely each label is the one of at least two of three votes drawn without return (U × 3)."""
    n = counts.sum(axis=1, keepdims=True)
    triples = n * (n - 1) * (n - 2) / 6
    two = counts * (counts - 1) / 2 * (n - counts)
    all_three = counts * (counts - 1) * (counts - 2) / 6
    return np.where(triples > 0, (two + all_three) / np.where(triples > 0, triples, 1.0), 0.0)


def _without(counts: Floats, label: int) -> Floats:
    rest = counts.copy()
    rest[:, label] = np.maximum(rest[:, label] - 1.0, 0.0)
    return rest


def _normal(shares: Floats) -> Floats:
    return np.asarray(shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-300))
