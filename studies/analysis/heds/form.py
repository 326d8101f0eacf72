"""heds.json: the sheet in the layout that the authors' form exports and imports.

The form keeps one entry for each element id. Importing forgets whatever the form held, so every entry is
written. A choice has an entry for each option, and one for its box "please describe".
"""

from __future__ import annotations

import json
from typing import Any, Final

from studies.analysis.heds.answers import Answer, Sheet
from studies.analysis.heds.fields import Field, fields

NAME: Final = "heds.json"
#: What the form appends to a choice's element id for the text that describes it.
DESCRIBED: Final = "-other_text"

Entry = dict[str, Any]


def form_of(sheet: Sheet) -> dict[str, Entry]:
    """The entries by element id. An open question is empty, and none of its options is chosen."""
    entries: dict[str, Entry] = {}
    for field in fields():
        mine = [one for one in sheet.answers if one.field is field and _is_kept(one)]
        entries |= _entries(field, mine) if field.number else {field.element_id: _criteria(sheet)}
    return entries


def json_of(sheet: Sheet) -> str:
    return json.dumps(form_of(sheet), ensure_ascii=False, indent=4) + "\n"


def _is_kept(answer: Answer) -> bool:
    """The form has no place for a repeating question that belongs to no criterion."""
    return bool(answer.criterion) or not answer.field.repeats


def _criteria(sheet: Sheet) -> Entry:
    """The first criterion is the one that the form opens."""
    control = {criterion: number == 0 for number, criterion in enumerate(sheet.criteria)}
    return {"data": {}, "control": control, "text": {}}


def _entries(field: Field, answers: list[Answer]) -> dict[str, Entry]:
    if not field.is_choice:
        data = {one.criterion: "".join(one.values) for one in answers}
        return {field.element_id: _entry(data, number=field.number)}
    entries = {
        f"{field.element_id}-{place}": _option(option, answers, number=field.number)
        for place, option in enumerate(field.options, 1)
    }
    described = {one.criterion: "" if one.is_open else one.comment for one in answers}
    return {**entries, field.element_id + DESCRIBED: _entry(described, number=None)}


def _option(option: str, answers: list[Answer], *, number: str) -> Entry:
    on = {one.criterion: option in one.values for one in answers}
    labels = {criterion: option if is_on else "" for criterion, is_on in on.items()}
    return {**_entry(on, number=number), "text": labels}


def _entry(data: dict[str, Any], *, number: str | None) -> Entry:
    return {"data": data, "control": {}, "number": number}
