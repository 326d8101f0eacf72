"""The comparisons that the protocol froze."""

from studies.analysis.contrasts.sections import SECTIONS

__all__ = ["SECTIONS"]
