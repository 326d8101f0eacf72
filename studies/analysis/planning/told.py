"""A sheet in words, for the administration's page and the command line: tables of text cells."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypedDict

from studies.analysis.results import Cell, ColumnKind, Estimate, Table

NOTHING = "–"


class Told(TypedDict):
    """`rows` hold one text a column."""

    key: str
    title: str
    note: str
    columns: list[str]
    rows: list[list[str]]


def told(tables: Iterable[Table]) -> list[Told]:
    return [
        Told(
            key=table.key,
            title=table.title,
            note=table.note,
            columns=[column.title for column in table.columns],
            rows=[
                [text_of(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
                for row in table.rows
            ],
        )
        for table in tables
    ]


def text_of(cell: Cell, kind: ColumnKind) -> str:
    """An estimate with its interval in brackets, or why there is none."""
    if cell is None:
        return NOTHING
    if not isinstance(cell, Estimate):
        return _plain(cell, kind)
    if cell.value is None:
        return cell.undefined
    if cell.low is None or cell.high is None:
        return f"{_plain(cell.value, kind)} ({cell.undefined})"
    low, high = (
        _plain(one, kind).removesuffix(" %").removesuffix(" points") for one in (cell.low, cell.high)
    )
    return f"{_plain(cell.value, kind)} ({low} to {high})"


def _plain(value: str | float | bool, kind: ColumnKind) -> str:
    if isinstance(value, str):
        return value
    if kind == "points":
        return f"{100 * value:.1f} points"
    if kind == "share":
        return f"{100 * value:.1f} %"
    if kind == "count" or (kind == "number" and math.isclose(value, round(value)) and abs(value) >= 1):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.2f}"
