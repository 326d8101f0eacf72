"""Labels that would lie upon each other, moved apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def apart(wanted: Sequence[float], step: float, limits: tuple[float, float]) -> list[float]:
    """Heights at least `step` from each other, in the order of `wanted`, within `limits` if they fit.

    Upward from the lowest, then down from the upper limit: nobody moves further than their neighbours push.
    """
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    heights = list(wanted)
    for below, above in pairwise(order):
        heights[above] = max(heights[above], heights[below] + step)
    ceiling = limits[1]
    for place in reversed(order):
        heights[place] = min(heights[place], ceiling)
        ceiling = heights[place] - step
    return heights
