"""Tidy CSV behind every table and figure."""

from __future__ import annotations

import csv
from pathlib import Path

from studies.analysis.reporting.csv_files import write_csv
from studies.analysis.results import Column, Estimate, Table, undefined

TABLE = Table(
    "wins",
    "Wins",
    (Column("system", "System"), Column("win", "Win", "share"), Column("sure", "Sure")),
    [
        ("=cmd|' /C calc'!A1", Estimate(1 / 3, 0.25, 0.5, 0.06, 12, {"rater": 2, "dialogue": 3}), True),
        ("-1", undefined("Nobody rated it."), False),
        ("'quoted", 0.25, None),
        ('+ ümlaut, "x"\nand more', None, 1.5),
    ],
)


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_an_estimate_is_spread_over_columns(tmp_path: Path) -> None:
    write_csv(tmp_path / "wins.csv", TABLE)
    header, *rows = read(tmp_path / "wins.csv")
    assert header == [
        "system", "win", "win_low", "win_high", "win_se", "win_n", "win_clusters", "win_undefined", "sure",
    ]  # fmt: skip
    assert [row[1:] for row in rows] == [
        ["0.333333", "0.25", "0.5", "0.06", "12", "dialogue=3|rater=2", "", "1"],
        ["", "", "", "", "0", "", "Nobody rated it.", "0"],
        ["0.25", "", "", "", "", "", "", ""],
        ["", "", "", "", "", "", "", "1.5"],
    ]


def test_no_cell_is_run_by_a_spreadsheet_and_every_text_comes_back(tmp_path: Path) -> None:
    write_csv(tmp_path / "wins.csv", TABLE)
    cells = [row[0] for row in read(tmp_path / "wins.csv")[1:]]
    assert [cell[0] for cell in cells] == ["'"] * 4
    assert [cell.removeprefix("'") for cell in cells] == [row[0] for row in TABLE.rows]


def test_a_table_without_rows_has_its_header(tmp_path: Path) -> None:
    write_csv(tmp_path / "none.csv", Table("none", "None", TABLE.columns, []))
    assert read(tmp_path / "none.csv") == [["system", "win", "sure"]]


def test_half_a_character_is_written_as_json_does_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "odd.csv", Table("odd", "Odd", (Column("a", "A"),), [("x\ud800",)]))
    assert read(tmp_path / "odd.csv")[1] == ["x\\ud800"]
