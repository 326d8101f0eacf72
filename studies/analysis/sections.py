"""The report's table of contents: every section in the order in which it is read.

A section is a function from the evidence to a `Section`. Where its table is missing, it says so.
"""

from __future__ import annotations

from typing import Final

from studies.analysis import blinding, contrasts, deviations, resting_on, safety
from studies.analysis.agreement import sections as agreement
from studies.analysis.bias import sections as bias
from studies.analysis.evidence import SectionOf
from studies.analysis.leaks import sections as leaks
from studies.analysis.planning import sections as planning
from studies.analysis.preference import sections as preference
from studies.analysis.ranking import sections as ranking
from studies.analysis.recording import flow
from studies.analysis.replacing import sections as replacing

SECTIONS: Final[tuple[SectionOf, ...]] = (
    *resting_on.SECTIONS,
    *flow.SECTIONS,
    *contrasts.SECTIONS,
    *deviations.SECTIONS,
    *preference.SECTIONS,
    *ranking.SECTIONS,
    *agreement.SECTIONS,
    *replacing.SECTIONS,
    *safety.SECTIONS,
    *bias.SECTIONS,
    *blinding.SECTIONS,
    *leaks.SECTIONS,
    *planning.SECTIONS,
)
