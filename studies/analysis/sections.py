"""The report's table of contents: every section in the order in which it is read.

A section is a function from the evidence to a `Section`. Where its table is missing, it says so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from studies.analysis.evidence import Evidence
from studies.analysis.results import Section

SectionOf = Callable[[Evidence], Section]

SECTIONS: Final[tuple[SectionOf, ...]] = ()
