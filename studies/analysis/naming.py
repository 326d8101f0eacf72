"""What a reader reads instead of keys: a code's name in the codebook, a dimension's in the rubric.

Sections hold keys, and so do report.json and the CSV files; the page, the pictures and the sentences have
names, all through this module.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from studies.analysis.results import Cell, Figure, Section, Table

#: By a column's key: the names of the keys that stand in its cells.
Names = Mapping[str, Mapping[str, str]]
_CODES: Final = ("code", "strategy")
_DIMENSIONS: Final = ("dimension", "other_dimension")
#: Keys that every study has.
_WORDS: Final[Names] = {
    "variant": {"main": "first pass", "rubric": "with rubric", "no_rubric": "without rubric"},
    "flag": {"wrong_role": "in the wrong role"},
}


def names_by_column(*, codes: Mapping[str, str], dimensions: Mapping[str, str]) -> Names:
    return dict.fromkeys(_CODES, codes) | dict.fromkeys(_DIMENSIONS, dimensions) | dict(_WORDS)


def distinct(names: Mapping[str, str]) -> dict[str, str]:
    """A name on one line for each key, never the same for two: what shares its name has its key behind it."""
    plain = {key: " ".join(name.split()) or key for key, name in names.items()}
    often = Counter(plain.values())
    told = {key: name if often[name] == 1 else _with_key(key, name) for key, name in plain.items()}
    if len(set(told.values())) == len(told):
        return told
    return {key: _with_key(key, name) for key, name in plain.items()}  # a name that looks like that already


def named(section: Section, names: Names) -> Section:
    """The section with names in place of keys. A key without a name stays as it is."""
    return replace(section, parts=tuple(_part(part, names) for part in section.parts))


def _part(part: Table | Figure, names: Names) -> Table | Figure:
    if isinstance(part, Figure):
        return replace(part, table=_table(part.table, names))
    return _table(part, names)


def _table(table: Table, names: Names) -> Table:
    of = [names.get(column.key, {}) for column in table.columns]
    rows = [tuple(_cell(cell, known) for cell, known in zip(row, of, strict=True)) for row in table.rows]
    return replace(table, rows=rows) if any(of) else table


def _cell(cell: Cell, known: Mapping[str, str]) -> Cell:
    return known.get(cell, cell) if isinstance(cell, str) else cell


def _with_key(key: str, name: str) -> str:
    return f"{name} ({key})"
