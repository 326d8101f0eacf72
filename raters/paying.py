"""What work is worth: pure arithmetic in minor units, always rounded so that nobody is paid too little."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

SYMBOLS: Final = {"GBP": "£", "USD": "$", "EUR": "€"}


def pro_rata(reward: int, *, done: int, planned: int, at_least: int = 0) -> int:
    """The share of `reward` for `done` of `planned` pairs, rounded up, never under `at_least`.

    Nothing planned is worth `at_least`; never more than the reward, unless `at_least` is.
    """
    share = -(-reward * min(done, planned) // planned) if planned else 0
    return max(share, at_least)


def at_work(start: datetime, signs: Iterable[datetime], *, longest_gap: timedelta) -> timedelta:
    """From the start to the last sign of work, without the gaps between two signs that are longer.

    A gap that is too long is left out whole; signs before the start count as at the start.
    """
    times = [start, *sorted(max(start, sign) for sign in signs)]
    gaps = (later - earlier for earlier, later in pairwise(times))
    return sum((gap for gap in gaps if gap <= longest_gap), timedelta())


def hourly(reward: int, *, seconds: float) -> int | None:
    """What an hour pays at so many seconds a session, rounded down; None where no time has passed."""
    return int(Fraction(reward * 3600) / Fraction(seconds)) if seconds > 0 else None


def amount(minor: int) -> str:
    """Major units with two decimals, as a payment file wants them: 1234 is 12.34."""
    return f"{minor // 100}.{minor % 100:02d}"


def in_words(minor: int, currency: str) -> str:
    """As people write it: £12.34, or 12.34 CHF."""
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{amount(minor)}" if symbol else f"{amount(minor)} {currency}"
