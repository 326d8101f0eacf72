"""Cells as they may be written: plain Python numbers, rounded, finite or with the reason why not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

import numpy as np

from studies.analysis.results import Cell, Estimate, undefined

#: Significant digits of every number in report.json and the CSV files: more than any interval bears out, and
#: few enough that another order of summation does not show.
DIGITS: Final = 6
NOT_FINITE: Final = "The number that came out is not finite."


def settled(cell: Any) -> Cell:
    """The cell with Python's numbers, rounded to DIGITS. What is not finite becomes an undefined estimate."""
    if isinstance(cell, Estimate):
        return _settled_estimate(cell)
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, float):
        return rounded(cell) if math.isfinite(cell) else undefined(NOT_FINITE)
    if cell is None or isinstance(cell, str | int | bool):
        return cell
    raise TypeError(f"a cell cannot hold {type(cell).__name__}")


def rounded(number: float) -> float:
    """DIGITS significant digits, and no negative zero."""
    return float(f"{number:.{DIGITS}g}") + 0.0


def _settled_estimate(estimate: Estimate) -> Estimate:
    numbers = (estimate.value, estimate.low, estimate.high, estimate.se)
    value, low, high, se = (_finite(number) for number in numbers)
    kept = (value, low, high, se)
    lost = any(now is None and then is not None for now, then in zip(kept, numbers, strict=True))
    if value is None or low is None or high is None:
        low = high = None
    return replace(
        estimate,
        value=value,
        low=low,
        high=high,
        se=se,
        n=int(estimate.n),
        clusters={name: int(count) for name, count in sorted(estimate.clusters.items())},
        undefined=estimate.undefined or (NOT_FINITE if lost else ""),
    )


def _finite(number: float | None) -> float | None:
    return rounded(float(number)) if number is not None and math.isfinite(number) else None
