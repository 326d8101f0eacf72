"""What of an export leaves with a bundle: which tables and columns, and what is done to their cells.

Only columns that the analysis reads, or that are named here, leave: what an export gains later stays behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from studies.analysis.evidence import VERDICTS
from studies.analysis.further_tables import TABLES
from studies.analysis.verdicts import KNOWN, NEEDED

PASSAGES: Final = "passages.csv"
ANSWERS: Final = "answers.csv"
SKIPS: Final = "skips.csv"
#: Why a pair was skipped: its dialogue's tags say which theme somebody could not bear.
THEME: Final = "theme"
_WHOSE: Final = frozenset({"rater", "pair", "dialogue"})
REASON: Final = "reason"
RELEASED: Final = "reason_released"
TEXT_RELEASED: Final = "text_released"
TEXT: Final = "text"
#: Stands for words that were there, so that they can be counted.
LEFT_OUT: Final = "(left out)"

#: Leave beside what the analysis reads: what a reader wants to see, or checks by other means.
_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    VERDICTS: ("value", REASON, RELEASED),
    "dialogues.csv": ("dialogue", "tags", "turns", "turn_count", "licence", "non_commercial"),
    "codes.csv": (
        "codebook_version", "codebook_sha256", "code", "kind", "name", "definition", "example",
        "counter_example",
    ),
    PASSAGES: (
        "passage", "kind", "source_kind", "source", "variant", "dialogue", "tags", "pair", "order",
        "occasion", "system", "response", "place", "words", TEXT, "erased", TEXT_RELEASED,
    ),
    "codings.csv": (
        "passage", "coder", "coder_kind", "family", "model_id", "codebook_sha256", "replicate", "status",
        "outcome", "codes", "seconds", "same_family", "for_trial", "position",
    ),
    "benchmarks.csv": ("system", "benchmark", "score", "source"),
    "sheet.csv": ("element_id", "criterion", "value", "comment"),
}  # fmt: skip

#: Never leave, whoever reads them: people's own words, themes that somebody could not bear, free JSON, and
#: names of machines.
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
#: Its column `source` tells where a score is from.
_NO_PEOPLE: Final = "benchmarks.csv"
#: Columns of JSON: the keys in NEVER are taken out of them, wherever they stand.
_JSON: Final = frozenset({"design"})
#: An import's report quotes what was imported, also what was left out: only these counts of it are kept.
_REPORT: Final = ("imports.csv", "report")
_REPORTED: Final[Mapping[str, frozenset[str]]] = {
    "dialogues": frozenset({"in_file", "new", "known", "tags_kept"}),
    "left_out": frozenset({"count"}),
}
#: A server of one's own may name a model by its file, and with it the machine's folders.
_MODELS: Final = frozenset({"model_id", "model_requested", "model_returned"})
_PATH: Final = re.compile(r"(?:[/~\\]|[A-Za-z]:[/\\]).*[/\\]")
#: Words that may be anybody's or a machine's: only that there were some is kept.
_COUNTED: Final = frozenset({(ANSWERS, "value"), ("runs.csv", "pause_reason")})
#: Survey answers may tell who somebody is, taken together, even where each of them is closed.
ROWS_LEFT_OUT: Final[Mapping[str, tuple[str, str]]] = {ANSWERS: ("use", "survey")}


def tables() -> dict[str, tuple[str, ...]]:
    """The columns that may leave, by table; in the order in which they are told."""
    read = {VERDICTS: (*NEEDED, *KNOWN), **TABLES}
    return {
        name: tuple(
            column
            for column in dict.fromkeys((*read.get(name, ()), *_BESIDE.get(name, ())))
            if column not in NEVER
        )
        for name in (*read, *(name for name in _BESIDE if name not in read))
    }


def person_in(name: str, column: str, row: Mapping[str, str]) -> str:
    """What the new name of the person in this cell begins with; empty where it holds no person."""
    if name == _NO_PEOPLE or column not in PEOPLE or not row[column]:
        return ""
    return "" if _is_machine(column, row) else PEOPLE[column]


def _is_machine(column: str, row: Mapping[str, str]) -> bool:
    other, words = _NO_PERSON.get(column, ("", frozenset()))
    return row.get(other, "") in words


def leaves(name: str, row: Mapping[str, str]) -> bool:
    """Whether the row leaves at all."""
    column, word = ROWS_LEFT_OUT.get(name, ("", ""))
    return not column or row.get(column) != word


def words_of(name: str, column: str, row: Mapping[str, str]) -> str | None:
    """What is written instead of a cell of words; None where the cell may stand as it is."""
    if name == VERDICTS and column == REASON:
        return None if _is_machine("source", row) or row.get(RELEASED) == "1" else ""
    if name == PASSAGES and column == TEXT:
        # A reason may have been corrected since it was set out: what was released is another text then.
        return None if _is_machine("source", row) or row.get(TEXT_RELEASED) == "1" else ""
    if name == SKIPS and row.get(REASON) == THEME and column in _WHOSE:
        return ""
    if (name, column) in _COUNTED:
        return LEFT_OUT if row[column] else ""
    if (name, column) == _REPORT or column in _JSON:
        return _json_of(row[column], whole=column in _JSON)
    if column in _MODELS:
        return _PATH.sub("", row[column])
    return row[column][:10] if column.endswith("_at") else None


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
