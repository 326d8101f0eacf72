"""The preregistration packet, as the desk's button makes it."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from raters import export, tasks
from raters.models import ExportJob
from raters.registering import NotFrozen, pictures, write_packet
from studies import freezing
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Study:
    """Frozen, and without a browser: test_walking draws."""
    monkeypatch.setattr(pictures, "BROWSERS", ())
    study = factories.make_study(dialogues=2)
    freezing.freeze(study=study, now=NOW)
    return study


def test_the_packet_holds_protocol_words_texts_and_pages(study: Study, tmp_path: Path) -> None:
    protocol = study.protocols.get()

    facts = write_packet(study=study, folder=tmp_path)

    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert names[:7] == [
        *("README.md", "consent.txt", "content-note.txt", "debrief.txt", "instructions.txt"),
        *("preregistration.md", "protocol.json"),
    ]
    assert len(names[7:]) == facts["pages"] > 5
    assert all(name.startswith("steps/") and name.endswith(".html") for name in names[7:])
    assert hashlib.sha256((tmp_path / "protocol.json").read_bytes()).hexdigest() == protocol.sha256
    assert protocol.sha256 in (tmp_path / "preregistration.md").read_text(encoding="utf-8")
    assert (tmp_path / "consent.txt").read_text(encoding="utf-8") == f"{study.consent}\n"


def test_without_a_browser_the_readme_says_that_there_are_no_pictures(study: Study, tmp_path: Path) -> None:
    assert write_packet(study=study, folder=tmp_path)["pictures"] == 0
    told = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "no browser was installed where this was made" in told


def test_pages_of_the_packet_name_no_system(study: Study, tmp_path: Path) -> None:
    study.systems.filter(name="model-a").update(name="LOUD-MODEL")

    write_packet(study=study, folder=tmp_path)

    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "steps").iterdir()]
    assert texts
    assert not any("LOUD-MODEL" in text for text in texts)


def test_a_study_that_is_not_frozen_has_none(tmp_path: Path) -> None:
    with pytest.raises(NotFrozen, match="Freeze the study first"):
        write_packet(study=factories.make_study(), folder=tmp_path)


def test_the_desks_button_makes_a_packet(study: Study) -> None:
    client = Client()
    client.force_login(factories.make_staff())
    desk = reverse("admin:raters_study_desk", args=[study.pk])

    assert client.post(desk, {"action": "packet"}).status_code == 302
    tasks.run_exports()

    job = ExportJob.objects.get()
    assert (job.kind, job.status, job.error) == ("packet", "done", "")
    assert job.manifest["protocol"] == study.protocols.get().sha256
    with export.open_export(job) as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        assert "kind-words/preregistration.md" in archive.namelist()
    assert (
        reverse("admin:raters_study_download", args=[study.pk, job.pk]) in client.get(desk).content.decode()
    )


def test_a_packet_of_a_study_that_is_not_frozen_fails_in_words() -> None:
    study = factories.make_study()
    job = export.request_export(study=study, user=None, now=NOW, kind=ExportJob.Kind.PACKET)

    export.run_waiting(now=NOW + timedelta(minutes=1))

    job.refresh_from_db()
    assert (job.status, job.file.name) == ("failed", "")
    assert "Freeze the study first" in job.error
