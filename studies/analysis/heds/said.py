"""The researcher's own answers: sheet.csv."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from studies.analysis.evidence import Evidence
from studies.analysis.heds.answers import Said
from studies.analysis.heds.fields import Field, fields
from studies.analysis.reading import CannotRead

SHEET: Final = "sheet.csv"
#: What stands between the options of one cell.
BETWEEN: Final = "|"
#: Options that say that no other holds.
_ALONE: Final = re.compile(r"\d+\. (None of the above|N/A)")
_COUNT: Final = re.compile(r"[0-9]+|N/A")


def problems_of(field: Field, value: str) -> tuple[str, ...]:
    """What the form would not take of this answer, a sentence each; nothing to say against an empty one.

    A choice is the option's text as the form has it, several joined by a vertical bar.
    """
    if not value.strip():
        return ()
    if field.kind == "criteria":
        return ("The criteria are the rubric's rows; they cannot be answered.",)
    if field.kind == "whole_number":
        whole = _COUNT.fullmatch(value.strip())
        return () if whole else (f"{value!r} is no whole number; the form takes digits, or N/A.",)
    return tuple(_wrong_options(field, value)) if field.is_choice else ()


def _wrong_options(field: Field, value: str) -> Iterator[str]:
    options = values_of(field, value)
    for option in options:
        if option not in field.options:
            yield f"{option!r} is no option of question {field.number}."
    if len(set(options)) < len(options):
        yield "An option stands there more than once."
    if field.kind == "one_of" and len(options) > 1:
        yield f"Question {field.number} takes one option; here are {len(options)}."
    elif len(options) > 1 and any(map(_ALONE.match, options)):
        yield "An option that says none of the above, or N/A, stands alone."


def values_of(field: Field, value: str) -> tuple[str, ...]:
    """A cell's answer: the chosen options, or the text without blanks around it; nothing if it is empty."""
    if not field.is_choice:
        return (value.strip(),) if value.strip() else ()
    return tuple(option.strip() for option in value.split(BETWEEN) if option.strip())


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
