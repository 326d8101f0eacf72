"""A reader's two commands, in a folder in which nothing of this project can be imported."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from studies.analysis.bundle import CannotBundle, write_bundle
from studies.analysis.bundle.__main__ import main
from studies.analysis.bundle.verify import differences, told
from tests.studies.analysis.bundle.made import make_export, set_cell
from tests.studies.analysis.bundle.running import made_again, packed_anew, verify


def test_the_report_is_made_again_byte_for_byte(bundle: Path) -> None:
    done = verify(bundle)
    count = sum(1 for path in (bundle / "report").rglob("*") if path.is_file())
    assert (done.returncode, done.stdout.splitlines()[-1]) == (
        0,
        f"The same: {count} files, byte for byte.",
    ), done

    other = made_again(bundle, bundle.parent / "other")
    assert other.returncode == 0, other.stderr
    for name in ("report.json", "report.html"):
        assert filecmp.cmp(bundle / "report" / name, bundle.parent / "other" / name, shallow=False)


def test_checksums_are_those_that_sha256sum_reads(bundle: Path) -> None:
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=bundle, check=True)
    listed = {line.split("  ", 1)[1] for line in (bundle / "SHA256SUMS").read_text().splitlines()}
    there = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert there - listed == {"SHA256SUMS"}


def test_a_changed_cell_of_the_data_is_noticed(bundle: Path) -> None:
    set_cell(bundle / "data" / "verdicts.csv", 0, "value_shown", "-2")
    done = verify(bundle)
    assert done.returncode == 1
    assert "not as it was packed: data/verdicts.csv" in done.stdout
    assert re.search(r"report\.json /sections/\S+/value: printed \S+, now \S+, differs by ", done.stdout)
    assert done.stdout.splitlines()[-1].startswith("Different: ")


def test_a_number_printed_otherwise_is_noticed_whatever_the_checksums_say(bundle: Path) -> None:
    path = bundle / "report" / "report.json"
    path.write_text(path.read_text().replace("0.599905", "0.609905"))
    packed_anew(bundle)
    done = verify(bundle, "--out", str(bundle.parent / "kept"))
    assert done.returncode == 1
    assert "not as it was packed" not in done.stdout
    assert "printed 0.609905, now 0.599905, differs by 0.01" in done.stdout
    assert (bundle.parent / "kept" / "report.html").exists()


def test_a_report_of_other_versions_is_the_same_in_its_numbers(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = shutil.copytree(made / "report", tmp_path / "report")
    report = json.loads((again / "report.json").read_text())
    then = report["versions"]["numpy"]
    report["versions"]["numpy"] = "9.9.9"
    (again / "report.json").write_text(json.dumps(report))
    (again / "figures" / "preference_by_model_figure.png").write_bytes(b"drawn otherwise")
    assert told(made / "report", again) is False
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"numpy: printed with {then}, made again with 9.9.9",
        "The same: every number and every word of the tables.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "close"),
    [
        (0.123456, 0.123457, True),
        (0.123456, 0.12346, False),
        (0.5, None, False),
        ("yes", "no", False),
        ("made with Python 3.11.7", "made with Python 3.13.1", True),
    ],
)
def test_the_last_digit_and_versions_may_differ(
    tmp_path: Path, old: object, new: object, close: bool
) -> None:
    printed, again = tmp_path / "old.json", tmp_path / "new.json"
    for path, cell in ((printed, old), (again, new)):
        content = {"sections": [{"key": "one", "share": cell}], "versions": {"python": path.name}}
        path.write_text(json.dumps(content))
    ((line, is_close),) = differences(printed, again, "report.json", {"3.11.7": "3.13.1"})
    assert line.startswith("report.json /sections/one/share: printed ")
    assert is_close is close


def test_a_zip_has_the_same_bytes_every_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    export = make_export(tmp_path / "export", dialogues=8)
    write_bundle(export=export, out=tmp_path / "words.zip")
    (tmp_path / "other").mkdir()
    monkeypatch.setattr(sys, "argv", ["bundle", str(export), "--out", str(tmp_path / "other" / "words.zip")])
    assert main() == 0
    assert capsys.readouterr().out.endswith(f"files: {tmp_path / 'other' / 'words.zip'}\n")
    assert filecmp.cmp(tmp_path / "words.zip", tmp_path / "other" / "words.zip", shallow=False)
    with zipfile.ZipFile(tmp_path / "words.zip") as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.namelist() == sorted(packed.namelist())
        assert packed.read("words/README.md").startswith(b"# Replication bundle: A study")
    assert {path.name for path in tmp_path.iterdir()} == {"export", "words.zip", "other"}


def test_what_cannot_be_packed_is_said(export: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotBundle, match=r"holds no verdicts\.csv"):
        write_bundle(export=tmp_path, out=tmp_path / "out")
    (tmp_path / "there.zip").touch()
    with pytest.raises(CannotBundle, match="is there already"):
        write_bundle(export=export, out=tmp_path / "there.zip")
