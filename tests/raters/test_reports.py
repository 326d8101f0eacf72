"""The admin's report: made by the worker that makes exports, served under a policy of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from raters import erasing, export, tasks
from raters.export import jobs
from raters.models import Erasure, ExportJob
from studies.models import Study
from tests.factories import NOW, make_rater, make_staff, make_study, open_study, rate_all
from tests.raters.leavings import export_of

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
Status, Kind = ExportJob.Status, ExportJob.Kind


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(make_staff("head"))
    return client


def address(name: str, job: ExportJob) -> str:
    return reverse(f"admin:raters_study_{name}", args=[job.study_id, job.pk])


def made(study: Study | None = None) -> ExportJob:
    study = study or make_study()
    job = export.request_export(study=study, user=None, now=NOW, kind=Kind.REPORT)
    assert export.run_waiting(now=NOW + timedelta(minutes=1)) == 1
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.DONE, "")
    return job


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_desks_button_makes_a_report(researcher: Client) -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    desk = reverse("admin:raters_study_desk", args=[study.pk])
    assert researcher.post(desk, {"action": "report"}).status_code == 302
    tasks.run_exports()
    job = ExportJob.objects.get()
    assert (job.kind, job.status, job.error) == (Kind.REPORT, Status.DONE, "")
    page = researcher.get(desk).content.decode()
    assert address("report", job) in page
    assert address("download", job) in page


def test_the_zip_file_is_the_report_that_the_command_makes() -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    job = made(study)
    assert export.file_name_of(job) == "kind-words-report-20250303-090000.zip"
    with export.open_export(job) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        names = archive.namelist()
        form = json.loads(archive.read("kind-words/report.json"))
        with export.open_page(job) as page:
            assert page.read() == archive.read("kind-words/report.html")
    assert "kind-words/verdicts.csv" not in names
    assert form["files"]["verdicts.csv"] == job.manifest["files"]["verdicts.csv"]["sha256"]
    assert form["protocol"]["sha256"] == job.manifest["protocol"]["sha256"]


def test_a_study_that_is_still_written_has_a_report() -> None:
    job = made(make_study())
    with export.open_page(job) as page:
        assert b"There is no frozen protocol beside these data" in page.read()


def test_a_report_is_served_under_a_policy_of_its_own(researcher: Client) -> None:
    job = made()
    answer = researcher.get(address("report", job))
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer["Content-Disposition"] == 'inline; filename="kind-words-report-20250303-090000.html"'
    assert "no-store" in answer["Cache-Control"]
    assert content(answer).startswith(b"<!doctype html>")
    assert researcher.post(address("report", job)).status_code == 405


def test_only_who_may_export_sees_a_report() -> None:
    job = made()
    onlooker = User.objects.create_user("onlooker", password="secret", is_staff=True)
    client = Client()
    assert client.get(address("report", job)).status_code == 302
    client.force_login(onlooker)
    assert client.get(address("report", job)).status_code == 403
    onlooker.user_permissions.add(Permission.objects.get(codename="view_study"))
    assert client.get(address("report", job)).status_code == 403
    onlooker.user_permissions.add(Permission.objects.get(codename="change_study"))
    assert client.get(address("report", job)).status_code == 200


def test_a_report_belongs_to_its_study_and_an_export_is_none(researcher: Client) -> None:
    job = made()
    other = make_study("other")
    assert researcher.get(reverse("admin:raters_study_report", args=[other.pk, job.pk])).status_code == 404
    exported = export.request_export(study=job.study, user=None, now=NOW)
    assert researcher.get(address("report", exported)).status_code == 404
    export.run_waiting(now=NOW)
    exported.refresh_from_db()
    assert researcher.get(address("report", exported)).status_code == 404
    with pytest.raises(export.NotDone):
        export.open_page(exported)


def test_a_failed_report_says_why_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, researcher: Client
) -> None:
    def fails(**arguments: Any) -> Path:
        raise ValueError("nothing adds up")

    monkeypatch.setattr("raters.export.jobs.write_report", fails)
    job = export.request_export(study=make_study(), user=None, now=NOW, kind=Kind.REPORT)
    export.run_waiting(now=NOW)
    job.refresh_from_db()
    assert (job.status, job.error, job.page.name, job.file.name) == (
        Status.FAILED, "ValueError: nothing adds up", "", "",
    )  # fmt: skip
    desk = researcher.get(reverse("admin:raters_study_desk", args=[job.study_id])).content.decode()
    assert "nothing adds up" in desk


def test_a_worker_that_comes_back_late_leaves_no_files() -> None:
    job = export.request_export(study=make_study(), user=None, now=NOW, kind=Kind.REPORT)
    late = jobs._claim(job.pk, NOW)
    assert late is not None
    assert export.run_waiting(now=NOW + 2 * jobs.LEASE) == 1
    job.refresh_from_db()
    stored = {job.file.name, job.page.name}
    jobs._run(late)
    job.refresh_from_db()
    assert {job.file.name, job.page.name} == stored
    for name in filter(None, stored):
        assert default_storage.listdir(str(Path(name).parent))[1] == [Path(name).name]


def test_an_erasure_names_reports_that_still_hold_the_data() -> None:
    study = open_study(make_study())
    session = make_rater(study)
    export_of(study, kind="report", page="reports/r.html", file="exports/kind-words-report-1.zip")
    export_of(study, kind="report", status="running", finished_at=None, sha256="", file="")
    erasure = erasing.erase_answers(session=session, cause=Erasure.Cause.RATER, now=NOW)
    assert [told.split(",")[0] for told in erasure.exports] == [
        "kind-words-report-1.zip",
        "report of 2025-03-03 09:00 UTC",
    ]


def test_the_desk_costs_the_same_for_one_report_and_for_three(researcher: Client) -> None:
    study = make_study()
    progress = reverse("admin:raters_study_progress", args=[study.pk])
    counts = []
    for _more in range(3):
        export_of(study, kind="report", page="reports/r.html")
        with CaptureQueriesContext(connection) as queries:
            assert researcher.get(progress).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


_WEB = """
import django, sys
django.setup()
import heartsite.urls, heartsite.wsgi, raters.tasks
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({"matplotlib", "numpy", "scipy", "pyarrow"} & set(sys.modules)))
"""


def test_the_webs_processes_load_nothing_that_counts_or_draws(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WEB], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"DJANGO_SETTINGS_MODULE": "heartsite.settings", "HEARTSITE_VAR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_the_desks_button_makes_a_replication_bundle(researcher: Client) -> None:
    study = open_study(make_study())
    rater = make_rater(study)
    rate_all(rater)
    desk = reverse("admin:raters_study_desk", args=[study.pk])

    assert researcher.post(desk, {"action": "bundle"}).status_code == 302
    tasks.run_exports()

    job = ExportJob.objects.get()
    assert (job.kind, job.status, job.error) == (Kind.BUNDLE, Status.DONE, "")
    with export.open_export(job) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        names = set(archive.namelist())
        everything = b"".join(archive.read(name) for name in names)
    assert {f"kind-words/{name}" for name in ("README.md", "verify.py", "check.R", "SHA256SUMS")} <= names
    assert rater.pseudonym.encode() not in everything
