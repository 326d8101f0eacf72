"""Shares with intervals that stay between 0 and 1, and medians with intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from studies.analysis.clustering import NOTHING_VARIES, Floats, clusters_in, interval
from studies.analysis.reading import Codes
from studies.analysis.results import CONFIDENCE, Estimate, bounded, undefined

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
    return carried(interval(value, weights * (hits - value) / weights.sum(), ways))


def carried(plain: Estimate, least: float = 0.0, most: float = 1.0) -> Estimate:
    """The estimate of a number between `least` and `most` with its interval carried over from log odds.

    For a difference of shares `least` is −1: then it is Fisher's z. Without an interval the estimate stays;
    at an end, where log odds end too, the interval is cut off.
    """
    if plain.value is None or plain.low is None or plain.high is None:
        return plain
    if not least < plain.value < most:
        return bounded(plain, least, most)
    low, high = within(plain.value, (plain.high - plain.low) / 2, least, most)
    return replace(plain, low=low, high=high)


def within(value: float, reach: float, least: float = 0.0, most: float = 1.0) -> tuple[float, float]:
    """The ends of value ± reach between `least` and `most`, carried over from log odds (delta method)."""
    size = most - least
    odds, reach = log_odds(value, reach, least, most)
    low, high = special.expit(odds - reach), special.expit(odds + reach)
    return least + size * float(low), least + size * float(high)


def log_odds(value: float, step: float, least: float = 0.0, most: float = 1.0) -> tuple[float, float]:
    """The log odds of a value between two bounds, and what a small step of the value is there."""
    share, size = (value - least) / (most - least), most - least
    return float(special.logit(share)), step / size / (share * (1.0 - share))


def all_or_none(plain: Estimate, trials: int) -> Estimate:
    """For a share of exactly 0 or 1: Clopper and Pearson's interval with so many trials."""
    low, high = exact(trials if plain.value else 0, trials)
    return replace(plain, low=low, high=high, se=None, undefined="")


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
    plain = Estimate(value, n=answers, clusters=counts, undefined=NOTHING_VARIES)
    return all_or_none(plain, counts.get(unit, answers))
