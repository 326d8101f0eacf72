"""The scale that strengths are told on: Elo points, 1500 at the anchor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.results import CONFIDENCE, Estimate, undefined

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Elo points of one unit of log odds: 400 points are odds of ten to one (Elo 1978).
POINTS: Final = 400.0 / math.log(10.0)
ANCHOR: Final = 1500.0
#: Variances under this share of a squared Elo point are arithmetic's noise: nothing varied.
_NOTHING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Spread:
    """How estimates vary: `covariance` (k × k) in log odds, `freedom` of Student's t, 0 without clusters."""

    covariance: Floats
    freedom: int
    clusters: Mapping[str, int]

    def around(self, value: float, at: int, n: int) -> Estimate:
        """Estimate number `at`, `value` in Elo points, with its interval or the reason why it has none."""
        if self.freedom < 1:
            found = ", ".join(f"{count} {name}" for name, count in self.clusters.items()) or "none"
            why = f"An interval needs at least two dialogues, raters or writers; there is {found}."
            return undefined(why, n=n, value=value)
        se = POINTS * math.sqrt(self.covariance[at, at])
        if se < _NOTHING:
            why = (
                "No answer departs from what the ranking expects: nothing varies that an interval could tell."
            )
            return undefined(why, n=n, value=value)
        reach = float(stats.t.ppf(0.5 + CONFIDENCE / 2, self.freedom)) * se
        return Estimate(value, value - reach, value + reach, se, n=n, clusters=dict(self.clusters))


def points(strength: float) -> float:
    """A strength in log odds against the anchor as Elo points."""
    return ANCHOR + POINTS * strength
