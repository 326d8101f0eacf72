"""The comparisons that the protocol froze, and whether this analysis is the one that was frozen."""

from studies.analysis.contrasts.sections import SECTIONS

__all__ = ["SECTIONS"]
