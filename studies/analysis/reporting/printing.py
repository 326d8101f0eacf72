"""Numbers as a reader sees them, in the way of a psychologist's paper."""

from __future__ import annotations

import math
from typing import Final

from studies.analysis.reporting.cells import settled
from studies.analysis.results import Cell, ColumnKind, Estimate

NOTHING: Final = "–"
_SPACE: Final = "\N{NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"
#: A probability below this is not told more exactly.
_SMALLEST_P: Final = 0.001


def printed(cell: Cell, kind: ColumnKind) -> str:
    """The cell in one line: `53.2 % [48.1, 58.3]` for an estimate; a dash for nothing."""
    plain = settled(cell)
    if plain is None:
        return NOTHING
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    if isinstance(plain, str):
        return plain
    if isinstance(plain, Estimate):
        return _estimate(plain, kind)
    return _number(float(plain), "count" if isinstance(plain, int) else kind, [float(plain)])


def rest_of(cell: Cell) -> str:
    """What stands below an estimate: its n, and a word where there is no interval."""
    plain = settled(cell)
    if not isinstance(plain, Estimate):
        return ""
    told = [f"n{_SPACE}={_SPACE}{plain.n:,}"] if plain.n else []
    if plain.low is None and plain.value is not None:
        told.append("no interval")
    return ", ".join(told)


def _estimate(estimate: Estimate, kind: ColumnKind) -> str:
    if estimate.value is None:
        return NOTHING
    if estimate.low is None or estimate.high is None:
        return _number(estimate.value, kind, [estimate.value])
    together = [estimate.value, estimate.low, estimate.high]
    low, high = (_number(end, kind, together, unit=False) for end in (estimate.low, estimate.high))
    return f"{_number(estimate.value, kind, together)} [{low}, {high}]"


def _number(number: float, kind: ColumnKind, beside: list[float], *, unit: bool = True) -> str:
    """One number, with as many decimals as those beside it."""
    if kind == "share":
        return _signed(number * 100, 1) + (f"{_SPACE}%" if unit else "")
    if kind == "points":
        plus = "+" if round(number * 100, 1) > 0 else ""
        return plus + _signed(number * 100, 1) + (f"{_SPACE}points" if unit else "")
    if kind == "p":
        return f"<{_SPACE}{_SMALLEST_P}" if number < _SMALLEST_P else f"{number:.3f}"
    if kind in ("count", "elo") and all(math.isclose(one, round(one)) or kind == "elo" for one in beside):
        return _signed(number, 0)
    largest = max(abs(one) for one in beside)
    return _signed(number, _decimals(largest))


def _decimals(largest: float) -> int:
    """Two, fewer for what is large, and enough for two digits of what is small."""
    if largest >= 100:
        return 0 if largest >= 1000 else 1
    return 2 if largest >= 0.1 or largest == 0 else min(6, 1 - math.floor(math.log10(largest)))


def _signed(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", _MINUS)
