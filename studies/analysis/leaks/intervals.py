"""Intervals for numbers about replies, which hang together by dialogue and by the person who wrote."""

from __future__ import annotations

from collections.abc import Mapping

from studies.analysis import clustering
from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes
from studies.analysis.results import Estimate, bounded


def interval(
    value: float, influence: Floats, ways: Mapping[str, Codes], *, share: bool = True, n: int | None = None
) -> Estimate:
    """As `clustering.interval`; a share's ends stay between 0 and 1."""
    found = clustering.interval(value, influence, ways, n=n)
    return bounded(found) if share else found
