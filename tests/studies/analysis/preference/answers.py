"""Small tables of answers, written by hand, read as an analysis reads them."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Estimate, Figure, Section, Table
from studies.analysis.votes import Votes

PERSON: Final = "person"
_ROW: Final = {
    "dialogue": "d1",
    "tags": "",
    "pair": "p1",
    "system_first": PERSON,
    "system_second": "model",
    "dimension": "overall",
    "source_kind": "rater",
    "source": "r1",
    "value_shown": 0,
    "occasion": 1,
    "kind": "main",
    "phase": "main",
    "excluded": 0,
    "writer_first": "w1",
    "writer_second": "",
}


def read(folder: Path, rows: Sequence[Mapping[str, Any]], options: Options | None = None) -> Evidence:
    """Evidence of rows that differ from a tie of a person's reply by w1 with a model's."""
    columns = [*_ROW, *dict.fromkeys(key for row in rows for key in row if key not in _ROW)]
    with (folder / "verdicts.csv").open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, columns, restval="")
        out.writeheader()
        out.writerows({**_ROW, **row} for row in rows)
    if not (folder / "systems.csv").exists():
        (folder / "systems.csv").write_text(f"system,kind\n{PERSON},human\nsecond-person,human\nlost,decoy\n")
    return read_evidence(folder, options or Options())


def grid(values: Mapping[tuple[str, str], int], model: str = "model", **more: Any) -> list[dict[str, Any]]:
    """A row for each (dialogue, rater) with this answer: below 0 the person's reply is better."""
    return [
        {
            "dialogue": dialogue, "pair": f"{dialogue}-{model}", "source": rater, "value_shown": value,
            "system_second": model, **more,
        }
        for (dialogue, rater), value in values.items()
    ]  # fmt: skip


def table(section: Section, key: str) -> Table:
    for part in section.parts:
        if isinstance(part, Figure) and part.key == key:
            return part.table
        if isinstance(part, Table) and part.key == key:
            return part
    raise KeyError(key)


def cells(section: Section, key: str, **where: str) -> dict[str, Any]:
    """The one row of a table whose cells say so, by column."""
    part = table(section, key)
    names = [column.key for column in part.columns]
    rows = [dict(zip(names, row, strict=True)) for row in part.rows]
    [found] = [row for row in rows if all(row[name] == text for name, text in where.items())]
    return found


def value(cell: Any) -> float:
    assert isinstance(cell, Estimate)
    assert cell.value is not None
    return cell.value


def count(cell: Any) -> int:
    """How many answers an estimate rests on."""
    assert isinstance(cell, Estimate)
    return cell.n


def votes(**columns: Any) -> Votes:
    """Votes of person 0 against model 1, in as many rows as the columns have; what is not told is 0."""
    size = len(next(iter(columns.values())))

    def column(name: str, otherwise: int = 0) -> Any:
        return np.array(columns.get(name, [otherwise] * size), dtype=np.int32)

    return Votes(
        dialogue=column("dialogue"), pair=column("pair"), dimension=column("dimension"),
        source=column("source"), writer=column("writer", -1), a=column("a"), b=column("b", 1),
        value=column("value").astype(np.int8), a_first=np.ones(size, dtype=bool),
        weight=np.array(columns.get("weight", [1] * size), dtype=float), row=np.arange(size),
    )  # fmt: skip
