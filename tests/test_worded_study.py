"""Words, scale and record, from HEART's replies to the bundle: what is planted is found, and nothing else.

The data has no licence and is not part of the project (see tests/test_heart_study.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from raters import export
from raters.export.bundle import write_bundle
from studies.analysis.heds.fields import fields
from studies.models import Study
from tests.worded_study import LATER, MERGED, REFRAMES, SIZES, worded_study

pytestmark = pytest.mark.django_db
Rows = list[dict[str, Any]]


class Report:
    """A report's tables by key."""

    def __init__(self, path: Path) -> None:
        told = json.loads(path.read_text(encoding="utf-8"))
        parts = [part for section in told["sections"] for part in section["parts"]]
        tables = [part if part["type"] == "table" else part["table"] for part in parts]
        self._rows: dict[str, Rows] = {table["key"]: table["rows"] for table in tables}

    def rows(self, key: str, **cells: str) -> Rows:
        return [row for row in self._rows[key] if all(row[name] == cell for name, cell in cells.items())]

    def row(self, key: str, **cells: str) -> dict[str, Any]:
        (row,) = self.rows(key, **cells)
        return row


@pytest.mark.skipif(not MERGED.exists(), reason=f"HEART's files are not at {MERGED}; set HEARTSITE_DATA")
def test_what_is_planted_is_found_and_nothing_else_and_a_reader_finds_it_again(tmp_path: Path) -> None:
    prove(worded_study(tmp_path), tmp_path)


def prove(study: Study, tmp_path: Path) -> Report:
    """Exports, reports, asks the report for everything that was planted, and lets a reader run it again."""
    folder, readers = tmp_path / "export", tmp_path / "readers"
    folder.mkdir()
    write_bundle(study=study, folder=folder, now=LATER)
    export.write_bundle_for_readers(export=folder, out=readers, tick=lambda: None)
    report = Report(readers / "report" / "report.json")

    the_coders_agree(report)
    raters_stress_what_was_planted(report)
    judges_of_both_kinds_stress_the_same(report)
    themes_are_shared_as_often_as_by_chance(report)
    one_model_alone_reframes_on_adversarial_dialogues(report)
    ratings_grow_with_size_and_judgments_do_not(report)
    every_question_of_the_datasheet_is_filled_or_open(readers)
    a_reader_finds_it_again(readers)
    return report


def the_coders_agree(report: Report) -> None:
    """People are wrong in one of twenty cases, and so is the model."""
    for passages in ("reasons", "replies"):
        people = report.row("coding_agreement", passages=passages)
        assert people["raw"]["value"] > 0.95
    alpha = {row["code"]: row["alpha"] for row in report.rows("coding_agreement_full", passages="reasons")}
    assert alpha["resonance"]["low"] > 0.8
    model = report.row("coding_llm", passages="reasons", code="all codes", coded_by="Coder reader")
    assert min(model[name]["value"] for name in ("kappa", "precision", "recall")) > 0.9


def raters_stress_what_was_planted(report: Report) -> None:
    """Six times as likely as each other dimension: 6/11 of the reasons, judges' 1/6."""
    far = report.row("profile_distance", coded_by="Human coders", left="Raters", right="Judges")
    assert far["p"] < 0.01
    assert far["divergence"]["low"] > far["baseline"]["value"]
    rows = report.rows("profile_differences", coded_by="Human coders", left="Raters", right="Judges")
    most = max(rows, key=lambda row: row["difference"]["value"])
    assert most["code"] == "resonance"
    assert most["difference"]["low"] < 6 / 11 - 1 / 6 < most["difference"]["high"]
    assert all(row["difference"]["value"] < 0 for row in rows if row is not most)


def judges_of_both_kinds_stress_the_same(report: Report) -> None:
    null = report.row(
        "profile_distance_full", coded_by="Human coders", left="Judges", right="Judges without rubric"
    )
    assert null["p"] > 0.01
    assert null["divergence"]["low"] < null["baseline"]["value"]


def themes_are_shared_as_often_as_by_chance(report: Report) -> None:
    """Each reason's theme was drawn by itself: whoever agrees shares no more of them."""
    rows = [
        row
        for coded_by in ("Human coders", "Coder reader")
        for row in report.rows("overlap", coded_by=coded_by)
        if row["who"].startswith("Raters with judges")
    ]
    assert rows
    for row in rows:
        assert row["beyond"]["low"] < 0 < row["beyond"]["high"]
        assert 0 < row["chance"]["value"] < 1


def one_model_alone_reframes_on_adversarial_dialogues(report: Report) -> None:
    rows = report.rows("strategies_change_full", coded_by="Human coders")
    own = [row for row in rows if not row["system"].startswith("all ")]
    found = [(row["system"], row["strategy"]) for row in own if row["p_holm"] < 0.05]
    # What is no reframing is validating here: a rise of one may show as a fall of the other.
    assert (REFRAMES, "reframe") in found
    assert {system for system, _strategy in found} == {REFRAMES}
    (planted,) = [row for row in own if (row["system"], row["strategy"]) == (REFRAMES, "reframe")]
    assert planted["ratio"]["low"] > 1


def ratings_grow_with_size_and_judgments_do_not(report: Report) -> None:
    grows = report.row("size", eyes="Raters", dimension="overall", parameters="total")
    assert grows["systems"] == len(SIZES)
    assert grows["p"] < 0.01
    assert grows["rho"]["low"] > 0
    assert grows["slope"]["low"] > 0
    assert grows["remark"] == "descriptive: fewer than 12 systems"
    null = report.row("size", eyes="Jury of judges", dimension="overall", parameters="total")
    assert null["p"] > 0.05
    assert null["slope"]["low"] < 0 < null["slope"]["high"]


def every_question_of_the_datasheet_is_filled_or_open(readers: Path) -> None:
    told = json.loads((readers / "report" / "heds.json").read_text(encoding="utf-8"))
    asked = [field for field in fields() if field.number]
    assert len(asked) == 62
    entries = {
        field.number: f"{field.element_id}-1" if field.is_choice else field.element_id for field in asked
    }
    assert [number for number, entry in entries.items() if entry not in told] == []
    page = (readers / "report" / "heds.md").read_text(encoding="utf-8")
    assert [field.number for field in asked if field.number not in page] == []


def a_reader_finds_it_again(readers: Path) -> None:
    """The two commands of the bundle, and its R script, where no code of ours can be imported."""
    alone = {**os.environ, "PYTHONPATH": ""}
    verified = subprocess.run(
        [sys.executable, "-I", "verify.py"], cwd=readers, env=alone, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    checked = subprocess.run(["Rscript", "check.R"], cwd=readers, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout[-3000:] + checked.stderr
