"""What answers are read from: the evidence, the finished sections' tables, and the criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from studies.analysis.evidence import Evidence
from studies.analysis.finding import Rows
from studies.analysis.heds.answers import Said
from studies.analysis.heds.said import named_in
from studies.analysis.results import Section
from studies.analysis.summary import rows_of
from studies.protocol import MAIN, RUBRIC, Asked, ProtocolDocument


@dataclass(frozen=True, slots=True)
class Record:
    """`asked` are the rubric's rows that raters answer, by key: the quality criteria."""

    evidence: Evidence
    rows: Rows
    protocol: ProtocolDocument | None
    asked: Mapping[str, Asked]
    names: Mapping[str, str]


#: What the record says to a question; None where it says nothing.
SaidOf = Callable[[Record], Said | None]
#: The same for one criterion, by its key.
SaidOfOne = Callable[[Record, str], Said | None]


def record_of(evidence: Evidence, sections: Sequence[Section]) -> Record:
    asked = _asked(evidence.protocol) if evidence.protocol else {}
    names = {key: row.name for key, row in asked.items()}
    if evidence.protocol is None:
        names = {key: key for key in (*evidence.dimensions, *named_in(evidence))}
    return Record(evidence, rows_of(sections), evidence.protocol, asked, names)


def _asked(protocol: ProtocolDocument) -> dict[str, Asked]:
    """In the rubric's order, whichever the phase."""
    keys = {row.key for phase in (MAIN, RUBRIC) for row in protocol.asked_in(phase)}
    return {row.key: row for row in protocol.rubric if row.key in keys}
