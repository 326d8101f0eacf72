"""What an export tells of a rater's way besides the ratings, and of the plan: exactly, and no more."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import leaving, selectors
from raters.models import Answer, Assignment, Erasure, Event, Guess, Rating, RatingSession, Skip
from studies.models import Pair, Question, Study
from tests.factories import (
    NOW,
    add_decoys,
    assignments_of,
    make_rater,
    make_study,
    open_study,
    rate,
    rate_all,
)
from tests.raters.test_export_bundle import exported, table

pytestmark = pytest.mark.django_db

AT = "2025-03-03T09:00:00Z"


def skip(assignment: Assignment, reason: str, *, phase: str = "main", note: str = "") -> Skip:
    return Skip.objects.create(assignment=assignment, phase=phase, reason=reason, note=note, skipped_at=NOW)


def answer(session: RatingSession, use: str, key: str, value: str, *, attempt: int = 1) -> Answer:
    return Answer.objects.create(
        session=session, use=use, key=key, value=value, attempt=attempt, answered_at=NOW
    )


def test_a_skipped_pair_is_told_with_its_reason_and_its_note_is_no_formula(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = make_rater(study)
    one, other = assignments_of(session)[:2]
    skip(one, "other", note="=HYPERLINK(1)")
    skip(other, "theme")
    exported(study, tmp_path)
    assert "'=HYPERLINK(1)" in (tmp_path / "skips.csv").read_text()
    first, second = table(tmp_path / "skips.csv")
    assert first == {
        "rater": session.pseudonym,
        "pair": one.pair.key,
        "dialogue": one.pair.dialogue.external_id,
        "kind": "main",
        "phase": "main",
        "order": one.order,
        "position": "1",
        "reason": "other",
        "note": "=HYPERLINK(1)",
        "skipped_at": AT,
    }
    assert (second["position"], second["reason"], second["note"]) == ("2", "theme", "")


@pytest.mark.parametrize(("order", "human"), [("AB", "first"), ("BA", "second")])
def test_guesses_stand_beside_what_there_was_to_guess(tmp_path: Path, order: str, human: str) -> None:
    study = open_study(make_study(dialogues=1, systems=("counsellor", "model-a"), pairs_per_rater=1))
    session = make_rater(study)
    Assignment.objects.filter(booklet=session.booklet).update(order=order)
    (assignment,) = assignments_of(session)
    Guess.objects.create(
        assignment=assignment,
        first="ai",
        first_certainty=4,
        second="unknown",
        second_certainty=1,
        guessed_at=NOW,
    )
    exported(study, tmp_path)
    (row,) = table(tmp_path / "guesses.csv")
    other = {"first": "second", "second": "first"}[human]
    assert row == {
        "rater": session.pseudonym,
        "pair": assignment.pair.key,
        "dialogue": "d1",
        "order": order,
        f"system_{human}": "counsellor",
        f"system_{other}": "model-a",
        f"kind_{human}": "human",
        f"kind_{other}": "llm",
        "guess_first": "ai",
        "certainty_first": "4",
        "guess_second": "unknown",
        "certainty_second": "1",
        "guessed_at": AT,
    }


def test_answers_stand_beside_the_question_of_the_raters_own_protocol(tmp_path: Path) -> None:
    study = make_study()
    for use, key, text, right in (
        ("comprehension", "blind", "Do you know who wrote a reply?", 2),
        ("survey", "age", "How old are you?", None),
    ):
        Question.objects.create(
            study=study, use=use, key=key, text=text, options="Yes\nNo", right=right, position=1
        )
    session = make_rater(open_study(study))
    Question.objects.update(text="Changed since")
    answer(session, "comprehension", "blind", "Yes")
    answer(session, "comprehension", "blind", "No", attempt=2)
    answer(session, "blinding", "compared", "+people and machines")
    answer(session, "survey", "age", "No")
    exported(study, tmp_path)
    rows = table(tmp_path / "answers.csv")
    assert {(row.pop("rater"), row.pop("answered_at")) for row in rows} == {(session.pseudonym, AT)}
    asked = "Do you know who wrote a reply?"
    assert [tuple(row.values()) for row in rows] == [
        ("comprehension", "1", "blind", asked, "Yes", "0"),
        ("comprehension", "2", "blind", asked, "No", "1"),
        ("blinding", "1", "compared", "", "+people and machines", ""),
        ("survey", "1", "age", "How old are you?", "No", ""),
    ]
    (told,) = table(tmp_path / "sessions.csv")
    assert told["comprehension_tries"] == "2"


def test_events_keep_what_a_correction_replaced(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = make_rater(study)
    first = assignments_of(session)[0]
    rate(first, 2, reason="Too quick.")
    rate(first, 1, reason="On second thought.", now=NOW + timedelta(minutes=9))
    stranger = RatingSession.objects.create(study=study, arrived_at=NOW, last_seen_at=NOW, declined_at=NOW)
    Event.objects.create(session=stranger, kind="declined", at=NOW)
    exported(study, tmp_path)
    rows = table(tmp_path / "events.csv")
    assert [(row["rater"], row["kind"]) for row in rows] == [
        (session.pseudonym, kind) for kind in ("consented", "rated", "corrected")
    ]
    before = json.loads(rows[2]["data"])["before"]
    assert (before["reason"], before["answers"]["overall"]) == ("Too quick.", 2)
    assert rows[2]["at"] == "2025-03-03T09:09:00Z"


def test_the_plan_is_told_place_by_place(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = make_rater(study)
    rated, skipped, left, both = assignments_of(session)
    rate(rated)
    skip(skipped, "broken")
    rate(both)
    Rating.objects.create(assignment=both, phase="rubric", rated_at=NOW)
    Assignment.objects.filter(pk=rated.pk).update(
        instructed_value=-1, asks_reason=False, rubric_shown_at=NOW + timedelta(minutes=8)
    )
    leaving.stop(session=session, now=NOW + timedelta(minutes=30))
    exported(study, tmp_path)
    rows = table(tmp_path / "assignments.csv")
    own = [row for row in rows if row["rater"] == session.pseudonym]
    assert own[0] == {
        "protocol_hash": study.protocols.get().sha256,
        "booklet": "1",
        "remainder_of": "",
        "rater": session.pseudonym,
        "position": "1",
        "pair": rated.pair.key,
        "dialogue": rated.pair.dialogue.external_id,
        "kind": "main",
        "order": rated.order,
        "asks_reason": "0",
        "instructed_value": "-1",
        "rated_main": "1",
        "rated_rubric": "0",
        "skipped": "0",
        "shown_at": "2025-03-03T09:04:30Z",
        "rubric_shown_at": "2025-03-03T09:08:00Z",
        "released_at": "",
    }
    flags = [(row["rated_main"], row["rated_rubric"], row["skipped"]) for row in own]
    assert flags == [("1", "0", "0"), ("0", "0", "1"), ("0", "0", "0"), ("1", "1", "0")]
    assert own[2]["released_at"] == "2025-03-03T09:30:00Z"
    (again,) = [row for row in rows if row["remainder_of"]]
    assert (again["remainder_of"], again["rater"], again["pair"]) == ("1", "", left.pair.key)
    assert len(rows) == 16 + 1


def test_the_realised_imbalance_can_be_counted_from_the_files(tmp_path: Path) -> None:
    study = open_study(make_study(ratings_per_pair=3))
    for session in [make_rater(study) for _ in range(3)]:
        for assignment in assignments_of(session)[:3]:
            rate(assignment)
    exported(study, tmp_path)
    systems = {(row["dialogue"], row["pair"]): row for row in table(tmp_path / "pairs.csv")}
    by_pair, by_rater, by_system = Counter[str](), Counter[str](), Counter[str]()
    for row in table(tmp_path / "assignments.csv"):
        if row["rated_main"] == "1":
            side = 1 if row["order"] == "AB" else -1
            by_pair[row["dialogue"] + row["pair"]] += side
            by_rater[row["rater"]] += side
            pair = systems[row["dialogue"], row["pair"]]
            by_system[pair["system_a"]] += side
            by_system[pair["system_b"]] -= side
    found = selectors.realised_imbalance(study)
    assert [max(map(abs, counts.values())) for counts in (by_pair, by_rater, by_system)] == [
        found.pair,
        found.rater,
        found.system,
    ]


def test_a_session_tells_its_times_themes_skips_and_screening(tmp_path: Path) -> None:
    study = make_study()
    add_decoys(study, 1)
    session = make_rater(open_study(study))
    Assignment.objects.create(
        booklet=session.booklet,
        position=20,
        pair=Pair.objects.of(study).decoys().get(),
        order="AB",
        kind="decoy",
    )
    *_, skipped, check, decoy = assignments_of(session)
    rate(decoy, 0)
    rating = rate(check)
    Assignment.objects.filter(pk=check.pk).update(instructed_value=1)
    Rating.objects.filter(pk=rating.pk).update(instructed_answer=1)
    skip(skipped, "upsetting")
    skip(skipped, "upsetting", phase="rubric")
    times = {
        name: NOW + timedelta(minutes=number)
        for number, name in enumerate(
            ("understood_at", "reviewed_at", "returned_at", "withdrawn_at"), start=30
        )
    }
    RatingSession.objects.filter(pk=session.pk).update(opted_out=["loss", "abuse"], **times)
    exported(study, tmp_path)
    (row,) = table(tmp_path / "sessions.csv")
    assert list(row.items())[-16:] == [
        ("pairs_rated", "2"),
        ("excluded", "1"),
        ("exclusion_reason", "returned"),
        ("understood_at", "2025-03-03T09:30:00Z"),
        ("turned_away_at", ""),
        ("reviewed_at", "2025-03-03T09:31:00Z"),
        ("returned_at", "2025-03-03T09:32:00Z"),
        ("withdrawn_at", "2025-03-03T09:33:00Z"),
        ("erased_at", ""),
        ("opted_out", "abuse|loss"),
        ("pairs_skipped", "1"),
        ("comprehension_tries", "0"),
        ("decoys_seen", "1"),
        ("decoys_lost", "1"),
        ("checks_seen", "1"),
        ("checks_failed", "0"),
    ]
    assert row["outcome"] == "withdrawn"


def test_of_an_erased_rater_nothing_personal_is_left(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = make_rater(study)
    skip(assignments_of(session)[0], "theme")
    RatingSession.objects.filter(pk=session.pk).update(
        opted_out=["abuse"], rater_group="night shift", withdrawn_at=NOW, erased_at=NOW
    )
    Erasure.objects.create(
        study=study, pseudonym=session.pseudonym, cause="rater", counts={"ratings": 3}, at=NOW
    )
    exported(study, tmp_path)
    (row,) = table(tmp_path / "sessions.csv")
    assert (row["outcome"], row["opted_out"], row["rater_group"], row["erased_at"]) == (
        "withdrawn",
        "",
        "",
        AT,
    )
    assert [table(tmp_path / name) for name in ("skips.csv", "events.csv")] == [[], []]
    planned = table(tmp_path / "assignments.csv")
    assert [row["skipped"] for row in planned if row["rater"] == session.pseudonym] == ["1", "0", "0", "0"]
    assert table(tmp_path / "erasures.csv") == [
        {"rater": session.pseudonym, "cause": "rater", "at": AT, "counts": '{"ratings":3}'}
    ]


def test_another_studys_journeys_do_not_show_through(tmp_path: Path) -> None:
    other = open_study(make_study("other"))
    everything(make_rater(other))
    Erasure.objects.create(study=other, pseudonym="r-x", cause="rater", counts={}, at=NOW)
    study = make_study()
    exported(study, tmp_path)
    for name in ("skips", "guesses", "answers", "events", "assignments", "erasures", "sessions"):
        assert table(tmp_path / f"{name}.csv") == []


def everything(session: RatingSession) -> None:
    """One of each thing that a rater may leave behind."""
    rate_all(session)
    first = assignments_of(session)[0]
    skip(first, "other")
    Guess.objects.create(
        assignment=first, first="ai", first_certainty=1, second="ai", second_certainty=1, guessed_at=NOW
    )
    answer(session, "survey", "age", "Yes")


def test_three_raters_journeys_cost_as_many_queries_as_one(tmp_path: Path) -> None:
    study: Study = open_study(make_study())
    counts = []
    for raters in (1, 2):
        for _ in range(raters):
            everything(make_rater(study))
        with CaptureQueriesContext(connection) as queries:
            exported(study, tmp_path / str(raters))
        counts.append(len(queries))
    assert counts[0] == counts[1]
