"""Storing what was clicked, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters import leaving, rating
from raters.models import Assignment, Rating, RatingSession
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

KEYS = (
    "overall",
    "human_alignment",
    "empathic_responsiveness",
    "attunement",
    "resonance",
    "task_following",
)


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


@pytest.fixture
def assignment(session: RatingSession) -> Assignment:
    return factories.assignments_of(session)[0]


def stored(assignment: Assignment) -> dict[str, int]:
    own = Rating.objects.get(assignment=assignment)
    return {score.dimension.key: score.value for score in own.scores.all()}


def test_answers_are_stored_as_shown_whatever_the_order(session: RatingSession) -> None:
    values = dict(zip(KEYS, (-2, -1, 0, 1, 2, 0), strict=True))
    for assignment in factories.assignments_of(session):
        factories.rate(assignment, values)
        assert stored(assignment) == values


def test_seconds_run_from_the_first_showing_to_the_first_submit(assignment: Assignment) -> None:
    rating.mark_shown(assignment=assignment, now=NOW)
    rating.mark_shown(assignment=assignment, now=NOW + timedelta(seconds=50))
    answers = dict.fromkeys(KEYS, 1)
    rating.submit(
        assignment=assignment, answers=answers, reason="a", layout="", now=NOW + timedelta(seconds=61.4)
    )
    rating.submit(assignment=assignment, answers=answers, reason="b", layout="", now=NOW + timedelta(hours=1))

    assert Rating.objects.get().seconds == 61


def test_a_second_submit_corrects_and_keeps_what_stood_there(assignment: Assignment) -> None:
    factories.rate(assignment, 1, reason="first")
    factories.rate(assignment, -2, reason="second")

    assert stored(assignment) == dict.fromkeys(KEYS, -2)
    assert Rating.objects.get().reason == "second"
    event = assignment.booklet.session.events.get(kind="corrected")  # type: ignore[union-attr]
    assert event.data["before"] == {
        "reason": "first",
        "answers": dict.fromkeys(KEYS, 1),
        "flags": [],
        "instructed_answer": None,
    }


def test_the_same_submit_twice_is_one_rating_and_no_correction(assignment: Assignment) -> None:
    factories.rate(assignment)
    factories.rate(assignment)

    assert Rating.objects.count() == 1
    assert not assignment.booklet.session.events.filter(kind="corrected").exists()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "answers",
    [
        {},
        dict.fromkeys(KEYS[1:], 1),
        dict.fromkeys((*KEYS, "charm"), 1),
        dict.fromkeys(KEYS, 3),
        {**dict.fromkeys(KEYS, 1), "overall": -3},
    ],
)
def test_answers_that_do_not_fit_the_protocol_are_refused(
    assignment: Assignment, answers: dict[str, int]
) -> None:
    with pytest.raises(rating.InvalidAnswers):
        rating.submit(assignment=assignment, answers=answers, reason="", layout="", now=NOW)

    assert not Rating.objects.exists()


@pytest.mark.parametrize(("scale", "wrong"), [(2, 0), (2, 2), (3, -2), (4, 0)])
def test_a_value_off_the_studys_own_scale_is_refused(scale: int, wrong: int) -> None:
    study = factories.open_study(factories.make_study(scale=scale))
    own = factories.assignments_of(factories.make_rater(study))[0]

    with pytest.raises(rating.InvalidAnswers):
        factories.rate(own, wrong)


def test_a_complete_session_is_not_corrected_any_more(session: RatingSession) -> None:
    factories.rate_all(session, 1)

    with pytest.raises(rating.SessionOver):
        factories.rate(factories.assignments_of(session)[0], -1)


def test_a_late_first_answer_after_stopping_is_kept(session: RatingSession) -> None:
    first, second, *_ = factories.assignments_of(session)
    factories.rate(first)
    leaving.stop(session=session, now=NOW)

    factories.rate(second)

    assert Rating.objects.count() == 2
    with pytest.raises(rating.SessionOver):
        factories.rate(first, -1)
