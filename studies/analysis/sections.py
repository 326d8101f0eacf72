"""The report's table of contents: every section in the order in which it is read.

A section is a function from the evidence to a `Section`. Where its table is missing, it says so.
"""

from __future__ import annotations

from typing import Final

from studies.analysis import blinding, contrasts, deviations, resting_on, safety
from studies.analysis.agreement import sections as agreement
from studies.analysis.bias import sections as bias
from studies.analysis.consistency import sections as consistency
from studies.analysis.divergence import sections as divergence
from studies.analysis.evidence import SectionOf
from studies.analysis.halo import sections as halo
from studies.analysis.heds import sections as heds
from studies.analysis.leaks import sections as leaks
from studies.analysis.planning import sections as planning
from studies.analysis.preference import sections as preference
from studies.analysis.ranking import sections as ranking
from studies.analysis.rationales import sections as rationales
from studies.analysis.recording import flow
from studies.analysis.replacing import sections as replacing
from studies.analysis.scale import sections as scale

SECTIONS: Final[tuple[SectionOf, ...]] = (
    *resting_on.SECTIONS,
    *flow.SECTIONS,
    *contrasts.SECTIONS,
    *deviations.SECTIONS,
    *preference.SECTIONS,
    *ranking.SECTIONS,
    *agreement.SECTIONS,
    *replacing.SECTIONS,
    *rationales.SECTIONS,
    *safety.SECTIONS,
    *scale.SECTIONS,
    *halo.SECTIONS,
    *consistency.SECTIONS,
    *divergence.SECTIONS,
    *bias.SECTIONS,
    *blinding.SECTIONS,
    *leaks.SECTIONS,
    *planning.SECTIONS,
    *heds.SECTIONS,
)
