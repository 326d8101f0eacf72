"""What a chart reads from its table: columns in the order that `results.Figure` tells."""

from __future__ import annotations

from dataclasses import dataclass

from studies.analysis.reporting.cells import settled
from studies.analysis.results import Cell, Column, Estimate, Figure

#: Kinds of columns that hold numbers.
NUMBERS = ("count", "share", "points", "number", "elo", "p")


@dataclass(frozen=True, slots=True)
class Point:
    """A number with its interval; all None where there is none."""

    value: float | None
    low: float | None
    high: float | None


def point(cell: Cell, scale: float = 1.0) -> Point:
    """The cell as a number, times `scale` (100 for percent)."""
    plain = settled(cell)
    if isinstance(plain, Estimate):
        value, low, high = (
            None if part is None else part * scale for part in (plain.value, plain.low, plain.high)
        )
        return Point(value, low, high)
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        return Point(None, None, None)
    return Point(plain * scale, None, None)


def text(cell: Cell) -> str:
    """A label; characters that would break a line are blanks."""
    plain = settled(cell)
    return " ".join(str("" if plain is None or isinstance(plain, Estimate) else plain).split())


def scale_of(column: Column) -> float:
    return 100.0 if column.kind in ("share", "points") else 1.0


def with_unit(title: str, column: Column) -> str:
    """An axis title; percent is said where the figure has not."""
    name = title or column.title
    return f"{name} (%)" if column.kind == "share" and "%" not in name else name


def group_place(figure: Figure) -> int | None:
    """Where a forest's or bars' group stands: a third column of text."""
    columns = figure.table.columns
    return 2 if len(columns) > 2 and columns[2].kind == "text" else None


def labels_in_order(figure: Figure, column: int) -> list[str]:
    """Each label once, in the order of rows."""
    return list(dict.fromkeys(text(row[column]) for row in figure.table.rows))
