"""The verb: a study's evidence and finished sections in, a complete sheet out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from studies.analysis.evidence import Evidence
from studies.analysis.heds.agreed import AGREED
from studies.analysis.heds.answers import Answer, Said, Sheet
from studies.analysis.heds.criteria import ASKED
from studies.analysis.heds.fields import Field, fields
from studies.analysis.heds.material import MATERIAL
from studies.analysis.heds.open_notes import OPEN_NOTES
from studies.analysis.heds.raters import RATERS
from studies.analysis.heds.record import Record, SaidOf, SaidOfOne, record_of
from studies.analysis.heds.said import said_in
from studies.analysis.results import Section

#: What the record says, by question. Every other question is the researcher's.
_ONCE: Final[dict[str, SaidOf]] = {**MATERIAL, **RATERS}
_EACH: Final[dict[str, SaidOfOne]] = {**ASKED, **AGREED}


def fill(evidence: Evidence, sections: Sequence[Section]) -> Sheet:
    """Every question of HEDS 3.0: the researcher's answer, else what the record says, else open.

    Agreement is read from `sections`; without them its questions stay open. Raises CannotRead for a row of
    sheet.csv that the form would not take.
    """
    record = record_of(evidence, sections)
    by_researcher = said_in(evidence, record.names)
    return Sheet(record.names, tuple(_answers(record, by_researcher)))


def _answers(record: Record, by_researcher: Mapping[tuple[str, str], Said]) -> Iterator[Answer]:
    asked = [field for field in fields() if field.number]
    each = [field for field in asked if field.repeats]
    before = asked[: asked.index(each[0])]
    for field in before:
        yield _answer(record, field, "", by_researcher)
    for criterion in record.names or ("",):
        for field in each:
            yield _answer(record, field, criterion, by_researcher)
    for field in asked[len(before) + len(each) :]:
        yield _answer(record, field, "", by_researcher)


def _answer(
    record: Record, field: Field, criterion: str, by_researcher: Mapping[tuple[str, str], Said]
) -> Answer:
    """The researcher's answer wins; their comment wins over what the record adds to its own answer."""
    said = _said(record, field, criterion) or Said("open")
    theirs = by_researcher.get((field.element_id, criterion))
    if theirs is not None and theirs.values:
        said = theirs
    elif theirs is not None and theirs.comment:
        said = Said(said.source, said.values, theirs.comment)
    note = "" if said.values else OPEN_NOTES[field.number]
    return Answer(field, criterion, said.values, said.source, said.comment, note)


def _said(record: Record, field: Field, criterion: str) -> Said | None:
    if not field.repeats:
        once = _ONCE.get(field.number)
        return once(record) if once else None
    each = _EACH.get(field.number)
    return each(record, criterion) if each and criterion else None
