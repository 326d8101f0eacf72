"""What was found set beside what was frozen: the table of deviations from the protocol."""

from studies.analysis.deviations.sections import SECTIONS

__all__ = ["SECTIONS"]
