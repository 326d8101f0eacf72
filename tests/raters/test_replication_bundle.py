"""A study of the app as a bundle: what raters left stays behind, and both checks find the same."""

from __future__ import annotations

import json
import random
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from raters.models import Answer, Draft, Invitation, Message, RatingSession, Skip
from studies.judging.planning import plan_judgments
from studies.models import Question, Study
from tests.factories import NOW, assignments_of, make_rater, make_study, open_study, rate
from tests.raters.machine_studies import ONCE
from tests.scripted_runs import make_judges, make_provider, run_to_end
from tests.studies.analysis.bundle.running import check_in_r, needs_r, verify

pytestmark = pytest.mark.django_db

LOUD = (
    "PLATFORMPERSON", "submission-of", "LOUDREASON", "LOUDNOTE", "LOUDMESSAGE", "LOUDDRAFT", "LOUDSURVEY",
    "LOUDGUESS", "LOUDLABEL", "2025-03-03T",
)  # fmt: skip


@pytest.fixture
def study() -> Study:
    """Four raters and three scripted judges on six dialogues; everybody left words wherever they could."""
    study = make_study(dialogues=6, pairs_per_rater=12, ratings_per_pair=4)
    Question.objects.create(study=study, use="survey", key="job", text="Your job?", position=1)
    judges = make_judges(study, make_provider("real", api="openai", for_trial=False))
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, now=NOW, design=ONCE))
    rng = random.Random(5)
    for number in range(4):
        session = make_rater(study, participant_id=f"PLATFORMPERSON{number}")
        first, *others = assignments_of(session)
        Skip.objects.create(assignment=first, phase="main", reason="other", note="LOUDNOTE", skipped_at=NOW)
        for assignment in others:
            rate(assignment, rng.choice((-2, -1, 0, 1, 2)), reason="LOUDREASON")
        leave_words(session)
    Invitation.objects.create(study=study, label="LOUDLABEL", created_at=NOW)
    return study


def leave_words(session: RatingSession) -> None:
    Message.objects.create(session=session, kind="question", text="LOUDMESSAGE", at=NOW)
    fields: dict[str, str | list[str]] = {"reason": "LOUDDRAFT"}
    Draft.objects.create(assignment=assignments_of(session)[0], phase="rubric", fields=fields, saved_at=NOW)
    for use, value in (("survey", "LOUDSURVEY"), ("blinding", "LOUDGUESS")):
        Answer.objects.create(session=session, use=use, key=use, value=value, attempt=1, answered_at=NOW)


def packed(study: Study, out: Path, *arguments: str) -> str:
    said = StringIO()
    call_command("replication_bundle", study.slug, "--out", str(out), *arguments, stdout=said)
    return said.getvalue()


def test_nothing_that_raters_left_is_in_it(study: Study, tmp_path: Path) -> None:
    said = packed(study, tmp_path / "words.zip")
    assert "0 of 20 written reasons are in it" in said
    with zipfile.ZipFile(tmp_path / "words.zip") as archive:
        everything = b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    people = list(study.sessions.values_list("pseudonym", flat=True))
    secrets = [*LOUD, *people, *map(str, study.sessions.values_list("token", flat=True))]
    assert len(people) == 4
    assert [secret for secret in secrets if secret.encode() in everything] == []


@needs_r
def test_both_checks_find_the_same(study: Study, tmp_path: Path) -> None:
    told = json.loads(packed(study, tmp_path / "bundle", "--json"))
    assert (told["protocol_sha256"], told["exploratory"]) == (study.protocols.get().sha256, True)
    done = verify(tmp_path / "bundle")
    assert (done.returncode, "byte for byte." in done.stdout) == (0, True), done.stdout + done.stderr
    done = check_in_r(tmp_path / "bundle")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "DIFFERS" not in done.stdout
    for name in (
        "Raters, overall, all, all models: share",
        "Jury of judges, overall, all, all models: share",
    ):
        assert f"\n{name} " in done.stdout


def test_a_file_that_is_there_is_left_alone(study: Study, tmp_path: Path) -> None:
    (tmp_path / "words.zip").write_text("somebody's")
    with pytest.raises(CommandError, match="is there already; name a new file"):
        packed(study, tmp_path / "words.zip")
    assert (tmp_path / "words.zip").read_text() == "somebody's"
