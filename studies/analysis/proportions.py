"""Shares with intervals that stay between 0 and 1, and medians with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from studies.analysis.clustering import Floats, clusters_in, interval
from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate, undefined

#: Stands below every table of shares.
HOW: Final = (
    "95 % intervals: multiway sandwich with Student's t on log odds; where all or none of the answers count, "
    "exact (Clopper-Pearson) with the {unit} as the units."
)
_TAIL: Final = (1.0 - CONFIDENCE) / 2


def share(
    counts: NDArray[np.bool_] | Floats,
    ways: Mapping[str, Codes],
    weight: Floats | None = None,
    *,
    unit: str = "dialogue",
    why: str = "There is no answer of this kind.",
) -> Estimate:
    """The weighted mean of 0 and 1 (or of ½) over n answers, with a clustered interval on log odds.

    The standard error is that of `clustering.interval`; the interval is carried over from log odds by the
    delta method, so that it stays between 0 and 1. If all or no answers count, the sandwich is 0 and says
    nothing: then the interval is Clopper and Pearson's (1934, Biometrika 26:404) with as many trials as the
    way `unit` has clusters. `why` is said where there is no answer.
    """
    if not len(counts):
        return undefined(why)
    weights = np.ones(len(counts)) if weight is None else weight
    hits = np.asarray(counts, dtype=float)
    value = float((weights * hits).sum() / weights.sum())
    if np.all(hits == hits[0]):
        return _alike(float(hits[0]), ways, len(hits), unit)
    plain = interval(value, weights * (hits - value) / weights.sum(), ways)
    if plain.low is None or plain.high is None or plain.se is None or not 0.0 < value < 1.0:
        return plain
    reach = (plain.high - value) / (value * (1.0 - value))
    logit = special.logit(value)
    low, high = special.expit(logit - reach), special.expit(logit + reach)
    return Estimate(value, float(low), float(high), plain.se, plain.n, plain.clusters)


def exact(count: int, trials: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval for `count` of `trials`; 0 to 1 without any trial."""
    if not trials:
        return 0.0, 1.0
    low = stats.beta.ppf(_TAIL, count, trials - count + 1) if count else 0.0
    high = stats.beta.ppf(1.0 - _TAIL, count + 1, trials - count) if count < trials else 1.0
    return float(low), float(high)


def wilson(value: float, trials: int) -> tuple[float, float]:
    """Wilson's 95 % interval (1927, JASA 22:209) of a share over `trials` ≥ 1; no continuity correction."""
    z = float(stats.norm.ppf(1.0 - _TAIL))
    middle = (value + z**2 / (2 * trials)) / (1.0 + z**2 / trials)
    reach = z / (1.0 + z**2 / trials) * np.sqrt(value * (1.0 - value) / trials + z**2 / (4.0 * trials**2))
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def median(values: Floats, *, unit: str, why: str) -> Estimate:
    """The median with its distribution-free 95 % interval between two order statistics.

    It needs 6 values (Conover 1999, Practical Nonparametric Statistics): for fewer, the widest interval
    falls short of 95 %. `unit` says what a value is, in the plural.
    """
    count = len(values)
    if not count:
        return undefined(why)
    middle = float(np.median(values))
    below = int(stats.binom.ppf(_TAIL, count, 0.5))
    if below < 1:
        return undefined(f"An interval needs 6 {unit}; there are {count}.", n=count, value=middle)
    ordered = np.sort(values)
    return Estimate(
        middle, float(ordered[below - 1]), float(ordered[count - below]), n=count, clusters={unit: count}
    )


def sign_test(more: int, fewer: int) -> float | None:
    """Two-sided exact p that `more` and `fewer` are equally likely; None if there is neither."""
    return float(stats.binomtest(more, more + fewer, 0.5).pvalue) if more + fewer else None


def _alike(value: float, ways: Mapping[str, Codes], answers: int, unit: str) -> Estimate:
    counts = clusters_in(ways)
    if value not in (0.0, 1.0):
        return undefined("All answers are alike: nothing varies.", n=answers, value=value)
    trials = counts.get(unit, answers)
    low, high = exact(trials if value else 0, trials)
    return Estimate(value, low, high, n=answers, clusters=counts)
