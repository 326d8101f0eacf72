"""The sheet as a section of the report, and as the two documents beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from studies.analysis.agreement.sections import agreement
from studies.analysis.evidence import Evidence, SectionOf
from studies.analysis.heds import form, page
from studies.analysis.heds.answers import Answer
from studies.analysis.heds.filling import fill
from studies.analysis.results import Cell, Column, Document, Section, Table

KEY: Final = "heds"
TITLE: Final = "Datasheet (HEDS 3.0)"
_COLUMNS: Final = (
    Column("number", "Question"),
    Column("criterion", "Criterion"),
    Column("title", "Asked"),
    Column("source", "Source"),
    Column("answer", "Answer, or who has to give it and how"),
)
_NOTE: Final = (
    "Source: protocol (frozen before the first rating), data (what was collected), analysis (this report), "
    "researcher (sheet.csv), or open."
)
_WHAT: Final = (
    f"The Human Evaluation Datasheet of Belz & Thomson (HEDS 3.0, arXiv 2412.07940). {page.NAME} beside "
    f"this report has it to be read, {form.NAME} for the authors' form."
)


def datasheet(evidence: Evidence) -> Section:
    """Every question with its answer and source; never absent."""
    sheet = fill(evidence, (agreement(evidence),))
    left_open = dict.fromkeys(one.field.number for one in sheet.answers if one.is_open)
    lead = [_WHAT, page.in_words(sheet)]
    if left_open:
        lead.append(f"Open, at least for one criterion: {', '.join(left_open)}.")
    rows = [_row(answer) for answer in sheet.answers]
    return Section(KEY, TITLE, tuple(lead), (Table("heds_full", TITLE, _COLUMNS, rows, _NOTE),))


def _row(answer: Answer) -> tuple[Cell, ...]:
    said = answer.note or "; ".join(page.values_in_words(answer))
    if answer.comment:
        said += f" (Comment: {answer.comment})"
    return answer.field.number, answer.criterion, page.plain(answer.field.title), answer.source, said


def form_document(evidence: Evidence, sections: Sequence[Section]) -> Document:
    """heds.json, for the authors' form."""
    return Document(form.NAME, form.json_of(fill(evidence, sections)))


def page_document(evidence: Evidence, sections: Sequence[Section]) -> Document:
    """heds.md, to be read."""
    return Document(page.NAME, page.markdown_of(fill(evidence, sections)))


SECTIONS: Final[tuple[SectionOf, ...]] = (datasheet,)
