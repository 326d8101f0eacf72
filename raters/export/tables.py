"""The tables of material in an export: one row type each, its field names are the columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db.models import Count, F

from raters.export.cells import Cell
from raters.verdicts import iso_utc, joined_tags
from studies.calling.designing import as_asked
from studies.models import Dialogue, ImportBatch, Pair, Response, Study
from studies.selectors import response_key

CHUNK: Final = 500


class DialogueRow(NamedTuple):
    dialogue: str
    tags: str
    turns: str
    turn_count: int
    licence: str
    non_commercial: bool
    import_number: int | None
    import_sha256: str
    meta: str


class ResponseRow(NamedTuple):
    response: str
    dialogue: str
    system: str
    kind: str
    family: str
    model_id: str
    replicate: int
    writer: str
    text: str
    words: int
    import_number: int | None
    outcome: str
    flags: str


class SystemRow(NamedTuple):
    system: str
    kind: str
    family: str
    model_id: str
    params_total: int | None
    params_active: int | None
    responses: int
    provider: str
    api: str
    host: str
    prompt_version: str
    settings: str
    for_trial: bool | None
    is_own: bool | None


class PairRow(NamedTuple):
    """`a` and `b` as stored: the order AB shows `a` first."""

    pair: str
    dialogue: str
    kind: str
    expected: int | None
    system_a: str
    system_b: str
    response_a: str
    response_b: str
    feedback: str


class ImportRow(NamedTuple):
    import_number: int
    file_name: str
    format: str
    sha256: str
    licence: str
    non_commercial: bool
    loaded_at: str
    warnings_acknowledged: bool
    options: str
    report: str


@dataclass(frozen=True, slots=True)
class Table:
    """A file of an export: `rows` yields tuples that fit `columns`, streamed, in a fixed order."""

    file: str
    columns: tuple[str, ...]
    rows: Callable[[Study], Iterator[tuple[Cell, ...]]]


def dialogue_rows(study: Study) -> Iterator[DialogueRow]:
    numbers = _import_numbers(study)
    rows = Dialogue.objects.filter(study=study).select_related("import_batch").defer("import_batch__report")
    for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
        yield DialogueRow(
            dialogue=row.external_id,
            tags=joined_tags(row.tags),
            turns=as_json(row.turns),
            turn_count=len(row.turns),
            licence=row.import_batch.licence,
            non_commercial=row.import_batch.non_commercial,
            import_number=numbers.get(row.import_batch_id),
            import_sha256=row.import_batch.sha256,
            meta=as_json(row.meta),
        )


def response_rows(study: Study) -> Iterator[ResponseRow]:
    """`words` counts what white space parts; `outcome` and `flags` are those of a fetched reply."""
    numbers = _import_numbers(study)
    rows = (
        Response.objects.filter(dialogue__study=study)
        .select_related("dialogue", "system")
        .annotate(outcome=F("generation__outcome"), flags=F("generation__flags"))
        .defer("dialogue__turns", "dialogue__tags", "dialogue__meta")
        .order_by("dialogue_id", "pk")
    )
    for row in rows.iterator(chunk_size=CHUNK):
        yield ResponseRow(
            response=response_key(row.dialogue.external_id, row.system.name, row.replicate),
            dialogue=row.dialogue.external_id,
            system=row.system.name,
            kind=row.system.kind,
            family=row.system.family,
            model_id=row.system.model_id,
            replicate=row.replicate,
            writer=row.writer,
            text=row.text,
            words=len(row.text.split()),
            import_number=numbers.get(row.import_batch_id or 0),
            outcome=getattr(row, "outcome") or "",  # noqa: B009 - annotated: no field of the model
            flags="|".join(getattr(row, "flags") or ()),  # noqa: B009 - likewise
        )


def system_rows(study: Study) -> Iterator[SystemRow]:
    """How it is asked is empty for a system whose replies were imported."""
    systems = study.systems.select_related("provider").annotate(count=Count("responses"))
    for row in systems.order_by("pk"):
        asked = as_asked(row) if row.provider else {}
        yield SystemRow(
            system=row.name,
            kind=row.kind,
            family=row.family,
            model_id=row.model_id,
            params_total=row.params_total,
            params_active=row.params_active,
            responses=row.count,
            provider=row.provider.name if row.provider else "",
            api=asked.get("api", ""),
            host=asked.get("host", ""),
            prompt_version=asked.get("prompt_version", ""),
            settings=as_json(asked["settings"]) if asked else "",
            for_trial=asked.get("for_trial"),
            is_own=row.provider.is_own if row.provider else None,
        )


def pair_rows(study: Study) -> Iterator[PairRow]:
    rows = Pair.objects.of(study).values_list(
        "key",
        "dialogue__external_id",
        "kind",
        "expected",
        "first__system__name",
        "second__system__name",
        "first__replicate",
        "second__replicate",
        "feedback",
    )
    for row in rows.order_by("pk").iterator(chunk_size=CHUNK):
        key, dialogue, kind, expected, system_a, system_b, replicate_a, replicate_b, feedback = row
        yield PairRow(
            pair=key,
            dialogue=dialogue,
            kind=kind,
            expected=expected,
            system_a=system_a,
            system_b=system_b,
            response_a=response_key(dialogue, system_a, replicate_a),
            response_b=response_key(dialogue, system_b, replicate_b),
            feedback=feedback,
        )


def import_rows(study: Study) -> Iterator[ImportRow]:
    for number, row in enumerate(_imports(study), start=1):
        yield ImportRow(
            import_number=number,
            file_name=row.file_name,
            format=row.format,
            sha256=row.sha256,
            licence=row.licence,
            non_commercial=row.non_commercial,
            loaded_at=iso_utc(row.loaded_at),
            warnings_acknowledged=row.warnings_acknowledged,
            options=as_json(row.options),
            report=as_json(row.report),
        )


TABLES: Final = (
    Table("dialogues.csv", DialogueRow._fields, dialogue_rows),
    Table("responses.csv", ResponseRow._fields, response_rows),
    Table("systems.csv", SystemRow._fields, system_rows),
    Table("pairs.csv", PairRow._fields, pair_rows),
    Table("imports.csv", ImportRow._fields, import_rows),
)


def _imports(study: Study) -> Iterator[ImportBatch]:
    """Those that were carried out; a file that was only looked at brought nothing."""
    yield from study.import_batches.filter(loaded_at__isnull=False).order_by("loaded_at", "pk")


def _import_numbers(study: Study) -> dict[int, int]:
    return {batch.pk: number for number, batch in enumerate(_imports(study), start=1)}


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
