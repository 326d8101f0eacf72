"""Reading a table of an export, or anybody's CSV file: columns of codes, whatever their length."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Mask = NDArray[np.bool_]

#: An export's text cell that begins with one has one more in front (docs/codebook.md, Spreadsheet formulas).
_APOSTROPHE: Final = "'"
#: Keys up to this are counted rather than sorted, however few the rows are: 8 MB.
_COUNTED: Final = 1_000_000
#: Bytes that are read at once: larger parts repeat fewer texts, and no row may be longer.
_BLOCK: Final = 8 * 1024 * 1024


class CannotRead(Exception):
    """Says what is wrong with a file, where, and how to mend it."""


class LacksColumns(CannotRead):
    """The file is CSV, but not the table that was looked for."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One column: row i holds `labels[codes[i]]`. Labels are sorted: rows may come in any order."""

    codes: Codes
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Mask | NDArray[np.intp]) -> Coded:
        """The same labels, fewer rows."""
        return Coded(self.codes[rows], self.labels)

    def texts(self) -> list[str]:
        return [self.labels[code] for code in self.codes]

    def equals(self, label: str) -> Mask:
        """Where the column holds the text; nowhere if it never does."""
        code = self.labels.index(label) if label in self.labels else -1
        return np.asarray(self.codes == code)

    def matching(self, wanted: Mask) -> Mask:
        """`wanted` is true or false for each label; true or false for each row."""
        return np.asarray(wanted[self.codes]) if len(self.labels) else np.zeros(len(self), dtype=bool)

    def integers(self, *, file: str, column: str, empty: int | None = None) -> NDArray[np.int64]:
        """The column as whole numbers; `empty` stands for an empty cell. Raises CannotRead with the row."""
        by_label = np.zeros(len(self.labels), dtype=np.int64)
        for code, label in enumerate(self.labels):
            try:
                by_label[code] = empty if label == "" and empty is not None else int(label)
            except (ValueError, OverflowError) as error:
                row = int(np.flatnonzero(self.codes == code)[0]) + 1
                why = "too large" if isinstance(error, OverflowError) else "no whole number"
                raise CannotRead(f"{file}, row {row}: {column} is {label!r}, {why}") from None
        return by_label[self.codes] if len(self.labels) else np.zeros(len(self), dtype=np.int64)


class TextTable:
    """The columns of one CSV file that were asked for and are there."""

    def __init__(self, file: str, columns: dict[str, Coded], rows: int) -> None:
        self.file, self._columns, self.rows = file, columns, rows

    def __contains__(self, column: str) -> bool:
        return column in self._columns

    def __getitem__(self, column: str) -> Coded:
        return self._columns[column]

    def integers(self, column: str, *, empty: int | None = None) -> NDArray[np.int64]:
        return self[column].integers(file=self.file, column=column, empty=empty)

    def flags(self, column: str) -> Mask:
        """True where the column says 1."""
        return self[column].equals("1")


def read_table(path: Path, *, needed: tuple[str, ...], known: tuple[str, ...] = ()) -> TextTable:
    """Reads the columns `needed` and, where they are there, `known`. Raises CannotRead.

    Blanks around a column's name do not count. A million rows take one to three seconds: texts are kept once,
    rows as their numbers.
    """
    header = _header(path)
    missing = [column for column in needed if column not in header]
    if missing:
        raise LacksColumns(
            f"{path.name}: no column {', '.join(missing)}. Needed are {', '.join(needed)}; the file has "
            f"{', '.join(header) or 'no header'}."
        )
    wanted = {column: header[column] for column in (*needed, *known) if column in header}
    try:
        table = pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                include_columns=list(wanted.values()),
                column_types={name: pa.dictionary(pa.int32(), pa.string()) for name in wanted.values()},
                strings_can_be_null=False,
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError) as error:
        raise CannotRead(f"{path.name}: {error}. It must be CSV in UTF-8 with one header line.") from error
    rows, columns = table.num_rows, {}
    for column, name in wanted.items():  # each of Arrow's columns goes as soon as it is ours
        columns[column] = _coded(table[name])
        table = table.drop_columns([name])
    pa.default_memory_pool().release_unused()
    return TextTable(path.name, columns, rows)


def constant(text: str, rows: int) -> Coded:
    """A column that says the same in every row: for one that a file lacks."""
    return Coded(np.zeros(rows, dtype=np.int32), (text,))


def repeated(column: Coded) -> int | None:
    """The first row, from 0, that says what a row before it says."""
    first = np.unique(column.codes, return_index=True)[1]
    others = np.setdiff1d(np.arange(len(column)), first)
    return int(others[0]) if len(others) else None


def renumbered(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Keys (0 or more) as numbers from 0 without gaps, in the same order, and how many there are.

    Counts instead of sorting where the largest key allows: at a million rows a tenth of the time.
    """
    largest = int(keys.max(initial=-1))
    if largest > _COUNTED + 4 * len(keys):
        used, numbers = np.unique(keys, return_inverse=True)
        return numbers.astype(np.int64), len(used)
    place = np.zeros(largest + 1, dtype=np.int64)
    place[keys] = 1
    np.cumsum(place, out=place)
    return place[keys] - 1, int(place[-1]) if largest >= 0 else 0


def _header(path: Path) -> dict[str, str]:
    """The columns' names, without and with the blanks around them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            written = next(filter(None, csv.reader(file)), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise CannotRead(f"{path.name} is not CSV in UTF-8: {error}") from error
    except OSError as error:
        raise CannotRead(f"{path.name} cannot be read: {error.strerror}") from error
    names = [name.strip() for name in written]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise CannotRead(f"{path.name}: the column {', '.join(twice)} stands there more than once")
    return dict(zip(names, written, strict=True))


def _coded(column: pa.ChunkedArray) -> Coded:
    unified = column.unify_dictionaries().combine_chunks()
    chunk = unified.chunk(0) if isinstance(unified, pa.ChunkedArray) and unified.num_chunks else unified
    if isinstance(chunk, pa.ChunkedArray):  # no rows at all
        return Coded(np.zeros(0, dtype=np.int32), ())
    texts = [_as_written(text) for text in _texts(chunk.dictionary)]
    labels = sorted(set(texts))
    place = {label: code for code, label in enumerate(labels)}
    new = np.array([place[text] for text in texts], dtype=np.int32)
    codes = np.frombuffer(chunk.indices.buffers()[1], dtype=np.int32)
    codes = codes[chunk.indices.offset : chunk.indices.offset + len(chunk)]
    return Coded(new[codes] if len(new) else np.zeros(0, dtype=np.int32), tuple(labels))


def _texts(cells: pa.StringArray) -> list[str]:
    """From Arrow's buffers: its own conversions import pandas where there is one, which takes a second."""
    _valid, ends, letters = cells.buffers()
    at = np.frombuffer(ends, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1].tolist()
    raw = letters.to_pybytes() if letters is not None else b""
    if raw.isascii():  # places of bytes are places of characters: one conversion for all
        text = raw.decode()
        return [text[i:j] for i, j in pairwise(at)]
    return [raw[i:j].decode() for i, j in pairwise(at)]


def _as_written(cell: str) -> str:
    return cell.removeprefix(_APOSTROPHE)
