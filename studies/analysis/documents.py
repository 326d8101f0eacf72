"""Texts that are written beside the report: each a function of the evidence and of the finished sections.

A document that has nothing to say is None, and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from studies.analysis.deviations import sections as deviations
from studies.analysis.evidence import Evidence
from studies.analysis.heds import sections as heds
from studies.analysis.recording import methods
from studies.analysis.results import Document, Section

#: One document. The sections are those of the report, in its order, as they were built.
DocumentOf = Callable[[Evidence, Sequence[Section]], Document | None]

DOCUMENTS: Final[tuple[DocumentOf, ...]] = (
    methods.document,
    deviations.document,
    heds.form_document,
    heds.page_document,
)
