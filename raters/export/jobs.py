"""Exports and reports outside the web request. The row is the queue: whoever claims it by a guarded UPDATE
runs it.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.files import File
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile

from raters.export.bundle import Tick, sha256_of_file, write_bundle
from raters.export.replication import write_bundle_for_readers
from raters.export.reports import datasheet_in, write_report
from raters.models import ExportJob
from raters.registering import write_packet
from studies.models import Study

logger = logging.getLogger(__name__)

#: A worker that has shown no sign of life for this long is dead, and its job is anybody's.
LEASE: Final = timedelta(minutes=10)
RENEW_AFTER: Final = 60.0  # seconds


class NotDone(Exception):
    """The export has no file yet, or never will."""


class LeaseLost(Exception):
    """Somebody else took the job over in the meantime."""


class Lease:
    """A claimed job. `lease_until` is the key: every change asks that it is still ours."""

    def __init__(self, job: ExportJob, now: datetime) -> None:
        self.job = job
        self._now, self._began, self._renewed = now, time.monotonic(), time.monotonic()

    @property
    def now(self) -> datetime:
        """The time of the claim plus what has passed since."""
        return self._now + timedelta(seconds=time.monotonic() - self._began)

    def renew(self) -> None:
        """A sign of life, at most once a minute. Raises LeaseLost."""
        if time.monotonic() - self._renewed < RENEW_AFTER:
            return
        until = self.now + LEASE
        self.change(lease_until=until)
        self.job.lease_until = until
        self._renewed = time.monotonic()

    def change(self, **fields: Any) -> None:
        mine = ExportJob.objects.filter(
            pk=self.job.pk, status=ExportJob.Status.RUNNING, lease_until=self.job.lease_until
        )
        if not mine.update(**fields):
            raise LeaseLost


def request_export(
    *,
    study: Study,
    user: AbstractBaseUser | None,
    now: datetime,
    kind: ExportJob.Kind = ExportJob.Kind.EXPORT,
) -> ExportJob:
    """A waiting job. The caller nudges a worker after commit; the sweep finds the job in any case."""
    return ExportJob.objects.create(
        study=study, kind=kind, requested_by_id=user.pk if user else None, requested_at=now
    )


def run_waiting(*, now: datetime) -> int:
    """Runs what waits, and what a dead worker left behind, oldest first; how many this call has finished."""
    finished = 0
    for pk in _claimable(now).order_by("requested_at", "pk").values_list("pk", flat=True):
        lease = _claim(pk, now)
        if lease is not None:
            _run(lease)
            finished += 1
    return finished


def open_export(job: ExportJob) -> File[bytes]:
    """The zip file of a finished export, open for reading; for FileResponse. Raises NotDone."""
    if job.status != ExportJob.Status.DONE or not job.file:
        raise NotDone
    job.file.open("rb")
    return job.file


def open_page(job: ExportJob) -> File[bytes]:
    """report.html of a finished report, open for reading; for FileResponse. Raises NotDone."""
    if job.status != ExportJob.Status.DONE or not job.page:
        raise NotDone
    job.page.open("rb")
    return job.page


def file_name_of(job: ExportJob, suffix: str = ".zip") -> str:
    """What a downloaded export, or report, is called."""
    kind = "" if job.kind == ExportJob.Kind.EXPORT else f"-{job.kind}"
    return f"{job.study.slug}{kind}-{job.requested_at:%Y%m%d-%H%M%S}{suffix}"


def _claimable(now: datetime) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(
        Q(status=ExportJob.Status.PENDING) | Q(status=ExportJob.Status.RUNNING, lease_until__lt=now)
    )


def _claim(pk: int, now: datetime) -> Lease | None:
    """One guarded UPDATE; None means that somebody got there first."""
    mine = _claimable(now).filter(pk=pk).update(status=ExportJob.Status.RUNNING, lease_until=now + LEASE)
    if not mine:
        return None
    return Lease(ExportJob.objects.select_related("study").get(pk=pk), now)


def _run(lease: Lease) -> None:
    """Runs a claimed job to its end; whatever goes wrong stands in the row."""
    _remove_leftovers(lease.job)
    try:
        with tempfile.TemporaryDirectory(prefix=_prefix(lease.job), dir=_workshop()) as folder:
            _make(lease, Path(folder))
    except LeaseLost:
        logger.warning("export %s was taken over by another worker", lease.job.pk)
    except Exception as error:
        logger.exception("export %s failed", lease.job.pk)
        _fail(lease, f"{type(error).__name__}: {error}")


def _make(lease: Lease, folder: Path) -> None:
    """Folder, zip, storage: all on disk, nothing of it in memory."""
    job, packed = lease.job, folder / "packed.zip"
    made = _MAKERS[job.kind](lease, folder)
    _pack(made.contents, packed, job.study.slug, lease.renew)
    if made.page is not None:
        _store(job.page, made.page, file_name_of(job, ".html"))
    _store(job.file, packed, file_name_of(job))
    try:
        lease.change(
            status=ExportJob.Status.DONE,
            finished_at=lease.now,
            lease_until=None,
            file=job.file.name,
            page=job.page.name or "",
            sha256=sha256_of_file(packed),
            manifest=made.manifest,
            error="",
        )
    except LeaseLost:
        for stored in filter(None, (job.file, job.page)):
            stored.delete(save=False)
        raise


@dataclass(frozen=True, slots=True)
class _Made:
    """A folder to be packed, what it holds, and the page that can be opened without unpacking."""

    contents: Path
    manifest: dict[str, Any]
    page: Path | None = None


def _exported(lease: Lease, folder: Path) -> _Made:
    bundle = folder / "bundle"
    bundle.mkdir()
    return _Made(bundle, write_bundle(study=lease.job.study, folder=bundle, now=lease.now, tick=lease.renew))


def _reported(lease: Lease, folder: Path) -> _Made:
    made = _exported(lease, folder)
    page = write_report(bundle=made.contents, out=folder / "report", tick=lease.renew)
    return _Made(page.parent, made.manifest | {"datasheet": datasheet_in(page.parent)}, page)


def _bundled(lease: Lease, folder: Path) -> _Made:
    made = _exported(lease, folder)
    out = folder / "readers"
    write_bundle_for_readers(export=made.contents, out=out, tick=lease.renew)
    return _Made(out, made.manifest)


def _registered(lease: Lease, folder: Path) -> _Made:
    packet = folder / "packet"
    packet.mkdir()
    return _Made(packet, write_packet(study=lease.job.study, folder=packet, tick=lease.renew))


_MAKERS: Final[dict[str, Callable[[Lease, Path], _Made]]] = {
    ExportJob.Kind.EXPORT: _exported,
    ExportJob.Kind.REPORT: _reported,
    ExportJob.Kind.BUNDLE: _bundled,
    ExportJob.Kind.PACKET: _registered,
}


def _pack(contents: Path, packed: Path, name: str, tick: Tick) -> None:
    """Every file below `contents` into one zip file, under one folder of this name."""
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path for path in contents.rglob("*") if path.is_file()):
            archive.write(path, f"{name}/{path.relative_to(contents).as_posix()}")
            tick()


def _store(field: FieldFile, path: Path, name: str) -> None:
    with path.open("rb") as file:
        field.save(name, File(file), save=False)


def _fail(lease: Lease, error: str) -> None:
    try:
        lease.change(
            status=ExportJob.Status.FAILED, finished_at=lease.now, lease_until=None, error=error[:2000]
        )
    except LeaseLost:
        logger.warning("export %s was taken over by another worker", lease.job.pk)


def _workshop() -> Path:
    """Beside the uploads and not in the system's folder for such things, which may be small or memory."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR)


def _prefix(job: ExportJob) -> str:
    return f"export-{job.pk}-"


def _remove_leftovers(job: ExportJob) -> None:
    """What a killed worker could not tidy up."""
    for path in _workshop().glob(f"{_prefix(job)}*"):
        shutil.rmtree(path, ignore_errors=True)
