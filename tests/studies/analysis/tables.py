"""Small tables of verdicts for tests, written as files and read back as the analysis reads them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from studies.analysis.verdicts import Verdicts, read_verdicts

Row = Mapping[str, str | int]

#: What a row says unless it says otherwise.
USUAL: Row = {
    "dialogue": "d1",
    "pair": "p1",
    "system_first": "human",
    "system_second": "model-a",
    "dimension": "overall",
    "source_kind": "rater",
    "source": "r1",
    "value_shown": -1,
}


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """A CSV file with the usual columns and whatever else the rows have."""
    filled = [{**USUAL, **row} for row in rows]
    columns = list(dict.fromkeys(column for row in filled for column in row)) or list(USUAL)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, restval="")
        out.writeheader()
        out.writerows(filled)
    return path


def verdicts_of(folder: Path, rows: Iterable[Row], human: tuple[str, ...] = ("human",)) -> Verdicts:
    return read_verdicts(write_rows(folder / "verdicts.csv", rows), kinds={}, human=human)
