"""Which code a rater gets, however their visit ends."""

from __future__ import annotations

import pytest

from raters import leaving, outcomes, participating, screening, selectors
from raters.models import Assignment, Rating, RatingSession, Recruitment
from raters.outcomes import Outcome
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
CODES = {
    "completion_code": "DONE",
    "stopped_code": "PART",
    "no_consent_code": "NOCONS",
    "screened_out_code": "SCREEN",
    "failed_checks_code": "CHECKS",
}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.COMPLETED, "DONE"),
        (Outcome.STOPPED_EARLY, "PART"),
        (Outcome.NO_CONSENT, "NOCONS"),
        (Outcome.SCREENED_OUT, "SCREEN"),
        (Outcome.FAILED_CHECKS, "CHECKS"),
    ],
)
def test_every_outcome_has_the_code_that_the_researcher_set(outcome: Outcome, code: str) -> None:
    recruitment = Recruitment(channel="prolific", **CODES)

    assert outcomes.code_for(recruitment, outcome) == code


def test_whoever_did_work_gets_a_code_and_the_others_are_asked_to_return() -> None:
    made = {outcome: len(outcomes.code_for(Recruitment(), outcome)) for outcome in Outcome}

    assert made == {
        Outcome.COMPLETED: 12,
        Outcome.NO_CONSENT: 0,
        Outcome.SCREENED_OUT: 0,
        Outcome.FAILED_CHECKS: 12,
        Outcome.STOPPED_EARLY: 12,
    }


def test_failed_checks_without_a_code_of_their_own_are_a_completion() -> None:
    assert outcomes.code_for(Recruitment(completion_code="DONE"), Outcome.FAILED_CHECKS) == "DONE"


@pytest.mark.parametrize(
    ("channel", "outcome", "address"),
    [
        ("prolific", Outcome.NO_CONSENT, "https://app.prolific.com/submissions/complete?cc=NOCONS"),
        ("prolific", Outcome.SCREENED_OUT, "https://app.prolific.com/submissions/complete?cc=SCREEN"),
        ("prolific", Outcome.COMPLETED, ""),
        ("connect", Outcome.SCREENED_OUT, ""),
        ("open", Outcome.NO_CONSENT, ""),
    ],
)
def test_the_way_back_of_those_who_did_no_work(channel: str, outcome: Outcome, address: str) -> None:
    assert outcomes.address_for(Recruitment(channel=channel, **CODES), outcome) == address


def checked_study(at_least: int) -> Study:
    """Open, with the rule that so many failed checks leave somebody out (0: no rule)."""
    study = factories.make_study(checks_per_rater=2, exclude_checks_failed=at_least)
    factories.open_study(study)
    Recruitment.objects.create(study=study, channel="open", **CODES)
    return study


def answered(study: Study, *answers: int | None) -> RatingSession:
    """A rater whose first pairs are checks that ask for 2, answered so."""
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment)
    for assignment, answer in zip(factories.assignments_of(session), answers, strict=False):
        Assignment.objects.filter(pk=assignment.pk).update(instructed_value=2)
        Rating.objects.filter(assignment=assignment).update(instructed_answer=answer)
    return session


@pytest.mark.parametrize(
    ("answers", "failed"), [((), 0), ((2, 2), 0), ((2, 1), 1), ((-2, 0), 2), ((None, 1), 1)]
)
def test_a_check_is_failed_by_another_answer_than_the_one_asked_for(
    answers: tuple[int | None, ...], failed: int
) -> None:
    assert screening.checks_failed(answered(checked_study(2), *answers)) == failed


def test_an_answer_in_the_second_pass_is_no_check() -> None:
    session = answered(checked_study(2), 2)
    first = factories.assignments_of(session)[0]
    Rating.objects.create(assignment=first, phase="rubric", instructed_answer=1, rated_at=NOW)

    assert screening.checks_failed(session) == 0


@pytest.mark.parametrize(
    ("at_least", "answers", "code"),
    [(2, (1, 1), "CHECKS"), (2, (1, 2), "DONE"), (1, (1, 2), "CHECKS"), (0, (1, 1), "DONE")],
)
def test_failed_checks_have_their_own_code_by_the_frozen_rule_and_are_complete(
    at_least: int, answers: tuple[int, ...], code: str
) -> None:
    session = participating.finish(session=answered(checked_study(at_least), *answers), now=NOW)

    assert (session.code, session.completed_at) == (code, NOW)


def test_a_rule_set_after_freezing_counts_for_nobody() -> None:
    study = checked_study(0)
    Study.objects.update(exclude_checks_failed=1)

    assert outcomes.outcome_of_finishing(answered(study, 1, 1)) is Outcome.COMPLETED


def test_stopping_early_has_its_own_code_and_way_back() -> None:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", **CODES)
    session = leaving.stop(session=factories.make_rater(study, participant_id="pid-1"), now=NOW)

    assert session.code == "PART"
    assert selectors.way_back(session) == "https://app.prolific.com/submissions/complete?cc=PART"
