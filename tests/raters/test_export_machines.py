"""What machines said, in the files of an export: beside the raters' answers, whole, and never with a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from raters.verdicts import verdicts_by_judgment, verdicts_of
from studies.judging.planning import plan_judgments
from studies.models import Study
from tests.factories import NOW, make_rater, make_study, open_study, rate_all
from tests.machines import make_judges, make_provider, run_to_end
from tests.raters.test_export_bundle import exported, table

pytestmark = pytest.mark.django_db


def judged_study(dialogues: int = 1) -> Study:
    """Two pairs a dialogue, both judged by three scripted judges in both orders."""
    study = make_study(dialogues=dialogues)
    judges = make_judges(study, make_provider())
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, now=NOW))
    return study


def test_judges_come_after_raters_cell_by_cell(tmp_path: Path) -> None:
    study = judged_study()
    rate_all(make_rater(study))
    exported(study, tmp_path)
    judged = [verdict for verdicts in verdicts_by_judgment(study) for verdict in verdicts]
    expected = [
        ["" if cell is None else str(int(cell) if isinstance(cell, bool) else cell) for cell in verdict]
        for verdict in (*verdicts_of(study), *judged)
    ]
    assert [list(row.values()) for row in table(tmp_path / "verdicts.csv")] == expected
    assert len(judged) >= 2 * 2 * 3 * 6


def test_the_wide_table_is_of_raters_only(tmp_path: Path) -> None:
    study = judged_study()
    session = rate_all(make_rater(study))
    exported(study, tmp_path)
    rows = table(tmp_path / "ratings.csv")
    assert {(row["source_kind"], row["source"]) for row in rows} == {("rater", session.pseudonym)}


def test_the_manifest_counts_runs_and_says_that_a_trial_model_judged(tmp_path: Path) -> None:
    study = judged_study()
    judges = make_judges(study, study.judges.all()[0].provider, families=("mistral", "gemma", "phi"))
    plan_judgments(study=study, judges=judges, now=NOW)
    manifest = exported(study, tmp_path)
    assert manifest["runs"] == {"generate": {}, "judge": {"finished": 1, "planned": 1}}
    assert manifest["trial"] is True
