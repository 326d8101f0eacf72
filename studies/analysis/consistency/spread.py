"""Standard deviations beyond sampling noise, by the method of moments, with a jackknife by dialogue.

Two answers on a system in one dialogue by two sources share what the system is like there, and no noise: the
mean product of their distances from the system's mean is that variance (Searle, Casella & McCulloch 1992,
Variance Components, ch. 5).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import left_out, quantile
from studies.analysis.consistency.sides import Sides, by_others, of_mean
from studies.analysis.results import CONFIDENCE, Estimate, undefined

Floats = NDArray[np.float64]
#: Fewer dialogues with couples of answers give no interval.
FEWEST: Final = 5
NO_COUPLES: Final = "No dialogue has two answers on it by two sources: noise cannot be told from spread."
ONE_OPPONENT: Final = "It met one other system only: what varies may be that system's."
ONE_REPLY: Final = "No dialogue has two of its replies against the same system, each answered by two sources."


def over_dialogues(sides: Sides, dialogues: int) -> Estimate:
    """How a system's share differs between dialogues, with whatever it met there."""
    return deviation(
        _raised(sides, by_others(sides, dialogues).means()), _there(sides), len(sides.rest), NO_COUPLES
    )


def own(sides: Sides, dialogues: int) -> Estimate:
    """The same from answers against two different systems: what does not hang on the opponent."""
    return deviation(
        _raised(sides, own_values(sides, dialogues)), _there(sides), len(sides.rest), ONE_OPPONENT
    )


def own_values(sides: Sides, dialogues: int) -> Floats:
    """The variance, then without each dialogue in turn."""
    across = by_others(sides, dialogues) - by_others(sides, dialogues, sides.opponent)
    return across.means()


def between_replies(sides: Sides, dialogues: int) -> Estimate:
    """How a system's replies to one dialogue differ: same reply less another reply, against one opponent."""
    same = by_others(sides, dialogues, sides.opponent, sides.reply)
    other = by_others(sides, dialogues, sides.opponent) - same
    there = np.flatnonzero(other.number > 0.5)
    return deviation(same.means() - other.means(), there, len(sides.rest), ONE_REPLY)


def deviation(variances: Floats, there: NDArray[np.intp], n: int, why: str) -> Estimate:
    """The root of variances[0], its interval from variances[1 + d] without each of the dialogues `there`.

    Ends are those of the variance, which may fall below 0, under the root: 0 says that there is no more
    than noise.
    """
    value, without = float(variances[0]), variances[1:][there]
    clusters = {"dialogue": len(there)}
    if not np.isfinite(value):
        return undefined(why, n=n)
    root = float(np.sqrt(max(value, 0.0)))
    if len(there) < FEWEST or not np.isfinite(without).all():
        told = f"An interval needs {FEWEST} dialogues that each have answers by two sources."
        return Estimate(root, n=n, clusters=clusters, undefined=told)
    reach = quantile(len(there) - 1, CONFIDENCE) * np.sqrt(left_out(without))
    low, high = (float(np.sqrt(max(end, 0.0))) for end in (value - reach, value + reach))
    return Estimate(root, low, high, n=n, clusters=clusters)


def _there(sides: Sides) -> NDArray[np.intp]:
    return np.unique(sides.dialogue).astype(np.intp)


def _raised(sides: Sides, variances: Floats) -> Floats:
    return variances + of_mean(sides, (sides.dialogue, sides.source))
