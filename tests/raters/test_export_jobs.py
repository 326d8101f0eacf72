"""The queue of exports: each job runs once, whoever dies, and says what went wrong."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from raters import export, tasks
from raters.export import jobs
from raters.export.bundle import write_bundle
from raters.models import ExportJob
from studies.models import Study
from tests.factories import NOW, make_rater, make_staff, make_study, open_study, rate_all

pytestmark = pytest.mark.django_db

Status = ExportJob.Status


def requested(study: Study | None = None) -> ExportJob:
    return export.request_export(study=study or make_study(), user=make_staff(), now=NOW)


def test_a_waiting_job_becomes_a_zip_with_its_checksum() -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    job = requested(study)
    assert job.status == Status.PENDING
    assert export.run_waiting(now=NOW + timedelta(minutes=1)) == 1
    job.refresh_from_db()
    assert (job.status, job.error, job.lease_until) == (Status.DONE, "", None)
    with export.open_export(job) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == job.sha256
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("kind-words/manifest.json")) == job.manifest
        assert archive.read("kind-words/verdicts.csv").count(b"\r\n") == 1 + 4 * 6
    assert export.file_name_of(job) == "kind-words-20250303-090000.zip"
    assert job.requested_by is not None
    assert export.run_waiting(now=NOW + timedelta(hours=1)) == 0


def test_nothing_is_left_in_the_workshop(settings: Settings) -> None:
    job = requested()
    workshop = Path(settings.FILE_UPLOAD_TEMP_DIR)
    leftover = workshop / f"export-{job.pk}-killed"
    leftover.mkdir()
    export.run_waiting(now=NOW)
    assert list(workshop.glob("export-*")) == []


def test_a_job_under_way_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    job = requested()
    inner: list[int] = []
    really = write_bundle

    def second_worker_looks_in(**arguments: Any) -> dict[str, Any]:
        inner.append(export.run_waiting(now=NOW + jobs.LEASE))
        return really(**arguments)

    monkeypatch.setattr("raters.export.jobs.write_bundle", second_worker_looks_in)
    assert export.run_waiting(now=NOW) == 1
    assert inner == [0]
    job.refresh_from_db()
    assert job.status == Status.DONE


def test_only_one_of_two_who_saw_it_waiting_gets_it() -> None:
    job = requested()
    assert jobs._claim(job.pk, NOW) is not None
    assert jobs._claim(job.pk, NOW) is None


def test_the_job_of_a_killed_worker_runs_again_after_its_lease() -> None:
    job = requested()
    jobs._claim(job.pk, NOW)
    assert export.run_waiting(now=NOW + jobs.LEASE) == 0
    assert export.run_waiting(now=NOW + jobs.LEASE + timedelta(seconds=1)) == 1
    job.refresh_from_db()
    assert job.status == Status.DONE


def test_a_worker_that_comes_back_late_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    job = requested()
    late = jobs._claim(job.pk, NOW)
    assert late is not None
    assert export.run_waiting(now=NOW + 2 * jobs.LEASE) == 1
    job.refresh_from_db()
    before = (job.file.name, job.sha256, job.finished_at)
    jobs._run(late)
    job.refresh_from_db()
    assert (job.file.name, job.sha256, job.finished_at) == before
    assert job.file.name is not None
    stored = Path(job.file.name)
    assert default_storage.listdir(str(stored.parent))[1] == [stored.name]


def test_signs_of_life_lengthen_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    job = requested()
    lease = jobs._claim(job.pk, NOW)
    assert lease is not None
    lease.renew()
    job.refresh_from_db()
    assert job.lease_until == NOW + jobs.LEASE
    passed = time.monotonic() + 300
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    lease.renew()
    job.refresh_from_db()
    assert job.lease_until is not None
    assert timedelta(minutes=4) < job.lease_until - NOW - jobs.LEASE < timedelta(minutes=6)


def break_down(**arguments: Any) -> dict[str, Any]:
    raise OSError("disk full")


def test_a_failure_stands_in_the_row_and_the_next_job_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study()
    broken, sound = (export.request_export(study=study, user=None, now=NOW) for _ in range(2))
    really: Callable[..., dict[str, Any]] = write_bundle
    calls = [break_down, really]
    monkeypatch.setattr("raters.export.jobs.write_bundle", lambda **arguments: calls.pop(0)(**arguments))
    assert export.run_waiting(now=NOW) == 2
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.status, broken.error) == (Status.FAILED, "OSError: disk full")
    assert broken.finished_at is not None
    assert sound.status == Status.DONE
    with pytest.raises(export.NotDone):
        export.open_export(broken)


def test_a_nudge_runs_what_waits() -> None:
    job = requested()
    tasks.run_exports()
    job.refresh_from_db()
    assert job.status == Status.DONE
