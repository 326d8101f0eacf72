"""The verb: progress, facts, refusals; and the same bytes whatever Python's own order of sets is."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies import protocol
from studies.analysis.analyzing import SectionFailed, analyze, planned_seed
from studies.analysis.evidence import Evidence, Options
from studies.analysis.reading import CannotRead
from studies.analysis.reporting import CannotWrite
from studies.analysis.results import Section
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests.protocols import a_protocol

ROOT = Path(__file__).parents[3]
HEADER = "dialogue,pair,system_first,system_second,dimension,source_kind,source,value_shown"
ROW = "d1,p1,human,model,overall,rater,r1,1"


@pytest.fixture
def verdicts(tmp_path: Path) -> Path:
    path = tmp_path / "verdicts.csv"
    write_verdicts(
        simulate(Design(dialogues=8, models=2, raters=4), Effects(), np.random.default_rng(1)), path
    )
    return path


def counted(evidence: Evidence) -> Section:
    rows = len(evidence.raters) if evidence.raters is not None else 0
    return Section("counted", "Counted", (f"{rows} votes",))


def missing(evidence: Evidence) -> Section:
    return Section("missing", "Missing", absent="Not there.")


def broken(evidence: Evidence) -> Section:
    raise ZeroDivisionError("by nought")


def unreadable(evidence: Evidence) -> Section:
    raise CannotRead("systems.csv: no people")


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_section_is_told_as_it_comes(verdicts: Path, tmp_path: Path) -> None:
    said: list[str] = []
    done = analyze(
        path=verdicts, out=tmp_path / "out", options=Options(), sections=(counted, missing), say=said.append
    )
    assert said == [
        "Reading verdicts.csv",
        "1 of 2: Counted",
        "2 of 2: Missing (absent)",
        "Drawing 0 figures",
        "Written: report.html, report.json, figures/, tables/, methods.md, heds.json, heds.md",
    ]
    assert (done["sections"], done["absent"], done["exploratory"]) == (4, ["summary", "missing"], True)
    assert json.loads((tmp_path / "out" / "report.json").read_text())["sections"][1]["lead"] == ["46 votes"]


def test_a_mistake_names_its_section_and_writes_nothing(verdicts: Path, tmp_path: Path) -> None:
    with pytest.raises(SectionFailed, match=r"test_analyzing\.broken: ZeroDivisionError: by nought"):
        analyze(path=verdicts, out=tmp_path / "out", options=Options(), sections=(counted, broken))
    assert not (tmp_path / "out").exists()


def test_what_a_section_cannot_read_stays_a_plain_sentence(verdicts: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"^systems\.csv: no people$"):
        analyze(path=verdicts, out=tmp_path / "out", options=Options(), sections=(unreadable,))


def test_other_peoples_files_are_left_alone(verdicts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    analyze(path=verdicts, out=out, options=Options(), sections=())
    before = files_of(out)
    with pytest.raises(CannotWrite, match=r"holds other files \(figures, heds\.json, heds\.md\)"):
        analyze(path=verdicts, out=out, options=Options(), sections=())
    with pytest.raises(CannotWrite, match=r"verdicts\.csv is a file"):
        analyze(path=verdicts, out=verdicts, options=Options(), sections=())
    assert files_of(out) == before


def test_the_report_says_what_it_rests_on(verdicts: Path, tmp_path: Path) -> None:
    analyze(path=verdicts, out=tmp_path / "out", options=Options(seed=5, human=("human",)), sections=())
    form = json.loads((tmp_path / "out" / "report.json").read_text())
    assert form["options"] == {"seed": 5, "human": ["human"], "resamples": 1000, "protocol": False}
    assert form["protocol"] is None
    assert list(form["files"]) == ["verdicts.csv"]
    assert len(form["files"]["verdicts.csv"]) == 64
    assert set(form["versions"]) == {"heartsite", "python", "numpy", "scipy", "matplotlib"}
    assert form["versions"]["heartsite"] == "0.1.0"
    assert str(tmp_path) not in (tmp_path / "out" / "report.json").read_text()
    assert str(tmp_path) not in (tmp_path / "out" / "report.html").read_text()


def test_a_study_that_nobody_has_rated_yet_has_a_report(tmp_path: Path) -> None:
    (tmp_path / "verdicts.csv").write_text(HEADER + "\n")
    analyze(path=tmp_path / "verdicts.csv", out=tmp_path / "out", options=Options(), sections=(counted,))
    assert "0 votes" in (tmp_path / "out" / "report.html").read_text()


_TWICE = """
import sys
from pathlib import Path
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from tests.studies.analysis.reporting.demonstration import sections
analyze(path=Path(sys.argv[1]), out=Path(sys.argv[2]), options=Options(human=("human",)), sections=sections())
"""


def test_the_same_file_gives_the_same_bytes_in_every_process(verdicts: Path, tmp_path: Path) -> None:
    written = []
    for hashing, folder in (("1", tmp_path / "a"), ("2", tmp_path / "elsewhere" / "b")):
        folder.parent.mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "-c", _TWICE, str(verdicts), str(folder)],
            cwd=ROOT,
            env={
                "PYTHONHASHSEED": hashing,
                "PYTHONPATH": str(ROOT),
                "TZ": f"UTC+{hashing}",
                "HOME": str(tmp_path),
            },
            check=True,
            capture_output=True,
        )
        written.append(files_of(folder))
    assert len(written[0]) == 2 + 3 + 2 * 8 + 11
    assert written[0] == written[1]


CONTRAST = protocol.Contrast(
    "people", "human_vs_models", "raters", "human", "", "overall", "", "two_sided", 0.0, 0.05
)


def freeze(path: Path, **changes: Any) -> str:
    """Writes a protocol; its hash."""
    text = protocol.canonical_json(a_protocol(**changes))
    path.write_text(text, encoding="utf-8")
    return protocol.sha256_of(text)


def folder_of(tmp_path: Path, hashes: list[str], **changes: Any) -> Path:
    """An export's folder with a protocol, and a rating collected under each of the hashes."""
    folder = tmp_path / "export"
    folder.mkdir()
    freeze(folder / "protocol.json", **changes)
    lines = [f"{HEADER},protocol_hash", *(f"{ROW},{sha256}" for sha256 in hashes)]
    (folder / "verdicts.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_a_protocol_with_contrasts_is_confirmatory(tmp_path: Path) -> None:
    plan = protocol.AnalysisPlan(seed=99)
    sha256 = freeze(tmp_path / "same.json", contrasts=(CONTRAST,), analysis=plan)
    folder = folder_of(tmp_path, [sha256], contrasts=(CONTRAST,), analysis=plan)
    assert planned_seed(folder) == 99
    options = Options(protocol=tmp_path / "same.json", seed=98)
    analyze(path=folder, out=tmp_path / "out", options=options, sections=())
    form = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (form["exploratory"], form["study"], form["title"]) == (False, "a-study", "A study")
    assert form["options"]["protocol"] is True
    assert form["protocol"] == {
        "sha256": sha256,
        "version": 1,
        "contrasts": ["people"],
        "planned_seed": 99,
        "named_by_ratings": True,
    }
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Exploratory" not in page
    assert "98; the protocol plans 99" in page


def test_a_protocol_that_names_no_contrasts_is_exploratory(tmp_path: Path) -> None:
    done = analyze(path=folder_of(tmp_path, []), out=tmp_path / "out", options=Options(), sections=())
    assert done["exploratory"] is True
    assert (
        "The frozen protocol names no confirmatory contrasts"
        in (tmp_path / "out" / "report.html").read_text()
    )


def test_ratings_of_another_protocol_are_not_taken_for_this_ones(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, ["a" * 64])
    other = tmp_path / "other.json"
    sha256 = freeze(other, title="Another study")
    with pytest.raises(CannotRead, match=f"under the protocol {'a' * 64}, not under {sha256}"):
        analyze(path=folder, out=tmp_path / "out", options=Options(protocol=other), sections=())
    done = analyze(path=folder, out=tmp_path / "out", options=Options(), sections=())
    assert done["protocol_sha256"] != sha256
    assert "; the ratings name another one" in (tmp_path / "out" / "report.html").read_text()


def test_ratings_that_name_no_protocol_are_taken(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [""], contrasts=(CONTRAST,))
    options = Options(protocol=folder / "protocol.json")
    analyze(path=folder, out=tmp_path / "out", options=options)
    form = json.loads((tmp_path / "out" / "report.json").read_text())
    assert form["protocol"]["named_by_ratings"] is None
    lead = next(section["lead"] for section in form["sections"] if section["key"] == "deviations")
    assert lead[0].startswith("5 deviations: Answers given under this protocol; ")


def test_a_contrast_about_a_tag_that_cannot_be_told_from_a_slice_is_refused(tmp_path: Path) -> None:
    contrast = replace(CONTRAST, estimand="slice_difference", slice="all")
    folder = folder_of(tmp_path, [], contrasts=(contrast,))
    rows = (f"{ROW},{tag}".replace("d1", dialogue) for dialogue, tag in (("d1", "all"), ("d2", "")))
    (folder / "verdicts.csv").write_text("\n".join([f"{HEADER},tags", *rows]) + "\n")
    with pytest.raises(CannotRead, match="the contrast 'people' is about dialogues tagged 'all'"):
        analyze(path=folder, out=tmp_path / "out", options=Options(), sections=())


def test_an_older_protocol_plans_no_seed(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, [], schema=3, analysis=protocol.AnalysisPlan(seed=9))
    assert planned_seed(folder) == 1
    analyze(path=folder, out=tmp_path / "out", options=Options(seed=4), sections=())
    form = json.loads((tmp_path / "out" / "report.json").read_text())
    assert form["protocol"]["planned_seed"] is None
    assert "the protocol plans" not in (tmp_path / "out" / "report.html").read_text()


def test_without_a_protocol_the_seed_is_one(verdicts: Path) -> None:
    assert planned_seed(verdicts) == planned_seed(verdicts.parent) == 1


def test_a_protocol_that_is_none_is_refused(verdicts: Path, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("[]")
    with pytest.raises(CannotRead, match=r"p\.json is no protocol of heartsite"):
        planned_seed(verdicts, tmp_path / "p.json")
    with pytest.raises(CannotRead, match="there is no protocol at"):
        planned_seed(verdicts, tmp_path / "q.json")
