"""The researcher's own answers: sheet.csv."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from studies.analysis.evidence import Evidence
from studies.analysis.heds.answers import Said
from studies.analysis.heds.checking import problems_of, values_of
from studies.analysis.heds.fields import fields
from studies.analysis.reading import CannotRead

SHEET: Final = "sheet.csv"


def named_in(evidence: Evidence) -> tuple[str, ...]:
    """The criteria that the sheet names, in its order."""
    table = evidence.tables.get(SHEET)
    if table is None or "criterion" not in table:
        return ()
    return tuple(name for name in dict.fromkeys(table["criterion"].texts()) if name)


def said_in(evidence: Evidence, criteria: Collection[str]) -> Mapping[tuple[str, str], Said]:
    """The sheet's rows by element id and criterion. Raises CannotRead with the row.

    A row without a value answers nothing; its comment is told all the same.
    """
    found: dict[tuple[str, str], Said] = {}
    for number, (element_id, value, criterion, comment) in enumerate(_rows(evidence), 1):
        try:
            said = _said(element_id, value, criterion, comment, criteria)
            if (element_id, criterion) in found:
                raise CannotRead("the question is answered in an earlier row too")
        except CannotRead as error:
            raise CannotRead(f"{SHEET}, row {number}: {error}") from None
        found[element_id, criterion] = said
    return found


def _rows(evidence: Evidence) -> Iterator[tuple[str, str, str, str]]:
    table = evidence.tables.get(SHEET)
    if table is None:
        return
    nothing = [""] * table.rows
    columns = (
        table[name].texts() if name in table else nothing
        for name in ("element_id", "value", "criterion", "comment")
    )
    yield from zip(*columns, strict=True)


def _said(element_id: str, value: str, criterion: str, comment: str, criteria: Collection[str]) -> Said:
    field = next((one for one in fields() if one.element_id == element_id), None)
    if field is None:
        raise CannotRead(f"there is no question {element_id!r} in HEDS 3.0")
    if field.repeats and criterion not in criteria:
        known = ", ".join(criteria) or "the study has none yet"
        raise CannotRead(f"{criterion!r} is no criterion of this study ({known})")
    if criterion and not field.repeats:
        raise CannotRead(f"question {field.number} is asked once, not for a criterion ({criterion!r})")
    problems = problems_of(field, value)
    if problems:
        raise CannotRead(" ".join(problems))
    return Said("researcher", values_of(field, value), comment.strip())
