"""Loud words in every cell of an export that may not leave a bundle as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from raters.export.bundle import ALL_TABLES, RATING_COLUMNS, RATINGS, VERDICTS
from raters.verdicts import Verdict
from studies.analysis.bundle.columns import As, how, leaving
from tests.studies.analysis.bundle.running import rows
from tests.studies.analysis.tables import write

#: Every column that the app exports, by file.
EXPORTED: Final[Mapping[str, tuple[str, ...]]] = {
    VERDICTS: Verdict._fields,
    RATINGS: RATING_COLUMNS,
    **{table.file: table.columns for table in ALL_TABLES},
}
#: What the app writes into columns of JSON, where it quotes or names a machine.
_JSON: Final[Mapping[str, object]] = {
    "report": {"findings": [{"examples": ["LOUDREPORT"]}], "dialogues": {"new": 1, "first": "LOUDFIRST"}},
    "design": {"judges": [{"host": "LOUDDESIGN", "model_id": "/home/LOUDHOME/small.gguf"}]},
}

#: One of the app's own words, by row left behind and counted: loud it would be no such word.
_COUNTED_WORD: Final = ("sessions.csv", "channel")


def planted(name: str, column: str) -> str:
    """The cell: empty where the column leaves as it is, or where the export has loud words of its own."""
    if (name, column) == _COUNTED_WORD:
        return ""
    if not _leaves(name, column):
        return f"LOUD {name} {column}"
    match how(name, column):
        case As.DATE:
            return "2025-03-03T09:05:00Z"
        case As.PERSON:
            return "r-PSEUDONYM00"
        case As.COUNTED:
            return f"LOUD {name} {column}"
        case As.MODEL:
            return f"/home/LOUD {name} {column}/small.gguf"
        case As.CUT:
            return json.dumps(_JSON[column])
    return ""


def plant(folder: Path) -> None:
    """Adds what is missing: columns to tables that are there, and tables with one row."""
    for name, columns in EXPORTED.items():
        loud = {column: cell for column in columns if (cell := planted(name, column))}
        there = set(rows(folder / name)[0]) if (folder / name).exists() else set()
        added = {column: loud[column] for column in loud if not (column in there and _is_loud(name, column))}
        if added:
            write(folder, name, [row | added for row in rows_or_one(folder, name)])


def rows_or_one(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of the table; an empty one of all its columns where it is not there."""
    return rows(folder / name) if (folder / name).exists() else [dict.fromkeys(EXPORTED[name], "")]


def _is_loud(name: str, column: str) -> bool:
    """Whether the made export has loud words of its own there; and nothing where nobody is named."""
    return _leaves(name, column) and how(name, column) is not As.MODEL


def _leaves(name: str, column: str) -> bool:
    return column in leaving().get(name, ())
