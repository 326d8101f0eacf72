"""The bundle's folder `data/`: the export's tables without personal data."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from studies.analysis.bundle.columns import UNTIED, As, how, leaving
from studies.analysis.bundle.naming import mixed, new_names, secret_of
from studies.analysis.bundle.released import REASON, RELEASED, person_in, words_of
from studies.analysis.bundle.released import leaves as row_leaves
from studies.analysis.evidence import MANIFEST, PROTOCOL, VERDICTS

MADE_BY: Final = "heartsite replication bundle"
SESSIONS: Final = "sessions.csv"
#: What the new names are drawn from; where they are there.
_SECRET: Final = (VERDICTS, "ratings.csv", SESSIONS, "assignments.csv", "events.csv")
#: What of an export's manifest leaves: no times but dates, no names of files.
_MANIFEST: Final = (
    "version", "study", "title", "opened_at", "closed_at", "seed", "exploratory", "non_commercial",
    "fieldwork", "imbalance", "exclusions", "runs", "trial",
)  # fmt: skip
_DATASET: Final = ("format", "sha256", "licence", "non_commercial")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What became of a table: its columns here and those left behind, and how many rows of each."""

    columns: tuple[str, ...]
    without: tuple[str, ...]
    rows: int
    rows_without: int


@dataclass(frozen=True, slots=True)
class DataFacts:
    """`absent` names the export's tables that stay behind whole; `reasons` counts raters' reasons that the
    export has, and those released."""

    tables: Mapping[str, TableFacts]
    absent: tuple[str, ...]
    reasons: tuple[int, int]
    manifest: Mapping[str, Any]


def write_data(export: Path, folder: Path) -> DataFacts:
    """Writes every table that may leave into the new folder; the protocol goes byte for byte."""
    folder.mkdir(parents=True)
    here = {name: columns for name, columns in leaving().items() if (export / name).exists()}
    secret = secret_of(export / name for name in _SECRET if (export / name).exists())
    names = new_names(_people(export, here), secret)
    found = {
        name: _write(export / name, folder / name, columns, _Cells(names, secret))
        for name, columns in here.items()
    }
    if (export / PROTOCOL).exists():
        shutil.copyfile(export / PROTOCOL, folder / PROTOCOL)
    manifest = _manifest(export / MANIFEST) | _channels(export / SESSIONS)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    absent = sorted({path.name for path in export.glob("*.csv")} - set(here))
    return DataFacts(found, tuple(absent), _reasons(export / VERDICTS), manifest)


def rows_in(path: Path) -> Iterator[Row]:
    """The rows as they are written: an apostrophe before what a spreadsheet would run stays."""
    csv.field_size_limit(sys.maxsize)  # the turns of a long dialogue are one cell
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: cell or "" for name, cell in row.items()}


@dataclass(frozen=True, slots=True)
class _Cells:
    """How cells are written: with new names, and without words that were not released."""

    names: Mapping[tuple[str, str], str]
    secret: bytes

    def of(self, name: str, column: str, row: Row) -> str:
        instead = words_of(name, column, row)
        if instead is not None:
            return instead
        if letter := person_in(name, column, row):
            return self.names[letter, row[column]]
        if how(name, column) is As.KEY:
            return mixed(self.secret, f"passage {row[column]}")[:12]
        return row[column]


def _write(source: Path, target: Path, columns: tuple[str, ...], cells: _Cells) -> TableFacts:
    header = _header(source)
    kept = tuple(column for column in header if column in columns)
    left = tuple(column for column in header if column not in kept)
    count = Counter[bool]()
    rows = _rows(source, kept, cells, count)
    with target.open("x", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(kept)
        out.writerows(sorted(rows) if source.name in UNTIED else rows)
    return TableFacts(kept, left, count[True], count[False])


def _rows(source: Path, kept: tuple[str, ...], cells: _Cells, count: Counter[bool]) -> Iterator[list[str]]:
    """What leaves of each row that does; `count` says afterwards how many do, and how many do not."""
    for row in rows_in(source):
        leaves = row_leaves(source.name, row)
        count[leaves] += 1
        if leaves:
            yield [cells.of(source.name, column, row) for column in kept]


def _header(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


def _people(export: Path, here: Mapping[str, tuple[str, ...]]) -> dict[str, set[str]]:
    """Everybody named in a column that leaves, by the letter of their new name."""
    found: dict[str, set[str]] = {}
    for name, columns in here.items():
        for row in rows_in(export / name):
            for column in columns:
                if column in row and (letter := person_in(name, column, row)):
                    found.setdefault(letter, set()).add(row[column])
    return found


def _reasons(path: Path) -> tuple[int, int]:
    """How many reasons raters wrote, and how many of them were released."""
    own = [row for row in rows_in(path) if row["source_kind"] == "rater" and row.get(REASON)]
    return len(own), sum(row.get(RELEASED) == "1" for row in own)


def _channels(path: Path) -> dict[str, dict[str, int]]:
    """How many raters came which way, since no row says it; nothing where the export does not."""
    if not path.exists() or "channel" not in _header(path):
        return {}
    return {"channels": dict(Counter(row["channel"] for row in rows_in(path)))}


def _manifest(path: Path) -> dict[str, Any]:
    raw = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found = {key: raw[key] for key in _MANIFEST if key in raw}
    found |= {key: (raw[key] or "")[:10] for key in ("opened_at", "closed_at") if key in raw}
    datasets = [{key: one.get(key) for key in _DATASET} for one in raw.get("datasets", ())]
    return found | {"made_by": MADE_BY, "datasets": datasets}
