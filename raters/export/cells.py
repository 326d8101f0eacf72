"""CSV cells that no spreadsheet takes for a formula, and the way back to the text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

Cell = str | int | bool | None

ESCAPE: Final = "'"
#: First characters that make a spreadsheet calculate (also in full width), and the escape itself.
RISKY: Final = frozenset("=+-@\t\r\n＝＋－＠" + ESCAPE)  # noqa: RUF001 - full width is the point
#: Rows between two calls of `tick`.
TICK_ROWS: Final = 2000


def safe(text: str) -> str:
    """The text as a cell: an apostrophe goes before a first character that is RISKY."""
    return ESCAPE + text if text and text[0] in RISKY else text


def original(cell: str) -> str:
    """The text behind a cell: without the one leading apostrophe, if there is any."""
    return cell.removeprefix(ESCAPE)


def cells(row: Iterable[Cell]) -> list[Cell]:
    """Texts made safe, truth as 1 and 0, nothing as the empty cell; numbers as they are."""
    # Written out and not in functions of its own: this runs for some twenty million cells.
    return [safe(cell) if type(cell) is str else int(cell) if type(cell) is bool else cell for cell in row]


class CsvFile:
    """A CSV file being written (RFC 4180, UTF-8 without BOM); counts its rows, the header left out."""

    def __init__(self, file: TextIO, columns: Sequence[str], tick: Callable[[], None]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(cells(columns))
        self._tick = tick
        self.rows = 0

    def write(self, row: Iterable[Cell]) -> None:
        self._writer.writerow(cells(row))
        self.rows += 1
        if self.rows % TICK_ROWS == 0:
            self._tick()


@contextmanager
def csv_file(path: Path, columns: Sequence[str], tick: Callable[[], None]) -> Iterator[CsvFile]:
    """A new file at `path`; `tick` is called now and then while it is written.

    A lone surrogate, which UTF-8 cannot hold, is written as JSON does it: \\ud800.
    """
    with path.open("x", encoding="utf-8", errors="backslashreplace", newline="") as file:
        yield CsvFile(file, columns, tick)


class _Line:
    """What csv.writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(columns: Sequence[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """The same as text, a line at a time, for a streamed answer."""
    yield from csv_rows([columns])
    yield from csv_rows(rows)


def csv_rows(rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """Lines without a header, for a file that another program wants so."""
    writer = csv.writer(_Line())
    for row in rows:
        yield writer.writerow(cells(row))
