"""Tables as tidy CSV: an estimate is spread over columns, and no cell is one that a spreadsheet would run."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

from studies.analysis.reporting.cells import settled
from studies.analysis.results import Column, Estimate, Table

#: What an estimate's columns end in, after the column's key. The first is the value itself.
PARTS: Final = ("", "_low", "_high", "_se", "_n", "_clusters", "_undefined")

_ESCAPE: Final = "'"
#: As in an export (docs/codebook.md, Spreadsheet formulas).
_RISKY: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20" + _ESCAPE)

Plain = str | int | float | None


def write_csv(path: Path, table: Table) -> None:
    """Writes the table to a new file: RFC 4180, UTF-8, one header line.

    A column in which any cell is an estimate becomes several: key, key_low, key_high, key_se, key_n,
    key_clusters (`dialogue=300|rater=60`) and key_undefined.
    """
    rows = [tuple(settled(cell) for cell in row) for row in table.rows]
    spread = [any(isinstance(row[place], Estimate) for row in rows) for place in range(len(table.columns))]
    with path.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file:
        out = csv.writer(file)
        out.writerow(_header(table.columns, spread))
        for row in rows:
            parts = [_parts(cell) if wide else [cell] for cell, wide in zip(row, spread, strict=True)]
            out.writerow([_safe(cell) for part in parts for cell in part])


def _header(columns: tuple[Column, ...], spread: list[bool]) -> list[str]:
    return [
        column.key + part
        for column, wide in zip(columns, spread, strict=True)
        for part in (PARTS if wide else PARTS[:1])
    ]


def _parts(cell: object) -> list[object]:
    if not isinstance(cell, Estimate):
        return [cell, *[None] * (len(PARTS) - 1)]
    clusters = "|".join(f"{name}={count}" for name, count in cell.clusters.items())
    return [cell.value, cell.low, cell.high, cell.se, cell.n, clusters, cell.undefined]


def _safe(cell: object) -> object:
    """Text with an apostrophe before what would start a formula; truth as 1 and 0; the rest as it is."""
    if isinstance(cell, str):
        return _ESCAPE + cell if cell[:1] in _RISKY and cell else cell
    return int(cell) if isinstance(cell, bool) else cell
