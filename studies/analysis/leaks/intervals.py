"""Intervals for numbers about replies, which hang together by dialogue and by the person who wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from studies.analysis import clustering
from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes
from studies.analysis.results import Estimate

_TINY: Final = 1e-9


def interval(
    value: float, influence: Floats, ways: Mapping[str, Codes], *, share: bool = True, n: int | None = None
) -> Estimate:
    """As `clustering.interval`; a share's ends stay between 0 and 1, and no interval has no width."""
    found = clustering.interval(value, influence, ways, n=n)
    if found.se is None or found.low is None or found.high is None:
        return found
    if found.se < _TINY:
        return replace(found, low=None, high=None, se=None, undefined=no_spread(found.n))
    if not share:
        return found
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def no_spread(count: int) -> str:
    """The sentence why a number stands without an interval where nothing varies."""
    return (
        f"All {count} are alike here: how far off the number is, differences between dialogues cannot tell."
    )
