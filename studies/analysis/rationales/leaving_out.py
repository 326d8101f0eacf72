"""Intervals of what is no mean: one dialogue left out at a time (jackknife; Efron & Stein 1981, Annals of
Statistics 9:586).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats, estimate, left_out
from studies.analysis.results import Estimate, bounded, undefined

_HANGS: Final = "It hangs on a single dialogue: without it there is no value, so no interval."


def without_each(
    totals: Floats, values: Callable[[Floats], Floats], *, n: int, least: float, most: float, why: str
) -> list[Estimate]:
    """Values (q) of sums over dialogues, with intervals by Student's t between `least` and `most`.

    `totals` (D × m) are each dialogue's sums, `values` makes values (… × q) of added ones (… × m); not a
    number where one is undefined, which is told by `why`.
    """
    whole = totals.sum(axis=0)
    found, without = values(whole), values(whole - totals)
    return [
        told(float(value), left, n=n, least=least, most=most, why=why)
        for value, left in zip(found, without.T, strict=True)
    ]


def told(value: float, without: Floats, *, n: int, least: float, most: float, why: str) -> Estimate:
    """The value with its interval, from what it is `without` each of the dialogues (D)."""
    count = len(without)
    if not np.isfinite(value):
        return undefined(why, n=n)
    if count > 1 and not np.isfinite(without).all():
        return Estimate(value, n=n, clusters={"dialogue": count}, undefined=_HANGS)
    return bounded(
        estimate(value, left_out(without), count - 1, n=n, clusters={"dialogue": count}), least, most
    )
