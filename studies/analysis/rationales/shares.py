"""Shares of passages with each code, for many groups at once, and how two groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.clusters import Clusters, Spread
from studies.analysis.proportions import all_or_none, carried
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, undefined

#: Where one side has a code always or never, the sandwich takes it for certain.
ONE_SIDE: Final = "On one side all or none have it: the data cannot tell an interval of the difference."
#: Sums in another order differ behind these.
_DECIMALS: Final = 12
_ONE_EMPTY: Final = "One side has no coded passage."


def shares(weights: Floats, groups: Codes, count: int, ways: Mapping[str, Codes]) -> list[list[Estimate]]:
    """The share of each of K codes in each of `count` groups, from n × K weights between 0 and 1.

    Intervals as those of `proportions.share`: on log odds, exact by dialogue where all or none have it.
    """
    means = _means(weights, groups, count)
    influence = (weights - means[groups]) / np.maximum(np.bincount(groups, minlength=count), 1)[groups, None]
    everything = np.ones(len(groups), dtype=bool)
    spread = Clusters(ways, groups, count).spread(influence, everything)
    return [
        [_share(spread, group, code, float(means[group, code])) for code in range(weights.shape[1])]
        for group in range(count)
    ]


def _means(weights: Floats, groups: Codes, count: int) -> Floats:
    sums = np.stack([np.bincount(groups, column, count) for column in weights.T], axis=1)
    return np.asarray(sums / np.maximum(np.bincount(groups, minlength=count), 1)[:, None])


def _share(spread: Spread, group: int, code: int, value: float) -> Estimate:
    plain = spread.estimate(value, group, code)
    if plain.value in (0.0, 1.0) and plain.n:
        return all_or_none(plain, plain.clusters.get("dialogue", plain.n))
    return carried(plain)


def differences(
    weights: Floats, left: Mask, right: Mask, ways: Mapping[str, Codes], counts: Floats | None = None
) -> list[Estimate]:
    """Share of the `left` rows less that of the `right` ones, for each of K codes, with clusters across both.

    Rows count alike, or as `counts` (n) says. Where a side has all or none, the interval is `_added`.
    Degrees of freedom are those of the side with fewer clusters, n is that of the smaller side.
    """
    codes = weights.shape[1]
    if not left.any() or not right.any():
        return [undefined(_ONE_EMPTY) for _code in range(codes)]
    sides, means = sides_of(weights, left, right, counts)
    spread = _spread(sides[0] - sides[1], left, right, ways=ways)
    found = []
    for code in range(codes):
        value = float(means[0, code] - means[1, code])
        if _settled(means[:, code]):
            own = [
                _own(side[:, [code]], rows, ways, float(mean))
                for side, rows, mean in zip(sides, (left, right), means[:, code], strict=True)
            ]
            found.append(_added(spread.without_interval(value, 0, ONE_SIDE), *own))
        else:
            found.append(carried(spread.estimate(value, 0, code), -1.0, 1.0))
    return found


def _own(influence: Floats, rows: Mask, ways: Mapping[str, Codes], value: float) -> Estimate:
    """One side's share; of all or none exact, with the clusters of the way with the fewest as the trials.

    A cluster has none with a chance of at most 1 − the share, whatever hangs together in it: so the trials
    are no answers. None where no way has two clusters.
    """
    spread = Clusters(ways, np.zeros(len(influence), dtype=np.int32), 1).spread(influence, rows)
    plain = spread.estimate(value, 0)
    if value not in (0.0, 1.0):
        return carried(plain)
    trials = min((count for count in plain.clusters.values() if count > 1), default=0)
    return all_or_none(plain, trials) if trials else plain


def _added(difference: Estimate, left: Estimate, right: Estimate) -> Estimate:
    """The difference with the interval whose squared arms are the sums of the sides' (Newcombe 1998,
    Statistics in Medicine 17:873, method 10); it takes the sides as independent, and is careful where what
    they share moves both the same way. No standard error belongs to it.
    """
    ends = left.value, left.low, left.high, right.value, right.low, right.high
    if difference.value is None or any(end is None for end in ends):
        return difference
    one, one_low, one_high, other, other_low, other_high = np.array(ends, dtype=float).tolist()
    low = difference.value - float(np.hypot(one - one_low, other_high - other))
    high = difference.value + float(np.hypot(one_high - one, other - other_low))
    return replace(difference, low=low, high=high, undefined="")


def ratios(weights: Floats, left: Mask, right: Mask, ways: Mapping[str, Codes]) -> list[Estimate]:
    """How many times as often the `left` rows have each code; the interval is symmetric in its logarithm."""
    codes = weights.shape[1]
    if not left.any() or not right.any():
        return [undefined(_ONE_EMPTY) for _code in range(codes)]
    sides, means = sides_of(weights, left, right, None)
    safe = np.where(means > 0, means, 1.0)
    spread = _spread(sides[0] / safe[0] - sides[1] / safe[1], left, right, ways=ways)
    found = []
    for code in range(codes):
        if (means[:, code] == 0).any():
            found.append(undefined("One side never has it.", n=int(spread.n[0])))
        elif _settled(means[:, code]):
            found.append(spread.without_interval(float(means[0, code] / means[1, code]), 0, ONE_SIDE))
        else:
            found.append(_raised(spread.estimate(float(np.log(means[0, code] / means[1, code])), 0, code)))
    return found


def changes(weights: Floats, parts: Sequence[Mask], ways: Mapping[str, Codes]) -> list[Estimate]:
    """(share of part 0 − share of part 1) − (share of part 2 − share of part 3), for each of K codes.

    Between −2 and 2.
    """
    signs = (1.0, -1.0, -1.0, 1.0)
    one, first = sides_of(weights, parts[0], parts[1], None)
    two, second = sides_of(weights, parts[2], parts[3], None)
    each = (*one, *two)
    influence = np.sum([sign * part for sign, part in zip(signs, each, strict=True)], axis=0)
    means = np.vstack([first, second])
    spread = _spread(influence, *parts, ways=ways)
    values = np.array(signs) @ means
    return [
        spread.without_interval(float(value), 0, ONE_SIDE)
        if _settled(means[:, code])
        else carried(spread.estimate(float(value), 0, code), -2.0, 2.0)
        for code, value in enumerate(values)
    ]


def _settled(means: Floats) -> bool:
    return bool(((means == 0) | (means == 1)).any())


def _raised(log: Estimate) -> Estimate:
    """From a logarithm; the standard error stays that of the logarithm's, so it is left out."""
    value, low, high = (None if one is None else float(np.exp(one)) for one in (log.value, log.low, log.high))
    return Estimate(value, low, high, None, log.n, log.clusters, log.undefined)


def sides_of(
    weights: Floats, left: Mask, right: Mask, counts: Floats | None
) -> tuple[tuple[Floats, Floats], Floats]:
    """Influences (n × K) of the means of `left` and `right`, and the means (2 × K), rows counting alike or as
    `counts` says.
    """
    each, means = [], []
    for rows in (left, right):
        count = np.where(rows, 1.0 if counts is None else counts, 0.0)
        part = (count / count.sum())[:, None]
        means.append((part * weights).sum(axis=0).round(_DECIMALS))
        each.append(part * (weights - means[-1]))
    return (each[0], each[1]), np.stack(means)


def _spread(influence: Floats, *parts: Mask, ways: Mapping[str, Codes]) -> Spread:
    """Of estimates that rest on several parts of the rows: known no better than the least known part is, and
    with the n of the smallest.
    """
    clusters = Clusters(ways, np.zeros(len(influence), dtype=np.int32), 1)
    both = clusters.spread(influence, np.logical_or.reduce(parts))
    halves = [clusters.counted(rows) for rows in parts]
    own = [
        {name: half[name] if half[name][0] else many for name, many in both.clusters.items()}
        for half in halves
    ]
    smallest = np.minimum.reduce([clusters.answers(rows) for rows in parts])
    return both.weaker(*own, n=smallest)
