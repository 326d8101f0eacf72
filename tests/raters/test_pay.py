"""What raters are paid: the median hour, suggested amounts, and the bonus file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import erasing, export, leaving, participating, returning, selectors, withdrawing
from raters.models import Erasure, Event, Guess, Rating, RatingSession, Recruitment, Skip
from raters.selectors import Pay
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(
        study=study,
        channel="prolific",
        completion_code="PAY",
        stopped_code="PART",
        reward_minor=500,
        screened_out_minor=30,
        currency="GBP",
    )
    return study


def rater(study: Study, name: str, pairs: int = 0, skips: int = 0) -> RatingSession:
    """Somebody from the platform who rated the first pairs and skipped the next."""
    session = factories.make_rater(study, participant_id=name)
    own = factories.assignments_of(session)
    for assignment in own[:pairs]:
        factories.rate(assignment)
    for assignment in own[pairs : pairs + skips]:
        skip(assignment.pk, "broken")
    return session


def skip(assignment: int, reason: str) -> None:
    Skip.objects.create(assignment_id=assignment, phase="main", reason=reason, skipped_at=NOW)


def suggested(study: Study) -> dict[str, int | None]:
    return {payment.participant_id: payment.amount for payment in selectors.payments_of(study)}


def took(session: RatingSession, minutes: int) -> None:
    """Complete, and at work for so long, with a sign of it every ten minutes."""
    factories.rate_all(session)
    works_on(session, *range(10, minutes, 10), minutes)


def works_on(session: RatingSession, *minutes: int) -> None:
    Event.objects.bulk_create(
        Event(session=session, kind="corrected", at=NOW + timedelta(minutes=minute)) for minute in minutes
    )


def test_an_hour_at_the_median_of_the_complete_sessions(study: Study) -> None:
    assert selectors.pay_of(study) == Pay(0, None, "", "£6.00", False)
    Recruitment.objects.update(reward_minor=408)
    for name, minutes in (("p1", 20), ("p2", 24), ("p3", 90)):
        took(rater(study, name), minutes)

    assert selectors.pay_of(study) == Pay(3, 24.0, "£10.20", "£6.00", False)


def test_trial_runs_are_left_out_of_the_median(study: Study) -> None:
    took(rater(study, "p1"), 30)
    RatingSession.objects.update(is_pilot=True)

    assert selectors.pay_of(study).sessions == 0


def test_time_at_work_is_from_consent_to_the_last_answer_without_long_gaps(study: Study) -> None:
    session = factories.rate_all(rater(study, "p1"))
    first, *_ = factories.assignments_of(session)
    Guess.objects.create(
        assignment=first,
        first="ai",
        first_certainty=1,
        second="ai",
        second_certainty=1,
        guessed_at=NOW + timedelta(minutes=20),
    )
    at = NOW + timedelta(minutes=100)
    session.answers.create(use="survey", key="age", value="18", answered_at=at)
    Rating.objects.filter(assignment=first).update(rated_at=at + timedelta(minutes=7))
    # Swept at midnight.
    RatingSession.objects.update(completed_at=NOW + timedelta(hours=15))

    # 5 to the first pairs, 15 to the guess, and 7 in the second sitting.
    assert selectors.pay_of(study) == Pay(1, 27.0, "£11.11", "£6.00", False)


def test_where_the_answers_were_deleted_no_time_is_known(study: Study) -> None:
    took(rater(study, "p1"), 30)
    gone = rater(study, "p2")
    took(gone, 10)
    withdrawing.withdraw(session=gone, delete=True, now=NOW)

    assert selectors.pay_of(study).minutes == 30.0


def test_what_an_hour_pays_costs_the_same_queries_for_one_and_for_three(study: Study) -> None:
    counts = []
    for number in range(3):
        took(rater(study, f"p{number}"), 20)
        with CaptureQueriesContext(connection) as queries:
            selectors.pay_of(study)
        counts.append(len(queries))

    assert counts == [3, 3, 3]


@pytest.mark.parametrize(
    ("fields", "minimum", "is_too_low"),
    [
        ({"reward_minor": 300}, "£6.00", False),
        ({"reward_minor": 299}, "£6.00", True),
        ({"reward_minor": 399, "currency": "USD"}, "$8.00", True),
        ({"reward_minor": 300, "minimum_hourly_minor": 601}, "£6.01", True),
        ({"reward_minor": 1, "currency": "CHF"}, "", False),
        ({"reward_minor": 1, "channel": "connect"}, "", False),
        ({"reward_minor": None}, "£6.00", False),
    ],
)
def test_less_than_the_minimum_is_too_low(
    study: Study, fields: dict[str, object], minimum: str, is_too_low: bool
) -> None:
    took(rater(study, "p1"), 30)
    Recruitment.objects.update(**fields)

    pay = selectors.pay_of(study)

    assert (pay.minimum, pay.is_too_low) == (minimum, is_too_low)


def test_an_amount_for_every_end(study: Study) -> None:
    factories.rate_all(rater(study, "complete"))
    leaving.stop(session=rater(study, "stopped", pairs=1, skips=1), now=NOW)
    leaving.time_out(session=rater(study, "timed-out", pairs=3), now=NOW)
    leaving.time_out(session=rater(study, "timed-out-idle"), now=NOW)
    returning.mark_returned(session=rater(study, "returned", pairs=3), now=NOW)
    rater(study, "rating", pairs=1)
    away = rater(study, "turned-away")
    RatingSession.objects.filter(pk=away.pk).update(turned_away_at=NOW)

    assert suggested(study) == {
        "complete": 500,
        "stopped": 250,
        "timed-out": 375,
        "timed-out-idle": None,
        "returned": None,
        "rating": None,
        "turned-away": 30,
    }


def test_a_withdrawal_is_paid_as_it_would_have_been(study: Study) -> None:
    factories.rate_all(rater(study, "after"))
    rater(study, "before", pairs=1)
    RatingSession.objects.update(withdrawn_at=NOW)

    assert suggested(study) == {"after": 500, "before": 125}
    assert list(export.bonus_rows(study)) == ["before,1.25\r\n"]


@pytest.mark.parametrize("theme", [True, False])
def test_deleting_the_ratings_takes_nothing_from_the_pay(study: Study, theme: bool) -> None:
    session = rater(study, "erased", pairs=1, skips=1)
    if theme:
        skip(factories.assignments_of(session)[3].pk, "theme")
    before = withdrawing.withdraw(session=session, delete=False, now=NOW)
    kept = suggested(study)

    withdrawing.withdraw(session=before, delete=True, now=NOW)

    assert suggested(study) == kept == {"erased": 334 if theme else 250}
    erasing.erase_rater(session=before, cause=Erasure.Cause.RESEARCHER, now=NOW)
    assert list(suggested(study).values()) == [334 if theme else 250]


def test_withdrawing_after_being_turned_away_takes_nothing_away(study: Study) -> None:
    session = rater(study, "turned-away")
    RatingSession.objects.filter(pk=session.pk).update(turned_away_at=NOW)
    withdrawing.withdraw(session=session, delete=True, now=NOW)

    assert suggested(study) == {"turned-away": 30}
    # The code for it pays them, as before.
    assert list(export.bonus_rows(study)) == []


@pytest.mark.parametrize("is_complete", [True, False])
def test_withdrawing_after_giving_the_place_back_adds_nothing(study: Study, is_complete: bool) -> None:
    session = rater(study, "returned", pairs=0 if is_complete else 3)
    if is_complete:
        factories.rate_all(session)
    returning.mark_returned(session=session, now=NOW)
    withdrawing.withdraw(session=session, delete=False, now=NOW)

    assert suggested(study) == {"returned": None}
    assert list(export.bonus_rows(study)) == []


def test_a_pair_skipped_and_answered_later_counts_once(study: Study) -> None:
    session = rater(study, "p1", pairs=2)
    skip(factories.assignments_of(session)[0].pk, "other")
    leaving.stop(session=session, now=NOW)

    (payment,) = selectors.payments_of(study)
    assert (payment.pairs, payment.skipped, payment.amount) == (2, 0, 250)


def test_themes_opted_out_of_were_neither_planned_nor_done(study: Study) -> None:
    session = rater(study, "themes", pairs=1)
    skip(factories.assignments_of(session)[3].pk, "theme")
    leaving.stop(session=session, now=NOW)

    (payment,) = selectors.payments_of(study)
    assert (payment.pairs, payment.skipped, payment.amount) == (1, 0, 167)


def test_stopping_at_once_is_worth_the_check_alone(study: Study) -> None:
    leaving.stop(session=rater(study, "p1"), now=NOW)
    assert suggested(study) == {"p1": 30}

    Recruitment.objects.update(screened_out_minor=None)
    assert suggested(study) == {"p1": 0}
    assert list(export.bonus_rows(study)) == []


def test_without_a_reward_nothing_is_suggested(study: Study) -> None:
    Recruitment.objects.update(reward_minor=None)
    leaving.stop(session=rater(study, "p1", pairs=1), now=NOW)

    assert suggested(study) == {"p1": None}
    assert list(export.bonus_rows(study)) == []


def test_the_bonus_file_is_what_prolific_takes(study: Study) -> None:
    leaving.stop(session=rater(study, "p1", pairs=1), now=NOW)
    leaving.stop(session=rater(study, "p2", pairs=3), now=NOW)
    leaving.time_out(session=rater(study, "p3", pairs=1), now=NOW)
    factories.rate_all(rater(study, "p4"))

    assert list(export.bonus_rows(study)) == ["p1,1.25\r\n", "p2,3.75\r\n"]


def test_no_name_adds_a_line_or_an_amount_to_the_bonus_file(study: Study) -> None:
    for name in ("attacker,99.00", "=1+1", "a\nattacker,99.00"):
        leaving.stop(session=rater(study, name, pairs=1), now=NOW)

    assert list(export.bonus_rows(study)) == [
        '"attacker,99.00",1.25\r\n',
        "'=1+1,1.25\r\n",
        '"a\nattacker,99.00",1.25\r\n',
    ]


def test_a_second_pass_does_not_count_pairs_twice(study: Study) -> None:
    session = rater(study, "p1", pairs=2)
    for assignment in factories.assignments_of(session)[:2]:
        assignment.ratings.create(phase="rubric", rated_at=NOW)
    leaving.stop(session=session, now=NOW)

    (payment,) = selectors.payments_of(study)
    assert (payment.pairs, payment.amount) == (2, 250)


def test_in_two_passes_each_pair_is_work_twice() -> None:
    study = factories.open_study(factories.make_study(asking="two_pass"))
    Recruitment.objects.create(study=study, channel="prolific", reward_minor=800)
    first_pass = rater(study, "first-pass", pairs=4)
    second_pass = rater(study, "second-pass", pairs=3, skips=1)
    for assignment in factories.assignments_of(second_pass)[:2]:
        factories.rate(assignment, phase="rubric")
    unwanted = factories.assignments_of(second_pass)[2]
    leaving.stop(session=first_pass, now=NOW)
    leaving.stop(session=second_pass, now=NOW)
    # 4 of 8; and 3 + 1 in the first pass with 2 + 1 in the second.
    assert suggested(study) == {"first-pass": 400, "second-pass": 700}

    Skip.objects.create(assignment=unwanted, phase="rubric", reason="other", skipped_at=NOW)
    assert suggested(study) == {"first-pass": 400, "second-pass": 800}


def test_a_late_submission_is_complete_and_paid_in_full(study: Study) -> None:
    session = rater(study, "p1")
    leaving.time_out(session=session, now=NOW)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment)

    done = participating.finish(session=session, now=NOW)

    assert (done.code, suggested(study)) == ("PAY", {"p1": 500})


def test_the_list_costs_the_same_queries_for_one_and_for_three(study: Study) -> None:
    counts = []
    for number in range(3):
        rater(study, f"p{number}", pairs=1, skips=1)
        with CaptureQueriesContext(connection) as queries:
            list(selectors.payments_of(study))
        counts.append(len(queries))

    assert counts == [6, 6, 6]
