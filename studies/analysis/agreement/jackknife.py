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

from studies.analysis.agreement.counted import RATER, Counted, Floats, Places
from studies.analysis.results import CONFIDENCE, Estimate

#: With fewer raters, or where leaving one out leaves nothing, the figure holds for these raters alone.
FEWEST_RATERS: Final = 5

#: From counts (U × K) to the sums of each pair (U × m).
SumsOf = Callable[[Floats], Floats]
#: From added sums (… × m) to the values (… × q); not a number where one is undefined.
ValuesOf = Callable[[Floats], Floats]


def jackknife(sample: Counted, sums: SumsOf, values: ValuesOf, *, n: int | None = None) -> list[Estimate]:
    """An estimate for each of q values, in their order, with 95 % intervals by Student's t.

    Degrees of freedom are one less than the way with the fewest clusters has. `n` counts pairs.
    """
    base = sums(sample.counts)
    size = len(sample) if n is None else n
    total = base.sum(axis=0)
    found = values(total)
    variance, used = _variance(sample, base, sums, values)
    return estimates(sample, found, variance, used, n=size)


def estimates(
    sample: Counted, found: Floats, variance: Floats, used: Mapping[str, int], *, n: int
) -> list[Estimate]:
    """Values with their variances as estimates; `used` are the ways that the variances rest on."""
    counts = sample.clusters
    if not used:
        why = f"An interval needs at least two dialogues; there is {counts.get('dialogue', 0)}."
        return [_alone(value, n, counts, why) for value in found]
    reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, freedom_of(counts, used)))
    return [
        Estimate(float(value), float(value - reach * se), float(value + reach * se), float(se), n, used)
        if np.isfinite(value)
        else _alone(value, n, counts, "No pair has the answers that this needs.")
        for value, se in zip(found, np.sqrt(variance), strict=True)
    ]


def freedom_of(counts: Mapping[str, int], used: Mapping[str, int] | None = None) -> int:
    """Degrees of freedom of an estimate from its clusters."""
    return min((counts if used is None else used).values(), default=1) - 1


def _alone(value: float, n: int, clusters: Mapping[str, int], why: str) -> Estimate:
    return Estimate(float(value) if np.isfinite(value) else None, n=n, clusters=clusters, undefined=why)


def _variance(sample: Counted, base: Floats, sums: SumsOf, values: ValuesOf) -> tuple[Floats, dict[str, int]]:
    """Variances (q) and the ways that they rest on, with how many clusters each has."""
    total = base.sum(axis=0)
    by_vote = _of_votes(sample, base, sums)
    single: dict[str, Floats] = {}
    for name, count in sample.clusters.items():
        if count < (FEWEST_RATERS if name == RATER else 2):
            continue
        spread = _spread(sample.groups[(name,)], by_vote if name == RATER else base, total, values)
        if np.all(np.isfinite(spread) | ~np.isfinite(values(total))):
            single[name] = spread
    variance = np.zeros_like(values(total))
    for names, groups in sample.groups.items():
        if set(names) <= set(single):
            rows = by_vote if RATER in names else base
            spread = single[names[0]] if len(names) == 1 else _spread(groups, rows, total, values)
            variance += (1 if len(names) % 2 else -1) * np.nan_to_num(spread)
    by_pair = [np.nan_to_num(spread) for name, spread in single.items() if name != RATER]
    # No floor by rater: left alone, it counts the noise within a pair that the crossed sums take away.
    floor = np.max(by_pair, axis=0) if by_pair else np.zeros_like(variance)
    return np.maximum(variance, floor), {name: sample.clusters[name] for name in single}


def _of_votes(sample: Counted, base: Floats, sums: SumsOf) -> Floats:
    """What each vote adds to its pair's sums (V × m): the pair with it less the pair without it."""
    less = np.zeros((len(sample.labels), *base.shape))
    for label in range(len(sample.labels)):
        without = sample.counts.copy()
        without[:, label] = np.maximum(without[:, label] - 1.0, 0.0)
        less[label] = base - sums(without)
    return np.asarray(less[sample.label, sample.unit])


def _spread(groups: Places, rows: Floats, total: Floats, values: ValuesOf) -> Floats:
    """The jackknife's variance: each group's rows left out in turn."""
    count = int(groups.max(initial=-1)) + 1
    left_out = np.stack([np.bincount(groups, column, count) for column in rows.T], axis=1)
    without = values(total - left_out)
    deviation = without - without.mean(axis=0)
    return np.asarray((deviation**2).sum(axis=0) * (count - 1) / max(count, 1))
