"""A logarithmic scale drawn as an even one of decimal logarithms: where its ticks are and what they say."""

from __future__ import annotations

import math
from typing import Final

from studies.analysis.reporting.charts.reading import Point

#: Marked numbers within a power of ten, where the scale spans so many of them or fewer.
_STEPS: Final = ((2.0, (1, 2, 5)), (4.0, (1, 3)))


def logarithm(one: Point) -> Point:
    """The point on the even scale; nothing of what is not above 0."""
    value, low, high = (
        math.log10(part) if part is not None and part > 0 else None for part in (one.value, one.low, one.high)
    )
    return Point(value, low, high)


def ticks(low: float, high: float) -> tuple[list[float], list[str]]:
    """Places on the even scale between two ends, and the numbers that stand there."""
    steps = next((steps for widest, steps in _STEPS if high - low <= widest), (1,))
    numbers = [step * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps]
    shown = [number for number in numbers if low <= math.log10(number) <= high]
    return [math.log10(number) for number in shown], [_said(number) for number in shown]


def _said(number: float) -> str:
    return f"{number:,.0f}" if number >= 1 else f"{number:g}"
