"""Cells that no spreadsheet runs, and that give back every text unchanged."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raters.export.cells import RISKY, cells, csv_file, csv_lines, csv_rows, original, safe

#: Texts as raters may write them; lone surrogates cannot come in.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
RISKY_TEXTS = st.builds(lambda first, rest: first + rest, st.sampled_from(sorted(RISKY)), TEXTS)


@given(TEXTS | RISKY_TEXTS)
def test_every_text_comes_back(text: str) -> None:
    assert original(safe(text)) == text


@given(TEXTS | RISKY_TEXTS)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert safe(text)[:1] not in set("=+-@\t\r\n")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("warm", "warm"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'quoted'", "''quoted'"),
        ("''", "'''"),
        ("a=b", "a=b"),
        (" =1", " =1"),
    ],
)
def test_only_a_risky_first_character_gets_an_apostrophe(text: str, cell: str) -> None:
    assert safe(text) == cell


def test_numbers_are_untouched_and_flags_are_one_and_zero() -> None:
    assert cells([-2, 0, True, False, None, "-2"]) == [-2, 0, 1, 0, None, "'-2"]


@given(st.lists(st.tuples(TEXTS | RISKY_TEXTS, TEXTS), max_size=5))
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    with csv_file(path, ("one", "two"), lambda: None) as out:
        for row in rows:
            out.write(row)
    with path.open(encoding="utf-8", newline="") as file:
        read = [tuple(original(cell) for cell in row) for row in csv.reader(file)]
    assert read == [("one", "two"), *rows]
    assert out.rows == len(rows)


def test_the_bytes_are_utf8_without_bom_and_end_lines_by_the_rfc(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with csv_file(path, ("text", "value"), lambda: None) as out:
        out.write(('שלום, "you"\nline\r2 \0', -1))
        out.write(("\ud800", 1))
    assert path.read_bytes() == (
        b'text,value\r\n"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d, ""you""\nline\r2 \x00",-1\r\n\\ud800,1\r\n'
    )


def test_lines_for_a_streamed_answer_are_the_same() -> None:
    assert list(csv_lines(("id", "pairs"), [("-x", 3), ("a,b", None)])) == [
        "id,pairs\r\n",
        "'-x,3\r\n",
        '"a,b",\r\n',
    ]


def test_rows_without_a_header_are_guarded_alike() -> None:
    assert list(csv_rows([("-x", "1.25"), ("a,b", "2.00")])) == ["'-x,1.25\r\n", '"a,b",2.00\r\n']
