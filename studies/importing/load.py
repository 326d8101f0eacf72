"""Loading an examined file into a study: one transaction, a row for the import, the file kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO, cast

from django.contrib.auth.models import User
from django.core.files import File
from django.db import IntegrityError, transaction

from studies.importing import rows
from studies.importing.examining import Examination, Request, examine
from studies.importing.files import Source, inspect
from studies.importing.lint.kinds import TABLE, Kind
from studies.importing.matching import Matcher
from studies.importing.records import Options
from studies.importing.report import Outcome, Report, report_of
from studies.models import ImportBatch, Study


class CannotImport(Exception):
    """The file cannot be loaded into this study; nothing was changed. Says what to do."""


def stored(batch: ImportBatch) -> Source:
    """The kept file of an import, to be opened as often as needed."""
    name = batch.file.name
    assert name  # a batch is only ever made by `receive`, with its file
    return lambda: cast(BinaryIO, batch.file.storage.open(name, "rb"))


def request_of(batch: ImportBatch, exclude: frozenset[Kind] | None = None) -> Request:
    """What was asked of a batch, or the same with other replies left out."""
    raw = batch.options
    return Request(
        format=batch.format,
        options=Options(raw["first_speaker"], raw["merge_turns"], raw["cut"]),
        max_words=raw["max_words"] or 0,
        exclude=frozenset(map(Kind, raw["exclude"])) if exclude is None else exclude,
    )


def receive(
    *,
    study: Study,
    file: BinaryIO,
    file_name: str,
    request: Request,
    licence: str,
    non_commercial: bool,
    created_by: User | None,
) -> ImportBatch:
    """Keeps the file and makes the row of an import that has not been loaded yet."""
    name = PurePath(file_name).name
    batch = ImportBatch(
        study=study,
        file_name=name[-255:],
        format=request.format,
        options=request.as_json(),
        licence=licence.strip()[:200],
        non_commercial=non_commercial,
        created_by=created_by,
    )
    batch.file.save(name[-100:], File(file), save=False)
    try:
        batch.sha256 = inspect(stored(batch)).sha256
        batch.save()
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def preview(*, study: Study, examination: Examination) -> Report:
    """What loading would do. Changes nothing."""
    matcher = Matcher(study, examination)
    if not examination.bad:
        for _ in matcher.walk():
            pass
    return report_of(examination, matcher.outcome)


def look(*, batch: ImportBatch, request: Request) -> ImportBatch:
    """Examines a received file (again) and keeps request and report. Raises Refused for a non-text."""
    _check_unloaded(batch)
    examination = examine(stored(batch), request)
    batch.format, batch.options = request.format, request.as_json()
    batch.report = preview(study=batch.study, examination=examination)
    batch.save(update_fields=["format", "options", "report"])
    return batch


def discard(*, batch: ImportBatch) -> None:
    """Forgets a received file that was never loaded."""
    _check_unloaded(batch)
    batch.delete()
    batch.file.delete(save=False)


def load(*, batch: ImportBatch, examination: Examination, acknowledged: bool, now: datetime) -> ImportBatch:
    """Writes the dialogues and replies of an examined, received file. All or nothing.

    Importing the same dialogues again adds only replies that are not there yet. Raises CannotImport for
    unresolved errors, warnings not acknowledged, contradictions with the study, or a frozen study.
    """
    check_acceptable(examination, acknowledged=acknowledged)
    if batch.sha256 != examination.facts.sha256:
        raise CannotImport("The file changed while it was being read. Start again.")
    try:
        with transaction.atomic():
            outcome = _write(batch, examination)
            batch.options = examination.request.as_json()
            batch.report = report_of(examination, outcome)
            batch.warnings_acknowledged = acknowledged and bool(examination.warnings())
            batch.loaded_at = now
            batch.save()
    except IntegrityError as error:
        batch.loaded_at = None
        raise CannotImport(
            "Somebody changed the study's material at the same moment. Nothing was imported; start again."
        ) from error
    return batch


def import_file(
    *,
    study: Study,
    source: Source,
    file_name: str,
    examination: Examination,
    licence: str,
    non_commercial: bool,
    acknowledged: bool,
    created_by: User | None,
    now: datetime,
) -> ImportBatch:
    """Receives and loads in one go: either the import and its file are there, or nothing is."""
    check_acceptable(examination, acknowledged=acknowledged)
    batch: ImportBatch | None = None
    try:
        with transaction.atomic(), source() as file:
            batch = receive(
                study=study,
                file=file,
                file_name=file_name,
                request=examination.request,
                licence=licence,
                non_commercial=non_commercial,
                created_by=created_by,
            )
            return load(batch=batch, examination=examination, acknowledged=acknowledged, now=now)
    except BaseException:
        if batch is not None:
            batch.file.delete(save=False)
        raise


def check_acceptable(examination: Examination, *, acknowledged: bool) -> None:
    """Raises CannotImport unless nothing but acknowledged warnings stands against loading."""
    if examination.bad:
        raise CannotImport(
            f"{examination.bad} records cannot be read; nothing was imported. " + _first_problem(examination)
        )
    if errors := examination.errors():
        possible = ",".join(kind for kind in errors if TABLE[kind].excludable)
        way_out = f", or leave the flagged replies out (--exclude {possible})" if possible else ""
        raise CannotImport(
            f"Lint found errors; nothing was imported: {_counted(errors)}. Mend the file{way_out}."
        )
    if not acknowledged and (warnings := examination.warnings()):
        raise CannotImport(
            f"Lint found warnings; nothing was imported: {_counted(warnings)}. Read them; then "
            "acknowledge them (--accept-warnings), or leave flagged replies out (--exclude)."
        )


def _first_problem(examination: Examination) -> str:
    problem = next(iter(examination.problems.values()))
    return f"First: {problem.places[0]}: {problem.why}. {problem.remedy}".rstrip(". ") + "."


def _counted(kinds: dict[Kind, int]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in kinds.items())


def _check_unloaded(batch: ImportBatch) -> None:
    if batch.loaded_at is not None:
        raise CannotImport("This file is already loaded.")


def _write(batch: ImportBatch, examination: Examination) -> Outcome:
    # The lock makes imports into one study, and its freezing, wait for each other.
    study = Study.objects.select_for_update(no_key=True).get(pk=batch.study_id)
    if study.is_frozen():
        raise CannotImport(
            "The study is frozen: its material can no longer change. Copy it to a new study to add some."
        )
    if not ImportBatch.objects.filter(pk=batch.pk, loaded_at__isnull=True).exists():
        raise CannotImport("This file is already loaded.")
    matcher = Matcher(study, examination)
    writer = rows.Writer(batch, matcher.systems)
    for chunk in matcher.walk():
        if not matcher.outcome.clashes:
            writer.write(chunk)
    if matcher.outcome.clashes:
        first = matcher.outcome.conflicts[0]
        raise CannotImport(
            f"{matcher.outcome.clashes} contradictions with the study; nothing was imported. First: {first}."
        )
    return matcher.outcome
