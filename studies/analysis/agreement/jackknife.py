"""Intervals for agreement: one dialogue, one rater, one writer left out at a time.

Leaving out one rater with all their votes and computing anew is the jackknife over the members of couples
(Snijders & Borgatti 1999, Connections 22:161). It holds for any function of the counts, and in small panels,
where the sandwich of `dyadic` falls short. In pairs of three votes it is a little wide: taking one away
changes much. Dialogues, raters and writers are combined by adding and taking away as Cameron, Gelbach &
Miller (2011, J. Business & Economic Statistics 29:238) do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from scipy import stats

from studies.analysis.agreement.counted import RATER, Counted, Floats
from studies.analysis.clustering import NOTHING, NOTHING_VARIES
from studies.analysis.proportions import carried
from studies.analysis.reading import Mask
from studies.analysis.results import CONFIDENCE, Estimate, bounded

#: With fewer raters, or where leaving one out leaves nothing, the figure holds for these raters alone.
FEWEST_RATERS: Final = 5

_NO_PAIR: Final = "No pair has the answers that this needs."

#: From counts (U × K) to the sums of each pair (U × m).
SumsOf = Callable[[Floats], Floats]
#: From added sums (… × m) to the values (… × q); not a number where one is undefined.
ValuesOf = Callable[[Floats], Floats]


def jackknife(
    sample: Counted, sums: SumsOf, values: ValuesOf, shares: Mask, *, n: int | None = None
) -> list[Estimate]:
    """An estimate for each of q values, in their order, with 95 % intervals by Student's t.

    Degrees of freedom are one less than the way with the fewest clusters has. `shares` (q) says which values
    are shares: their intervals are those of log odds. The others are differences or coefficients, between −1
    and 1. `n` counts pairs.
    """
    base = sums(sample.counts)
    size = len(sample) if n is None else n
    total = base.sum(axis=0)
    found = values(total)
    variance, used = _variance(sample, base, sums, values)
    return estimates(sample, found, variance, used, shares, n=size)


def estimates(
    sample: Counted, found: Floats, variance: Floats, used: Mapping[str, int], shares: Mask, *, n: int
) -> list[Estimate]:
    """Values with their variances as estimates; `used` are the ways that the variances rest on.

    No interval, and the reason, where nothing varies.
    """
    counts = sample.clusters
    if not used:
        why = f"An interval needs at least two dialogues; there is {counts.get('dialogue', 0)}."
        return [_alone(value, n, counts, why) for value in found]
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom_of(counts, used)))
    plain = [
        Estimate(float(value), float(value - reach * se), float(value + reach * se), float(se), n, used)
        for value, se in zip(found, np.sqrt(variance), strict=True)
    ]
    return [_settled(one, is_share=bool(share)) for one, share in zip(plain, shares, strict=True)]


def _settled(plain: Estimate, *, is_share: bool) -> Estimate:
    """Within what can be; without an interval, and with the reason, where there is none to tell."""
    value, se = plain.value, plain.se
    if value is None or se is None or not np.isfinite(value):
        return Estimate(None, n=plain.n, clusters=plain.clusters, undefined=_NO_PAIR)
    if se < NOTHING:
        return Estimate(value, n=plain.n, clusters=plain.clusters, undefined=NOTHING_VARIES)
    return carried(plain) if is_share else bounded(plain, -1.0, 1.0)


def freedom_of(counts: Mapping[str, int], used: Mapping[str, int] | None = None) -> int:
    """Degrees of freedom of an estimate from its clusters."""
    return min((counts if used is None else used).values(), default=1) - 1


def _alone(value: float, n: int, clusters: Mapping[str, int], why: str) -> Estimate:
    return Estimate(float(value) if np.isfinite(value) else None, n=n, clusters=clusters, undefined=why)


def _variance(sample: Counted, base: Floats, sums: SumsOf, values: ValuesOf) -> tuple[Floats, dict[str, int]]:
    """Variances (q) and the ways that they rest on, with how many clusters each has.

    Each way alone is left out exactly; where ways are crossed, clusters are small and many, and what they
    move is taken along the tangent.
    """
    total = base.sum(axis=0)
    less = _less(sample, base, sums)
    found = values(total)
    single: dict[str, Floats] = {}
    for name, count in sample.clusters.items():
        if count < (FEWEST_RATERS if name == RATER else 2):
            continue
        spread = _left_out(_totals(sample, (name,), base, less), total, values)
        if np.all(np.isfinite(spread) | ~np.isfinite(found)):
            single[name] = spread
    slope = _slope(total, values)
    variance = np.sum(list(single.values()), axis=0) if single else np.zeros_like(found)
    for names in sample.groups:
        if len(names) > 1 and set(names) <= set(single):
            moved = _totals(sample, names, base @ slope, less @ slope)
            size = len(moved)
            spread = ((moved - moved.mean(axis=0)) ** 2).sum(axis=0) * size / max(size - 1, 1)
            variance = variance + (1 if len(names) % 2 else -1) * spread
    if single:  # where no way alone moves it, what crossed ways move is rounding
        moves = np.max([np.nan_to_num(spread) for spread in single.values()], axis=0) > NOTHING**2
        variance = np.where(moves, variance, 0.0)
    by_pair = [np.nan_to_num(spread) for name, spread in single.items() if name != RATER]
    # No floor by rater: left alone, it counts the noise within a pair that the crossed sums take away.
    floor = np.max(by_pair, axis=0) if by_pair else np.zeros_like(found)
    return np.maximum(np.nan_to_num(variance), floor), {name: sample.clusters[name] for name in single}


def _less(sample: Counted, base: Floats, sums: SumsOf) -> Floats:
    """What a vote adds to its pair's sums, by label (K × U × m): the pair with it less that without it."""
    less = np.zeros((len(sample.labels), *base.shape))
    for label in range(len(sample.labels)):
        without = sample.counts.copy()
        without[:, label] = np.maximum(without[:, label] - 1.0, 0.0)
        less[label] = base - sums(without)
    return less


def _totals(sample: Counted, names: tuple[str, ...], by_pair: Floats, by_label: Floats) -> Floats:
    """Sums over each group of these ways: of pairs (U × m), or with raters of votes (K × U × m)."""
    rows = by_label.reshape(-1, by_label.shape[-1]) if RATER in names else by_pair
    return np.asarray(sample.members(names) @ rows)


def _left_out(totals: Floats, total: Floats, values: ValuesOf) -> Floats:
    """The jackknife's variance: each group left out in turn."""
    without = values(total - totals)
    deviation = without - without.mean(axis=0)
    return np.asarray((deviation**2).sum(axis=0) * (len(totals) - 1) / max(len(totals), 1))


def _slope(total: Floats, values: ValuesOf) -> Floats:
    """How values move with the sums (m × q), by differences; 0 for values that are undefined."""
    step = 1e-6 * max(float(np.abs(total).max(initial=0.0)), 1e-300)
    shifted = total + step * np.eye(len(total))
    back = total - step * np.eye(len(total))
    return np.nan_to_num((values(shifted) - values(back)) / (2 * step))
