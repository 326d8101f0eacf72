"""The sections on coded reasons and replies, in the order in which they are read."""

from __future__ import annotations

from typing import Final

from studies.analysis.evidence import SectionOf
from studies.analysis.rationales import agreeing, coding, distances, overlaps, profiles, strategies

SECTIONS: Final[tuple[SectionOf, ...]] = (
    *coding.SECTIONS,
    *agreeing.SECTIONS,
    *profiles.SECTIONS,
    *distances.SECTIONS,
    *overlaps.SECTIONS,
    *strategies.SECTIONS,
)
