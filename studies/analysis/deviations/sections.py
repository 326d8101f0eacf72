"""The section of deviations, and the same as a text for the study's registration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studies.analysis.contrasts.sections import NO_PROTOCOL
from studies.analysis.deviations import analysing
from studies.analysis.deviations.check import Check, counted
from studies.analysis.deviations.fieldwork import fieldwork
from studies.analysis.deviations.machines import machines
from studies.analysis.deviations.material import material
from studies.analysis.deviations.versions import versions
from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.results import Column, Document, Section, Table
from studies.protocol import ProtocolDocument

KEY: Final = "deviations"
TITLE: Final = "Deviations from the protocol"
FILE: Final = "deviations.md"
_COLUMNS: Final = (
    Column("check", "What"),
    Column("frozen", "Frozen"),
    Column("found", "Found"),
    Column("deviates", "Deviates"),
)
_NOTE: Final = (
    "Made by a program from the protocol and the exported tables. What is not checkable may deviate or "
    "not: a person has to look."
)


def found(evidence: Evidence, protocol: ProtocolDocument) -> list[Check]:
    """All checks in a fixed order; computed once for the section and the document."""
    return evidence.once(
        KEY,
        lambda it: [
            *versions(it, protocol),
            *material(it, protocol),
            *analysing.checks(it, protocol),
            *fieldwork(it, protocol),
            *machines(it),
        ],
    )


def deviations(evidence: Evidence) -> Section:
    """The section; absent without a protocol."""
    if evidence.protocol is None:
        return Section(KEY, TITLE, absent=NO_PROTOCOL)
    checks = found(evidence, evidence.protocol)
    deviating = [one for one in checks if one.deviates]
    parts = [_table("deviations_found", "What deviates", deviating)] if deviating else []
    parts.append(_table("protocol_checks_full", "Everything that was compared", checks))
    return Section(KEY, TITLE, _lead(evidence.protocol, checks), tuple(parts))


def document(evidence: Evidence, _told: Sequence[Section]) -> Document | None:
    """deviations.md: every check as a table in Markdown. None without a protocol."""
    if evidence.protocol is None:
        return None
    checks = found(evidence, evidence.protocol)
    named = evidence.protocol.title or evidence.protocol.study
    version = f"protocol version {evidence.protocol.version}, SHA-256 `{evidence.protocol_sha256}`"
    head = [f"# {TITLE}", f"{named}, {version}.", *_lead(evidence.protocol, checks), _NOTE]
    rows = ["| What | Frozen | Found | Deviates |", "| --- | --- | --- | --- |"]
    for one in checks:
        rows.append(f"| {' | '.join(map(_cell, (one.what, one.frozen, one.found, one.verdict)))} |")
    return Document(FILE, "\n\n".join([*head, "\n".join(rows)]) + "\n")


def _lead(protocol: ProtocolDocument, checks: Sequence[Check]) -> tuple[str, ...]:
    names = list(dict.fromkeys(one.what for one in checks if one.deviates))
    open_ones = sum(one.deviates is None for one in checks)
    many = sum(bool(one.deviates) for one in checks)
    told = (
        f"{counted(many, 'deviation', 'deviations')}: {'; '.join(names)}."
        if names
        else "No deviation was found."
    )
    asked = f"Of {len(checks)} comparisons {open_ones} could not be made by a program." if open_ones else ""
    older = "" if protocol.froze_analysis else "This older protocol froze no plan of the analysis itself."
    return (" ".join(filter(None, (told, asked, older))),)


def _table(key: str, title: str, checks: Sequence[Check]) -> Table:
    rows = [(one.what, one.frozen, one.found, one.verdict) for one in checks]
    return Table(key, title, _COLUMNS, rows, _NOTE)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|") or "–"


SECTIONS: Final[tuple[SectionOf, ...]] = (deviations,)
