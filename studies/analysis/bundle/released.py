"""What is done to the cells of an export that leave with a bundle, by what `columns` says of each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from studies.analysis.bundle.columns import As, how
from studies.analysis.evidence import VERDICTS

PASSAGES: Final = "passages.csv"
REASON: Final = "reason"
RELEASED: Final = "reason_released"
#: Says of a rater's words that somebody has read and released them. A reason may have been corrected since it
#: was set out: what was released is another text than the passage then.
_RELEASED_BY: Final[Mapping[str, str]] = {VERDICTS: RELEASED, PASSAGES: "text_released"}
#: Stands for words that were there, so that they can be counted.
LEFT_OUT: Final = "(left out)"
#: Reasons of a skipped pair that are told as one: a theme alone would say what somebody could not bear.
_ALIKE: Final = frozenset({"theme", "other"})
ALIKE: Final = "other or theme"

#: Keys that are taken out of JSON, wherever they stand: people's own words, themes that somebody could not
#: bear, free JSON, and names of machines.
NEVER: Final = frozenset({"note", "opted_out", "data", "meta", "host", "call", "file_name"})

#: Columns with a person in them, and what their new names begin with.
PEOPLE: Final[Mapping[str, str]] = {
    "rater": "r", "writer": "w", "writer_first": "w", "writer_second": "w", "source": "r", "coder": "c",
}  # fmt: skip
#: Where another column may say that the name is no person's; any other word there, or none, does not.
_NO_PERSON: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "source": ("source_kind", frozenset({"judge", "system"})),
    "coder": ("coder_kind", frozenset({"llm"})),
}
#: An import's report quotes what was imported, also what was left out: only these counts of it are kept.
_REPORT: Final = "report"
_REPORTED: Final[Mapping[str, frozenset[str]]] = {
    "dialogues": frozenset({"in_file", "new", "known", "tags_kept"}),
    "left_out": frozenset({"count"}),
}
#: Keys of JSON that name a model.
_MODELS: Final = frozenset({"model_id", "model_requested", "model_returned"})
_PATH: Final = re.compile(r"(?:[/~\\]|[A-Za-z]:[/\\]).*[/\\]")
#: Survey answers may tell who somebody is, taken together, even where each of them is closed.
ROWS_LEFT_OUT: Final[Mapping[str, tuple[str, str]]] = {"answers.csv": ("use", "survey")}


def person_in(name: str, column: str, row: Mapping[str, str]) -> str:
    """What the new name of the person in this cell begins with; empty where it holds no person."""
    if how(name, column) is not As.PERSON or not row[column] or _is_machine(column, row):
        return ""
    return PEOPLE[column]


def _is_machine(column: str, row: Mapping[str, str]) -> bool:
    other, words = _NO_PERSON.get(column, ("", frozenset()))
    return row.get(other, "") in words


def leaves(name: str, row: Mapping[str, str]) -> bool:
    """Whether the row leaves at all."""
    column, word = ROWS_LEFT_OUT.get(name, ("", ""))
    return not column or row.get(column) != word


def words_of(name: str, column: str, row: Mapping[str, str]) -> str | None:
    """What is written instead of the cell; None where it may stand as it is, or names somebody."""
    text = row[column]
    match how(name, column):
        case As.REVIEWED:
            is_open = _is_machine("source", row) or row.get(_RELEASED_BY[name]) == "1"
            return None if is_open else ""
        case As.SKIPPED:
            return ALIKE if text in _ALIKE else None
        case As.COUNTED:
            return LEFT_OUT if text else ""
        case As.CUT:
            return _json_of(text, whole=column != _REPORT)
        case As.MODEL:
            return _PATH.sub("", text)
        case As.DATE:
            return text[:10]
    return None


def _json_of(text: str, *, whole: bool) -> str:
    """The same JSON without what may not leave; empty stays empty."""
    if not text:
        return ""
    content = json.loads(text)
    kept = _without(content) if whole else _reported(content)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _reported(report: dict[str, Any]) -> dict[str, Any]:
    """Of an import's report the counts that the flow reads."""
    found: dict[str, Any] = {
        part: {key: count for key, count in report[part].items() if key in keys}
        for part, keys in _REPORTED.items()
        if part in report
    }
    systems = report.get("systems", {})
    return found | {"systems": {name: {"known": one.get("known", 0)} for name, one in systems.items()}}


def _without(content: Any) -> Any:
    """The same JSON without the keys that never leave."""
    if isinstance(content, dict):
        return {
            key: _PATH.sub("", part) if key in _MODELS and isinstance(part, str) else _without(part)
            for key, part in content.items()
            if key not in NEVER
        }
    return [_without(part) for part in content] if isinstance(content, list) else content
