"""All files of an export in one folder: tables, protocol, codebook, and a manifest that adds them up."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from raters.export.cells import Cell, csv_file
from raters.export.coding_tables import CODING_TABLES
from raters.export.journey_tables import JOURNEY_TABLES
from raters.export.machine_tables import MACHINE_TABLES
from raters.export.record_tables import RECORD_TABLES
from raters.export.session_table import SESSIONS
from raters.export.tables import TABLES
from raters.screening import exclusions_of
from raters.selectors import progress_of, realised_imbalance
from raters.verdicts import (
    Verdict,
    has_trial_verdicts,
    head_of,
    iso_utc,
    verdicts_by_judgment,
    verdicts_by_rating,
)
from studies.counting_rows import count_rows
from studies.models import Protocol, Run, Study
from studies.selectors import current_protocol

MANIFEST: Final = "manifest.json"
#: What stands in a manifest so that a folder can be told to be an export.
MADE_BY: Final = "heartsite export"
#: Raised whenever a file or a column is added, removed or changes its meaning.
FORMAT: Final = 5
CODEBOOK: Final = settings.BASE_DIR / "docs" / "codebook.md"

VERDICTS: Final = "verdicts.csv"
RATINGS: Final = "ratings.csv"
#: Columns of ratings.csv before those of the dimensions: what the verdicts of one rating share.
RATING_COLUMNS: Final = tuple(
    column for column in Verdict._fields if column not in {"dimension", "value_shown", "value", "target"}
)

_RATING_CELLS: Final = itemgetter(*(Verdict._fields.index(column) for column in RATING_COLUMNS))

#: Every table but those two.
ALL_TABLES: Final = (
    *TABLES,
    SESSIONS,
    *JOURNEY_TABLES,
    *MACHINE_TABLES,
    *CODING_TABLES,
    *RECORD_TABLES,
)

Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`rows` without the header; None for a file that is no table."""

    rows: int | None
    bytes: int
    sha256: str


def write_bundle(*, study: Study, folder: Path, now: datetime, tick: Tick = lambda: None) -> dict[str, Any]:
    """Writes a study's export into an empty folder and returns its manifest (also in the folder).

    A study that is not frozen is exported as far as it exists, without protocol.json. `tick` is called now
    and then, for whoever has to show a sign of life.
    """
    count_rows()
    rows = _write_verdicts(study, folder, tick)
    for table in ALL_TABLES:
        with csv_file(folder / table.file, table.columns, tick) as out:
            for row in table.rows(study):
                out.write(row)
            rows[table.file] = out.rows
    protocols = list(study.protocols.order_by("-version"))
    for number, frozen in enumerate(protocols):
        name = f"protocol-v{frozen.version}.json" if number else "protocol.json"
        (folder / name).write_bytes(frozen.canonical.encode())
    shutil.copyfile(CODEBOOK, folder / CODEBOOK.name)
    tick()
    manifest = _manifest(study, now, files=_facts(folder, rows))
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", errors="backslashreplace")
    return manifest


def rating_columns(study: Study) -> tuple[str, ...]:
    """The columns of ratings.csv: as shown and as stored for each row of the rubric."""
    keys = _dimension_keys(study)
    return (*RATING_COLUMNS, *(f"{prefix}_{key}" for key in keys for prefix in ("shown", "value")))


def _write_verdicts(study: Study, folder: Path, tick: Tick) -> dict[str, int]:
    """Both tables of ratings in one pass, so that they agree while raters are at work; judges come last."""
    keys = _dimension_keys(study)
    with (
        csv_file(folder / VERDICTS, Verdict._fields, tick) as long,
        csv_file(folder / RATINGS, rating_columns(study), tick) as wide,
    ):
        for verdicts in verdicts_by_rating(study):
            for verdict in verdicts:
                long.write(verdict)
            wide.write(_rating_row(verdicts, keys))
        for verdicts in verdicts_by_judgment(study):
            for verdict in verdicts:
                long.write(verdict)
        return {VERDICTS: long.rows, RATINGS: wide.rows}


def _rating_row(verdicts: list[Verdict], keys: list[str]) -> list[Cell]:
    by_key = {verdict.dimension: verdict for verdict in verdicts}
    row: list[Cell] = list(_RATING_CELLS(verdicts[head_of(verdicts)]))
    for key in keys:
        answer = by_key.get(key)
        row += (answer.value_shown, answer.value) if answer else (None, None)
    return row


def _dimension_keys(study: Study) -> list[str]:
    """The newest protocol's rubric, then rows that only older ones had; the draft's while there is none."""
    frozen = study.protocols.order_by("-version")
    keys = [asked.key for protocol in frozen for asked in protocol.document().rubric]
    return list(dict.fromkeys(keys or study.dimensions.values_list("key", flat=True)))


def _facts(folder: Path, rows: dict[str, int]) -> dict[str, Any]:
    return {
        path.name: asdict(FileFacts(rows.get(path.name), path.stat().st_size, sha256_of_file(path)))
        for path in sorted(folder.iterdir())
    }


def sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(study: Study, now: datetime, *, files: dict[str, Any]) -> dict[str, Any]:
    protocol = current_protocol(study)
    datasets = [
        {"file_name": name, "format": kind, "sha256": sha256, "licence": licence, "non_commercial": only}
        for name, kind, sha256, licence, only in study.import_batches.filter(loaded_at__isnull=False)
        .order_by("loaded_at", "pk")
        .values_list("file_name", "format", "sha256", "licence", "non_commercial")
    ]
    return {
        "made_by": MADE_BY,
        "format": FORMAT,
        "version": version(),
        "created_at": iso_utc(now),
        "study": study.slug,
        "title": study.title,
        "opened_at": iso_utc(study.opened_at),
        "closed_at": iso_utc(study.closed_at),
        "seed": study.seed,
        "exploratory": protocol is None or protocol.document().is_exploratory,
        "protocol": _protocol_facts(protocol) if protocol else None,
        "non_commercial": any(dataset["non_commercial"] for dataset in datasets),
        "datasets": datasets,
        "fieldwork": asdict(progress_of(study)),
        "imbalance": asdict(realised_imbalance(study)),
        "exclusions": asdict(exclusions_of(study)),
        "runs": _runs_by_kind(study),
        "trial": has_trial_verdicts(study),
        "files": files,
    }


def _runs_by_kind(study: Study) -> dict[str, dict[str, int]]:
    """How many runs of each kind are in which state."""
    counts = {kind.value: Counter[str]() for kind in Run.Kind}
    for run in study.runs.order_by("number"):
        counts[run.kind][run.state] += 1
    return {kind: dict(states) for kind, states in counts.items()}


def _protocol_facts(protocol: Protocol) -> dict[str, Any]:
    return {
        "version": protocol.version,
        "sha256": protocol.sha256,
        "frozen_at": iso_utc(protocol.frozen_at),
        "document": json.loads(protocol.canonical),
    }


@cache
def version() -> str:
    """This software's version, as pyproject.toml has it."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])
