"""What every rater and judge answered, turned so that a pair is the same pair for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.reading import (
    CannotRead,
    Coded,
    Codes,
    Mask,
    TextTable,
    constant,
    read_table,
    renumbered,
)

NEEDED: Final = (
    "dialogue", "pair", "system_first", "system_second", "dimension", "source_kind", "source", "value_shown",
)  # fmt: skip
#: Columns that are used where they are there.
KNOWN: Final = (
    "protocol_hash", "tags", "order", "occasion", "scale", "target", "kind", "phase", "writer_first",
    "writer_second", "excluded", "exclusion_reason", "response_first", "response_second",
    "position", "layout", "seconds", "flags_first", "flags_second", "check_asked", "check_answered",
    "surplus", "reason",
)  # fmt: skip
RATER: Final = "rater"
JUDGE: Final = "judge"
MAIN: Final = "main"
WIDEST: Final = 2
NOBODY: Final = -1


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One row an answer. All arrays have the table's length, texts are `Coded`.

    `a` and `b` number `systems`, people's first and then by name, so a < b always: the pair's order is the
    same however it was shown. `value` < 0 says that a is better, 0 no difference, > 0 b; its size is the
    strength (1 or 2). `a_first` tells whether a was shown first. `writer_a` and `writer_b` number `writers`,
    −1 is not known or no person. `pair` is unique over all dialogues. `source` is kind and name, such as
    `judge claude`. `humans` counts the systems at the beginning of `systems` that are people.
    """

    systems: tuple[str, ...]
    humans: int
    writers: tuple[str, ...]
    dialogue: Coded
    pair: Coded
    dimension: Coded
    source_kind: Coded
    source: Coded
    a: Codes
    b: Codes
    value: NDArray[np.int8]
    a_first: Mask
    writer_a: Codes
    writer_b: Codes
    table: TextTable

    def __len__(self) -> int:
        return len(self.a)

    @property
    def main(self) -> Mask:
        """Rows of main pairs on their first occasion, excluded or not; all where the file is silent."""
        return self._says("kind", MAIN) & self._says("occasion", "1")

    @property
    def excluded(self) -> Mask:
        return self.table.flags("excluded") if "excluded" in self.table else np.zeros(len(self), dtype=bool)

    @property
    def by_rater(self) -> Mask:
        return self.source_kind.equals(RATER)

    def says(self, column: str) -> bool:
        """Whether the file had this column."""
        return column in self.table

    def _says(self, column: str, label: str) -> Mask:
        return self.table[column].equals(label) if column in self.table else np.ones(len(self), dtype=bool)


def read_verdicts(path: Path, *, kinds: Mapping[str, str], human: tuple[str, ...] = ()) -> Verdicts:
    """Reads `verdicts.csv` or any table with the columns NEEDED. Raises CannotRead.

    `kinds` tells of systems whether they are `human`, `llm` or `decoy`; `human` names people's where no table
    does. Nothing is guessed: without either no system is a person.
    """
    table = read_table(path, needed=NEEDED, known=KNOWN)
    systems, humans = _systems(table, kinds, human)
    first, second = _numbered(table["system_first"], systems), _numbered(table["system_second"], systems)
    _refuse(table, first == second, "compares {system_first} with itself")
    shown = table.integers("value_shown")
    _refuse(table, abs(shown) > WIDEST, "value_shown is {value_shown}; it must be between -2 and 2")
    known = set(table["source_kind"].labels) - {RATER, JUDGE}
    if known:
        wrong = table["source_kind"].equals(min(known))
        _refuse(table, wrong, "source_kind is {source_kind!r}; it must be rater or judge")
    a_first = first < second
    writers = _writers(table)
    writer_first, writer_second = (
        _writer(table, column, writers) for column in ("writer_first", "writer_second")
    )
    return Verdicts(
        systems=systems,
        humans=humans,
        writers=writers,
        dialogue=table["dialogue"],
        pair=joined(table["dialogue"], table["pair"], "/"),
        dimension=table["dimension"],
        source_kind=table["source_kind"],
        source=joined(table["source_kind"], table["source"], " "),
        a=np.where(a_first, first, second),
        b=np.where(a_first, second, first),
        value=np.where(a_first, shown, -shown).astype(np.int8),
        a_first=a_first,
        writer_a=np.where(a_first, writer_first, writer_second),
        writer_b=np.where(a_first, writer_second, writer_first),
        table=table,
    )


def refuse_confused(verdicts: Verdicts) -> None:
    """Raises CannotRead where a pair is of several pairs of systems, or a rater answers the same twice.

    Both would be counted as something else: one reply for another's, one rater for two.
    """
    systems = verdicts.a.astype(np.int64) * len(verdicts.systems) + verdicts.b
    one = np.zeros(len(verdicts.pair.labels), dtype=np.int64)
    one[verdicts.pair.codes[::-1]] = systems[::-1]  # the first row of each pair says which
    _refuse(
        verdicts.table, systems != one[verdicts.pair.codes],
        "the pair {pair} of dialogue {dialogue} compares {system_first} and {system_second} here, and other "
        "systems above. Give each pair of a dialogue its own name",
    )  # fmt: skip
    _refuse(
        verdicts.table, _repeated(verdicts),
        "{source} answers {dimension} on the pair {pair} of dialogue {dialogue} again. Number repeats in a "
        "column `occasion`, from 1",
    )  # fmt: skip


def _repeated(verdicts: Verdicts) -> Mask:
    """Which primary rows of raters answer what an earlier one has answered: pair, dimension, phase."""
    at = np.flatnonzero(verdicts.by_rater & verdicts.main & ~verdicts.excluded)
    key = verdicts.pair.codes[at].astype(np.int64)
    phase = [verdicts.table["phase"]] if verdicts.says("phase") else []
    for column in (verdicts.source, verdicts.dimension, *phase):
        key = key * len(column.labels) + column.codes[at]
    again = np.zeros(len(verdicts), dtype=bool)
    ordered = np.sort(key)
    if np.any(ordered[1:] == ordered[:-1]):
        again[at] = True
        again[at[np.unique(key, return_index=True)[1]]] = False
    return again


def joined(left: Coded, right: Coded, between: str) -> Coded:
    """Both columns as one: `left between right`."""
    both = left.codes.astype(np.int64) * max(len(right.labels), 1) + right.codes
    codes, count = renumbered(both)
    used = np.zeros(count, dtype=np.int64)
    used[codes] = both
    lefts, rights = np.divmod(used, max(len(right.labels), 1))
    texts = [f"{left.labels[i]}{between}{right.labels[j]}" for i, j in zip(lefts, rights, strict=True)]
    place = np.argsort(np.argsort(np.array(texts, dtype=object), kind="stable"), kind="stable")
    return Coded(place[codes].astype(np.int32) if len(used) else codes.astype(np.int32), tuple(sorted(texts)))


def _systems(
    table: TextTable, kinds: Mapping[str, str], human: tuple[str, ...]
) -> tuple[tuple[str, ...], int]:
    names = sorted({*table["system_first"].labels, *table["system_second"].labels})
    unknown = [name for name in human if name not in names]
    if unknown and table.rows:
        raise CannotRead(f"{table.file}: no system is called {unknown[0]!r}. There are {', '.join(names)}.")
    people = [name for name in names if name in human or kinds.get(name) == "human"]
    return (*people, *(name for name in names if name not in people)), len(people)


def _numbered(column: Coded, systems: tuple[str, ...]) -> Codes:
    place = np.array([systems.index(label) for label in column.labels], dtype=np.int32)
    return place[column.codes] if len(place) else np.zeros(0, dtype=np.int32)


def _writers(table: TextTable) -> tuple[str, ...]:
    named = {
        label
        for column in ("writer_first", "writer_second")
        if column in table
        for label in table[column].labels
    }
    return tuple(sorted(named - {""}))


def _writer(table: TextTable, column: str, writers: tuple[str, ...]) -> Codes:
    cells = table[column] if column in table else constant("", table.rows)
    place = np.array([writers.index(label) if label else NOBODY for label in cells.labels], dtype=np.int32)
    return place[cells.codes] if len(place) else np.zeros(0, dtype=np.int32)


def _refuse(table: TextTable, wrong: Mask, what: str) -> None:
    """Raises CannotRead with the first wrong row, its cells filled into `what`."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        cells = {column: table[column].labels[table[column].codes[rows[0]]] for column in NEEDED}
        raise CannotRead(
            f"{table.file}, row {rows[0] + 1} (counted without the header): {what.format(**cells)}. "
            f"{len(rows)} row(s) like it."
        )
