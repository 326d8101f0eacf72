"""Intervals for numbers about replies, which hang together by dialogue and by the person who wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from studies.analysis import clustering
from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes
from studies.analysis.results import Estimate


def interval(
    value: float, influence: Floats, ways: Mapping[str, Codes], *, share: bool = True, n: int | None = None
) -> Estimate:
    """As `clustering.interval`; a share's ends stay between 0 and 1."""
    found = clustering.interval(value, influence, ways, n=n)
    if not share or found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))
