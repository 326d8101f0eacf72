"""HEART's released files, where somebody has them: they are not part of this project."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from studies.importing.examining import Request, examine
from studies.importing.lint.kinds import Kind
from studies.importing.records import Options
from studies.models import Dialogue, ImportBatch, Response, Study, System
from tests.studies.importing.material import counts, findings

DATA = Path(os.environ.get("HEARTSITE_DATA") or settings.BASE_DIR.parent / "shared/data/heart")
MERGED = DATA / "completions_merged.json"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not MERGED.exists(), reason="HEART's files are not here; HEARTSITE_DATA names their folder"
    ),
]


def run(name: str, *options: str) -> str:
    out = io.StringIO()
    call_command("import_dialogues", "s", str(DATA / name), "--format", "heart", *options, stdout=out)
    return out.getvalue()


def test_without_a_first_speaker_twenty_dialogues_are_refused() -> None:
    Study.objects.create(slug="s", title="S")
    with pytest.raises(CommandError, match="20 records cannot be read"):
        run("completions_merged.json", "--accept-warnings")
    assert Dialogue.objects.count() == 0


def test_every_defect_that_lint_can_see_is_reported() -> None:
    examination = examine(lambda: MERGED.open("rb"), Request("heart", Options("supporter")))
    assert counts(examination) == {
        "placeholder": 3,
        "human-equals-model": 89,
        "identical-across-systems": 14,
        "identical-across-dialogues": 241,
        "near-identical": 6,
        "repeats-a-turn": 3,
        "over-length": 626,
        "seeker-voice": 30,
        "missing-cell": 1392,
        "twin-systems": 3,
        "formatting-asymmetry": 7,
        "ends-on-supporter": 1,
    }
    tallies = examination.linter.findings.tallies
    longest = tallies[Kind.OVER_LENGTH].by_system
    assert longest["mi102l300b_completion"] == 229
    assert (longest["claude45haiku"], longest["kimik2"], longest["405b_completion"]) == (84, 61, 51)
    assert tallies[Kind.MISSING_CELL].by_system["gpto3"] == 37
    assert {found.excerpt for found in findings(examination, Kind.PLACEHOLDER)} == {
        "'(your response)'",
        "'(missing response)'",
        r"'\\n'",
    }
    assert {found.system for found in findings(examination, Kind.TWIN_SYSTEMS)} == {
        "gpto3",
        "kimik2",
        "gemini3",
    }


def test_the_merged_file_and_the_lists_become_one_study() -> None:
    study = Study.objects.create(slug="s", title="S")
    choices = ("--first-speaker", "supporter", "--accept-warnings")
    printed = run("completions_merged.json", *choices, "--exclude", "placeholder,human-equals-model")
    assert "Imported 300 dialogues and 5646 replies.\n" in printed
    assert study.dialogues.count() == 300
    assert study.dialogues.filter(tags=["adversarial"]).count() == 20
    assert System.objects.filter(kind="human").count() == 2
    assert Response.objects.filter(system__name="human_completion").count() == 738
    assert "12 new, 268 known" in run("dialogues_regular.json", *choices)
    assert "0 new, 20 known" in run("dialogues_adversarial.json", *choices)
    assert "0 new, 280 known" in run("dialogues_regular.json", *choices)
    assert ImportBatch.objects.count() == 4
    assert (study.dialogues.count(), study.dialogues.filter(tags=["adversarial"]).count()) == (312, 20)
