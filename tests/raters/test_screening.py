"""Whose ratings are left out and why: what counts as lost and failed, which reason weighs most."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import leaving
from raters.models import Assignment, Rating, RatingSession, Skip
from raters.screening import (
    Exclusions,
    LeftOut,
    Screening,
    exclusion_reason,
    exclusion_reasons,
    exclusions_of,
    screenings,
)
from raters.verdicts import verdicts_of
from studies.models import Pair, Protocol, Study
from studies.protocol import Exclusion, canonical_json, sha256_of
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

pytestmark = pytest.mark.django_db

#: Beyond what is planned, where a test lays its own pairs.
FREE_PLACE = 100


def ruled(study: Study, **rules: int) -> Study:
    """The study's protocol with these exclusion rules: at_least by measure."""
    frozen = study.protocols.get()
    exclusions = tuple(Exclusion(measure, at_least) for measure, at_least in rules.items())
    canonical = canonical_json(replace(frozen.document(), exclusion_rules=exclusions))
    Protocol.objects.filter(pk=frozen.pk).update(canonical=canonical, sha256=sha256_of(canonical))
    return study


@pytest.fixture
def study() -> Study:
    """Open, with three decoy pairs; two lost decoys or one failed check leave a rater out."""
    made = make_study()
    add_decoys(made, 3)
    return ruled(open_study(made), decoys_lost=2, checks_failed=1)


def decoy_for(session: RatingSession, number: int, order: str = "AB") -> Assignment:
    """One of the study's decoys in the rater's booklet; stored first stands the intact reply."""
    pair = Pair.objects.of(session.study).decoys().order_by("pk")[number]
    assert pair.expected == -1
    return Assignment.objects.create(
        booklet=session.booklet, position=FREE_PLACE + number, pair=pair, order=order, kind="decoy"
    )


def meet_decoys(session: RatingSession, *values: int) -> None:
    for number, value in enumerate(values):
        rate(decoy_for(session, number), value)


def meet_check(session: RatingSession, asked: int, chosen: int | None, *, number: int = 0) -> None:
    """One of the rater's pairs, rated with a row that asked for an answer."""
    rating = rate(assignments_of(session)[number])
    Assignment.objects.filter(pk=rating.assignment_id).update(instructed_value=asked)
    Rating.objects.filter(pk=rating.pk).update(instructed_answer=chosen)


@pytest.mark.parametrize(
    ("order", "shown", "lost"),
    [
        ("AB", -2, 0),
        ("AB", -1, 0),
        ("AB", 0, 1),
        ("AB", 1, 1),
        ("BA", 1, 0),
        ("BA", 2, 0),
        ("BA", 0, 1),
        ("BA", -1, 1),
    ],
)
def test_a_decoy_is_lost_unless_the_intact_reply_is_preferred(
    study: Study, order: str, shown: int, lost: int
) -> None:
    session = make_rater(study)
    rate(decoy_for(session, 0, order), shown)
    assert screenings([session]) == {session.pk: Screening(decoys_seen=1, decoys_lost=lost)}


def test_only_the_overall_answer_decides_on_a_decoy(study: Study) -> None:
    session = make_rater(study)
    others = dict.fromkeys(study.dimensions.exclude(key="overall").values_list("key", flat=True), 2)
    rate(decoy_for(session, 0), {"overall": -1, **others})
    assert screenings([session])[session.pk] == Screening(decoys_seen=1, decoys_lost=0)


@pytest.mark.parametrize(("chosen", "seen", "failed"), [(2, 1, 0), (-2, 1, 1), (0, 1, 1), (None, 0, 0)])
def test_a_check_is_failed_by_another_answer(
    study: Study, chosen: int | None, seen: int, failed: int
) -> None:
    session = make_rater(study)
    meet_check(session, 2, chosen)
    assert screenings([session])[session.pk] == Screening(checks_seen=seen, checks_failed=failed)


def test_what_was_skipped_was_not_met(study: Study) -> None:
    session = make_rater(study)
    check = assignments_of(session)[0]
    Assignment.objects.filter(pk=check.pk).update(instructed_value=2)
    for assignment in (decoy_for(session, 0), check):
        Skip.objects.create(assignment=assignment, phase="main", reason="other", skipped_at=NOW)
    assert screenings([session])[session.pk] == Screening()
    assert exclusion_reason(session) == ""


def test_main_pairs_and_the_second_pass_say_nothing_of_a_rater(study: Study) -> None:
    session = make_rater(study)
    rating = rate(decoy_for(session, 0), 2)
    Rating.objects.filter(pk=rating.pk).update(phase="rubric")
    rate(assignments_of(session)[0], 2)
    assert screenings([session])[session.pk] == Screening()


@pytest.mark.parametrize(
    ("values", "reason"), [((2, 2, 2), "decoys"), ((-1, 0, 1), "decoys"), ((-1, -1, 1), ""), ((), "")]
)
def test_so_many_lost_decoys_leave_a_rater_out(study: Study, values: tuple[int, ...], reason: str) -> None:
    session = make_rater(study)
    meet_decoys(session, *values)
    assert exclusion_reason(session) == reason


def test_a_failed_check_leaves_a_rater_out(study: Study) -> None:
    failed, passed = make_rater(study), make_rater(study)
    meet_check(failed, 1, -1)
    meet_check(passed, 1, 1)
    assert exclusion_reasons([failed, passed]) == {failed.pk: "checks", passed.pk: ""}


def test_the_weightiest_reason_is_given(study: Study) -> None:
    session = make_rater(study)
    meet_check(session, 1, -1)
    found = [exclusion_reason(session)]
    meet_decoys(session, 1, 1)
    found.append(exclusion_reason(session))
    session.returned_at = NOW
    found.append(exclusion_reason(session))
    session.is_pilot = True
    found.append(exclusion_reason(session))
    assert found == ["checks", "decoys", "returned", "pilot"]


def test_the_rules_are_those_of_the_raters_own_protocol(study: Study) -> None:
    strict, lenient = make_rater(study), make_rater(study)
    for session in (strict, lenient):
        meet_decoys(session, 1, 1)
    document = replace(study.protocols.get().document(), version=2, exclusion_rules=())
    text = canonical_json(document)
    later = Protocol.objects.create(
        study=study, version=2, canonical=text, sha256=sha256_of(text), frozen_at=NOW
    )
    RatingSession.objects.filter(pk=lenient.pk).update(protocol=later)
    assert exclusion_reasons(study.sessions.all()) == {strict.pk: "decoys", lenient.pk: ""}


def test_the_rules_set_on_the_study_are_the_ones_applied() -> None:
    made = make_study(decoys_per_rater=2, exclude_decoys_lost=2)
    add_decoys(made, 3)
    session = make_rater(open_study(made))
    Assignment.objects.filter(kind="decoy").delete()
    meet_decoys(session, 1, 1)
    assert exclusion_reason(session) == "decoys"


def test_whoever_withdrew_and_left_the_ratings_is_analysed(study: Study) -> None:
    session = rate_all(make_rater(study))
    RatingSession.objects.filter(pk=session.pk).update(withdrawn_at=NOW)
    session.refresh_from_db()
    assert exclusion_reason(session) == ""
    assert {verdict.excluded for verdict in verdicts_of(study)} == {False}


def test_every_rating_of_an_excluded_rater_says_why(study: Study) -> None:
    session = make_rater(study)
    meet_decoys(session, 1, 1)
    rate(assignments_of(session)[0])
    found = {(v.kind, v.excluded, v.exclusion_reason) for v in verdicts_of(study)}
    assert found == {("decoy", True, "decoys"), ("main", True, "decoys")}


def test_three_raters_cost_as_many_queries_as_one(study: Study) -> None:
    sessions = [make_rater(study) for _ in range(3)]
    for session in sessions:
        meet_decoys(session, 1, 1)
        meet_check(session, 1, -1)
    counts = []
    for some in (sessions[:1], sessions):
        with CaptureQueriesContext(connection) as queries:
            assert set(exclusion_reasons(some).values()) == {"decoys"}
        counts.append(len(queries))
    assert counts == [3, 3]


def test_a_study_counts_main_ratings_with_and_without(study: Study) -> None:
    """Four raters of four pairs: fine; lost two decoys; a trial run that failed a check; returned midway."""
    fine, careless, trial, returned = (make_rater(study) for _ in range(4))
    meet_decoys(careless, 1, 1)
    for assignment in assignments_of(careless)[:4]:
        rate(assignment)
    rate_all(fine)
    meet_check(trial, 1, -1)
    rate(assignments_of(returned)[0])
    rate(assignments_of(returned)[1])
    Assignment.objects.filter(pk=assignments_of(fine)[3].pk).update(kind="repeat")
    RatingSession.objects.filter(pk=trial.pk).update(is_pilot=True)
    RatingSession.objects.filter(pk=returned.pk).update(returned_at=NOW)
    with CaptureQueriesContext(connection) as queries:
        found = exclusions_of(study)
    assert found == Exclusions(
        sessions=4,
        sessions_kept=1,
        main_ratings=3 + 4 + 1 + 2,
        main_ratings_kept=3,
        by_reason={
            "pilot": LeftOut(1, 1),
            "returned": LeftOut(1, 2),
            "decoys": LeftOut(1, 4),
            "checks": LeftOut(0, 0),
        },
        ratings_by_reason={"after_end": 0, "after_rubric": 0},
    )
    assert len(queries) == 5


def test_surplus_ratings_are_analysed(study: Study) -> None:
    late = make_rater(study)
    leaving.time_out(session=late, now=NOW + timedelta(hours=2))
    rate(assignments_of(late)[0], now=NOW + timedelta(hours=3))
    assert exclusions_of(study).main_ratings_kept == 1
    assert {(v.surplus, v.excluded) for v in verdicts_of(study)} == {(True, False)}


def late_reasons(study: Study) -> list[tuple[str, str]]:
    """Of each rating, in order: its phase and why it is left out."""
    return list(dict.fromkeys((f"{v.position} {v.phase}", v.exclusion_reason) for v in verdicts_of(study)))


@pytest.mark.parametrize("end", ["reviewed_at", "stopped_at", "completed_at"])
def test_what_comes_after_the_end_is_kept_and_not_analysed(study: Study, end: str) -> None:
    """The page with the code says what was compared; a form still on its way is never thrown away."""
    session = make_rater(study)
    first, second, *_ = assignments_of(session)
    rate(first, now=NOW + timedelta(minutes=10))
    RatingSession.objects.filter(pk=session.pk).update(**{end: NOW + timedelta(minutes=10)})

    rate(second, now=NOW + timedelta(minutes=10, seconds=1))

    assert late_reasons(study) == [("1 main", ""), ("2 main", "after_end")]
    found = exclusions_of(study)
    assert (found.main_ratings, found.main_ratings_kept) == (2, 1)
    assert found.ratings_by_reason == {"after_end": 1, "after_rubric": 0}


def test_a_preference_after_the_second_pass_was_seen_is_not_analysed() -> None:
    study = open_study(make_study(asking="two_pass"))
    first, second, *_ = assignments_of(make_rater(study))
    rate(first)
    rate(first, phase="rubric", now=NOW + timedelta(minutes=10), seconds=60)

    rate(second, now=NOW + timedelta(minutes=11))

    assert late_reasons(study) == [("1 main", ""), ("1 rubric", ""), ("2 main", "after_rubric")]
    found = exclusions_of(study)
    assert (found.main_ratings, found.main_ratings_kept) == (2, 1)
    assert found.ratings_by_reason == {"after_end": 0, "after_rubric": 1}


def test_the_reason_of_the_session_weighs_more_than_that_of_a_rating(study: Study) -> None:
    session = make_rater(study)
    RatingSession.objects.filter(pk=session.pk).update(stopped_at=NOW, is_pilot=True)
    rate(assignments_of(session)[0])

    assert late_reasons(study) == [("1 main", "pilot")]
    found = exclusions_of(study)
    assert (found.by_reason["pilot"], found.ratings_by_reason["after_end"]) == (LeftOut(1, 1), 0)


def test_late_decoys_and_checks_decide_on_nothing(study: Study) -> None:
    session = make_rater(study)
    RatingSession.objects.filter(pk=session.pk).update(completed_at=NOW)
    meet_decoys(session, 1, 1)
    meet_check(session, 1, -1)

    assert screenings([session])[session.pk] == Screening()
    assert exclusion_reason(session) == ""


def test_a_study_without_raters_leaves_nobody_out(study: Study) -> None:
    found = exclusions_of(study)
    assert (found.sessions, found.main_ratings, found.main_ratings_kept) == (0, 0, 0)
