"""Reading anybody's CSV: codes and labels, and what is said when a file is not what is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.analysis.reading import CannotRead, read_table


def table_of(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "some.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_columns_are_codes_of_sorted_labels(tmp_path: Path) -> None:
    table = read_table(table_of(tmp_path, "a,b,c\nx,2,\ny,1,\nx,2,\n"), needed=("a", "b"))

    assert table.rows == 3
    assert table["a"].labels == ("x", "y")
    assert table["a"].codes.tolist() == [0, 1, 0]
    assert table.integers("b").tolist() == [2, 1, 2]
    assert "c" not in table


def test_the_order_of_rows_changes_no_label(tmp_path: Path) -> None:
    one = read_table(table_of(tmp_path, "a\nx\ny\n"), needed=("a",))
    other = read_table(table_of(tmp_path, "a\ny\nx\n"), needed=("a",))
    assert one["a"].labels == other["a"].labels


def test_texts_with_line_breaks_commas_and_quotes_come_as_they_were(tmp_path: Path) -> None:
    table = read_table(table_of(tmp_path, 'a,b\r\n"one\r\ntwo, ""three""",1\r\n'), needed=("a",))
    assert table["a"].texts() == ['one\r\ntwo, "three"']


def test_an_exports_apostrophe_is_taken_away_again(tmp_path: Path) -> None:
    table = read_table(table_of(tmp_path, "a\n'=SUM(1)\n''tis\nplain\n"), needed=("a",))
    assert table["a"].texts() == ["=SUM(1)", "'tis", "plain"]


def test_a_table_without_rows_has_columns_all_the_same(tmp_path: Path) -> None:
    table = read_table(table_of(tmp_path, "a,b\n"), needed=("a",), known=("b", "c"))
    assert (table.rows, table["a"].labels, table["b"].texts()) == (0, (), [])
    assert table.integers("a").tolist() == []


def test_a_byte_order_mark_belongs_to_no_column(tmp_path: Path) -> None:
    assert read_table(table_of(tmp_path, "\ufeffa,b\n1,2\n"), needed=("a",)).rows == 1


@pytest.mark.parametrize(
    "text",
    [
        '"Q1, yes","Q2, yes",a\n1,2,x\n',
        '"note,b",a\n1,x\n',
        ' a ,"b c"\nx,2\n',
        '"b\nc",a\r\n1,x\r\n',
        '"say ""hello""",a\n1,x\n',
        "\n\na\nx\n",
        "a,,\nx,,\n",
    ],
)
def test_a_header_is_read_as_csv(tmp_path: Path, text: str) -> None:
    """Commas, quotes and line breaks within names, blanks around them, empty lines before."""
    table = read_table(table_of(tmp_path, text), needed=("a",), known=("b", "yes", "note"))
    assert table["a"].texts() == ["x"]
    assert not any(column in table for column in ("b", "yes", "note"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,c\n1,2\n", "no column b. Needed are a, b; the file has a, c."),
        ("", "no column a, b. Needed are a, b; the file has no header."),
        ("a,b, b\n1,2,3\n", "the column b stands there more than once"),
        ("a,b,b\n1,2,3\n", "the column b stands there more than once"),
        ("a,b\n1,2\n1\n", "Expected 2 columns, got 1"),
        (b"a,b\n\xff,1\n", "UTF-8"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(CannotRead, match=r"some\.csv") as told:
        read_table(table_of(tmp_path, text), needed=("a", "b"))
    assert says in str(told.value)


def test_a_number_that_is_none_is_named_with_its_row(tmp_path: Path) -> None:
    table = read_table(table_of(tmp_path, "a\n1\ntwo\ntwo\n"), needed=("a",))
    with pytest.raises(CannotRead, match=r"some\.csv, row 2: a is 'two'"):
        table.integers("a")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="cannot be read"):
        read_table(tmp_path / "none.csv", needed=("a",))


@pytest.mark.parametrize(("number", "why"), [("7.5e9", "no whole number"), ("1" + 30 * "0", "too large")])
def test_numbers_that_cannot_be_are_refused_with_their_row(tmp_path: Path, number: str, why: str) -> None:
    table = read_table(table_of(tmp_path, f"size\n9223372036854775807\n{number}\n"), needed=("size",))
    with pytest.raises(CannotRead, match=f"some.csv, row 2: size is '{number}', {why}"):
        table.integers("size")
