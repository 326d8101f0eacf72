"""A whole report before it is written, and its form in report.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from studies.analysis.naming import Names, named
from studies.analysis.reporting.cells import rounded, settled
from studies.analysis.results import Cell, Document, Estimate, Figure, Section, Table

#: Raised whenever a key of report.json is added, removed or changes its meaning.
FORMAT: Final = 1
_KEY: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report rests on: enough to make it again, and nothing that differs when it is made again.

    `protocol` is None where there was none; `files` holds the SHA-256 of every file that was read.
    """

    study: str
    title: str
    exploratory: bool
    protocol: dict[str, Any] | None
    options: dict[str, Any]
    files: dict[str, str]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """Sections hold keys, for which `names` has what a reader reads.

    Raises ValueError where a key could not name a file, or names two different things.
    """

    facts: Facts
    sections: tuple[Section, ...]
    documents: tuple[Document, ...] = ()
    names: Names = field(default_factory=dict)

    def __post_init__(self) -> None:
        _unique([section.key for section in self.sections])
        _unique([figure.key for figure in self.figures()])
        seen: dict[str, Table] = {}
        for table in self.tables():
            if seen.setdefault(table.key, table) != table:
                raise ValueError(f"two tables are called {table.key}")
        _unique(seen)

    def in_names(self) -> Report:
        """As the page and the pictures show it."""
        return replace(self, sections=tuple(named(section, self.names) for section in self.sections))

    def figures(self) -> list[Figure]:
        return [part for section in self.sections for part in section.parts if isinstance(part, Figure)]

    def tables(self) -> list[Table]:
        """Every table once, those behind figures too. One may stand under a figure and by itself."""
        parts = [part for section in self.sections for part in section.parts]
        tables = [part.table if isinstance(part, Figure) else part for part in parts]
        return list({id(table): table for table in tables}.values())


def json_text(report: Report) -> str:
    """report.json: sorted keys, rounded numbers, never NaN."""
    form = {"format": FORMAT, **asdict(report.facts), "sections": list(_sections(report.sections))}
    return json.dumps(form, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _sections(sections: Sequence[Section]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield {
            "key": section.key,
            "title": section.title,
            "lead": list(section.lead),
            "absent": section.absent,
            "parts": [_part(part) for part in section.parts],
        }


def _part(part: Table | Figure) -> dict[str, Any]:
    if isinstance(part, Table):
        return {"type": "table", **_table(part)}
    return {
        "type": "figure",
        "key": part.key,
        "title": part.title,
        "chart": part.chart,
        "x_title": part.x_title,
        "y_title": part.y_title,
        "reference": None if part.reference is None else rounded(part.reference),
        "x_log": part.x_log,
        "table": _table(part.table),
    }


def _table(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    return {
        "key": table.key,
        "title": table.title,
        "note": table.note,
        "columns": [asdict(column) for column in table.columns],
        "rows": [dict(zip(keys, map(_cell, row), strict=True)) for row in table.rows],
    }


def _cell(cell: Cell) -> Any:
    plain = settled(cell)
    return asdict(plain) if isinstance(plain, Estimate) else plain


def _unique(keys: Sequence[str] | dict[str, Table]) -> None:
    listed = list(keys)
    for key in listed:
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key: small letters, digits and _ only")
        if listed.count(key) > 1:
            raise ValueError(f"two parts of the report are called {key}")
