"""The command `export_study`: its summaries, its exit codes, and whose files it leaves alone."""

from __future__ import annotations

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from raters.export import folders
from studies.models import Study
from tests.factories import make_rater, make_study, open_study, rate_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = open_study(make_study())
    rate_all(make_rater(study))
    return study


def run(*arguments: str | Path) -> str:
    out = StringIO()
    call_command("export_study", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_the_summary_for_people_names_the_rows(study: Study, tmp_path: Path) -> None:
    told = run("kind-words", "--out", tmp_path / "new" / "folder").splitlines()
    assert told[0] == f"study kind-words exported to {tmp_path / 'new' / 'folder'}"
    assert told[1] == f"protocol: {study.protocols.get().sha256}"
    assert "  verdicts.csv: 24 rows" in told
    assert "  sessions.csv: 1 row" in told
    assert "exploratory: no confirmatory contrasts" in told


def test_the_summary_for_programs_has_rows_and_checksums(study: Study, tmp_path: Path) -> None:
    told = json.loads(run("kind-words", "--out", tmp_path / "out", "--json"))
    verdicts = (tmp_path / "out" / "verdicts.csv").read_bytes()
    assert told["protocol_hash"] == study.protocols.get().sha256
    assert told["files"]["verdicts.csv"] == {
        "rows": 24,
        "bytes": len(verdicts),
        "sha256": hashlib.sha256(verdicts).hexdigest(),
    }


def test_an_unknown_study_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no study 'nothing'"):
        run("nothing", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_earlier_export_is_replaced(study: Study, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("kind-words", "--out", out)
    rate_all(make_rater(study))
    told = json.loads(run("kind-words", "--out", out, "--json"))
    assert told["files"]["ratings.csv"]["rows"] == 8
    assert (out / "ratings.csv").read_bytes().count(b"\r\n") == 9
    assert {path.name for path in tmp_path.iterdir()} == {"out"}


def test_a_file_that_newer_exports_lack_goes_with_the_earlier_one(study: Study, tmp_path: Path) -> None:
    run("kind-words", "--out", tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"]["gone.csv"] = {}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "gone.csv").write_text("")
    run("kind-words", "--out", tmp_path)
    assert not (tmp_path / "gone.csv").exists()


@pytest.mark.parametrize("earlier", [False, True])
def test_other_peoples_files_are_refused_and_with_force_left_alone(
    study: Study, tmp_path: Path, earlier: bool
) -> None:
    if earlier:
        run("kind-words", "--out", tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(CommandError, match=r"notes\.txt"):
        run("kind-words", "--out", tmp_path)
    run("kind-words", "--out", tmp_path, "--force")
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize("manifest", ["{}", "[]", "nonsense", '{"made_by": "somebody else", "files": {}}'])
def test_another_programs_manifest_does_not_make_an_export(
    study: Study, tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(CommandError, match="not of an earlier export"):
        run("kind-words", "--out", tmp_path)
    assert (tmp_path / "manifest.json").read_text() == manifest


def test_a_file_is_no_folder(study: Study, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(CommandError, match="is not a folder"):
        run("kind-words", "--out", tmp_path / "out")


@pytest.mark.parametrize("exists", [False, True])
def test_an_export_that_breaks_leaves_the_earlier_one_whole(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    out = tmp_path / "out"
    if exists:
        run("kind-words", "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()} if exists else {}

    def break_down(*, folder: Path, **arguments: Any) -> dict[str, Any]:
        (folder / "verdicts.csv").write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(folders, "write_bundle", break_down)
    with pytest.raises(CommandError, match="disk full"):
        run("kind-words", "--out", out)
    after = {path.name: path.read_bytes() for path in out.iterdir()} if exists else {}
    assert after == before
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if exists else [])
