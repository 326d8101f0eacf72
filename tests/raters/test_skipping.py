"""Leaving a pair out: it costs nothing, and nothing is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters import drafting, leaving, participating, selectors, skipping
from raters.models import Assignment, Draft, Message, Rating, RatingSession, Skip
from studies.protocol import MAIN, RUBRIC
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


@pytest.fixture
def assignment(session: RatingSession) -> Assignment:
    return factories.assignments_of(session)[0]


def skip(assignment: Assignment, reason: str = "other", note: str = "", phase: str = MAIN) -> Skip:
    return skipping.skip(assignment=assignment, phase=phase, reason=reason, note=note, now=LATER)


def test_a_skipped_pair_goes_back_and_the_next_one_is_due(
    session: RatingSession, assignment: Assignment
) -> None:
    drafting.save(assignment=assignment, phase=MAIN, fields={"q1": ["1"]}, now=NOW)

    skipped = skip(assignment, "broken", "The end is missing.")

    assert (skipped.reason, skipped.note, skipped.skipped_at) == ("broken", "The end is missing.", LATER)
    assignment.refresh_from_db()
    assert assignment.released_at == LATER
    assert not Draft.objects.exists()
    following = selectors.next_assignment(session, MAIN)
    assert following is not None
    assert following.position == 2
    event = session.events.get(kind="skipped")
    assert event.data == {"position": 1, "phase": "main", "reason": "broken"}
    assert not Message.objects.exists()


def test_skipping_twice_is_skipping_once(session: RatingSession, assignment: Assignment) -> None:
    skip(assignment, "broken")
    skip(assignment, "upsetting")

    assert Skip.objects.get().reason == "broken"
    assert session.events.filter(kind="skipped").count() == 1
    assert not Message.objects.exists()


def test_what_was_too_upsetting_reaches_the_inbox(session: RatingSession, assignment: Assignment) -> None:
    skip(assignment, "upsetting", "It is too close.")

    message = Message.objects.get()
    assert (message.session, message.assignment) == (session, assignment)
    assert (message.kind, message.text, message.at) == ("distress", "It is too close.", LATER)


def test_a_rated_pair_is_not_skipped_any_more(assignment: Assignment) -> None:
    factories.rate(assignment)

    with pytest.raises(skipping.AlreadyRated):
        skip(assignment)

    assert not Skip.objects.exists()


def test_after_the_review_nothing_is_skipped(session: RatingSession, assignment: Assignment) -> None:
    for own in factories.assignments_of(session)[1:]:
        factories.rate(own)
    skip(assignment)
    participating.review(session=session, now=LATER)

    with pytest.raises(skipping.TooLate):
        skip(assignment)


def test_after_stopping_nothing_is_skipped(session: RatingSession, assignment: Assignment) -> None:
    leaving.stop(session=session, now=NOW)

    with pytest.raises(skipping.TooLate):
        skip(assignment)


def test_a_skipped_pair_can_still_be_answered(assignment: Assignment) -> None:
    skip(assignment)

    factories.rate(assignment)

    assert Rating.objects.count() == 1
    assignment.refresh_from_db()
    assert assignment.released_at == LATER


def test_skipping_in_the_second_pass_gives_nothing_back() -> None:
    study = factories.open_study(factories.make_study(asking="two_pass"))
    own = factories.assignments_of(factories.make_rater(study))[0]
    factories.rate(own)

    skip(own, phase=RUBRIC)

    own.refresh_from_db()
    assert own.released_at is None
    assert Skip.objects.get().phase == RUBRIC
