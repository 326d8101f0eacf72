"""Exports of a few rows, written by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Cell, Estimate, Figure, Section, Table
from studies.analysis.verdicts import Verdicts, read_verdicts

Row = Mapping[str, object]


def write(folder: Path, name: str, rows: Iterable[Row], columns: tuple[str, ...] = ()) -> None:
    """A table of an export; `columns` are its header where there are no rows."""
    lines = list(rows)
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(lines[0]) if lines else list(columns))
        out.writeheader()
        out.writerows(lines)


def answer(value: int, **other: object) -> dict[str, object]:
    """A rater's answer on a pair of a person and a model, the person's reply shown first; `other` cells."""
    row: dict[str, object] = {
        "dialogue": "d1", "pair": "p1", "system_first": "human", "system_second": "model",
        "dimension": "overall", "source_kind": "rater", "source": "r1", "value_shown": value,
    }  # fmt: skip
    return row | other


def turned(value: int, **other: object) -> dict[str, object]:
    """The same pair with the model's reply first."""
    return answer(value, **({"system_first": "model", "system_second": "human"} | other))


def evidence_of(folder: Path, rows: Iterable[Row]) -> Evidence:
    """Reads the folder with these answers, of which `human` is a person."""
    write(folder, "verdicts.csv", rows)
    return read_evidence(folder, Options(human=("human",)))


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """A file of answers for the person's reply to a model's, but for what each row says otherwise."""
    filled = [answer(-1, system_second="model-a") | dict(row) for row in rows]
    columns = list(dict.fromkeys(column for row in filled for column in row)) or list(answer(-1))
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, restval="")
        out.writeheader()
        out.writerows(filled)
    return path


def verdicts_of(folder: Path, rows: Iterable[Row], human: tuple[str, ...] = ("human",)) -> Verdicts:
    return read_verdicts(write_rows(folder / "verdicts.csv", rows), kinds={}, human=human)


def table(section: Section, key: str) -> Table:
    """The table, or that of the figure, with this key. Raises StopIteration."""
    return next(part.table if isinstance(part, Figure) else part for part in section.parts if part.key == key)


def rows_of(section: Section, key: str) -> list[dict[str, Cell]]:
    """Its rows by column."""
    found = table(section, key)
    return [{column.key: cell for column, cell in zip(found.columns, row, strict=True)} for row in found.rows]


def value(cell: Cell) -> float:
    """The number of an estimate that has one."""
    assert isinstance(cell, Estimate)
    assert cell.value is not None
    return cell.value


def ends(cell: Cell) -> tuple[float, float]:
    """The interval of an estimate that has one."""
    assert isinstance(cell, Estimate)
    assert cell.low is not None
    assert cell.high is not None
    return cell.low, cell.high


def why(cell: Cell) -> str:
    """Why an estimate, or its interval, is not there."""
    assert isinstance(cell, Estimate)
    return cell.undefined
