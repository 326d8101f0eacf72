"""Storing what was clicked, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters import drafting, leaving, rating
from raters.models import Assignment, Draft, Rating, RatingSession
from studies.protocol import MAIN, RUBRIC
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


def test_flags_are_stored_once_each_and_replaced_by_a_correction(assignment: Assignment) -> None:
    factories.rate(assignment, flags=[(2, "unsafe"), (1, "broken"), (2, "unsafe")])
    own = Rating.objects.get()
    assert sorted(own.flags.values_list("side", "kind")) == [(1, "broken"), (2, "unsafe")]

    factories.rate(assignment, flags=[(1, "wrong_role")])

    assert list(own.flags.values_list("side", "kind")) == [(1, "wrong_role")]
    event = assignment.booklet.session.events.get(kind="corrected")  # type: ignore[union-attr]
    assert event.data["before"]["flags"] == [[1, "broken"], [2, "unsafe"]]


def test_the_same_flags_in_another_order_are_no_correction(assignment: Assignment) -> None:
    factories.rate(assignment, flags=[(1, "broken"), (2, "unsafe")])
    factories.rate(assignment, flags=[(2, "unsafe"), (1, "broken")])

    assert Rating.objects.get().corrected_at is None


def test_an_attention_check_keeps_what_was_chosen(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(instructed_value=2)
    assignment.refresh_from_db()
    factories.rate(assignment, instructed_answer=-1)
    assert Rating.objects.get().instructed_answer == -1

    factories.rate(assignment)

    assert Rating.objects.get().instructed_answer == 2
    event = assignment.booklet.session.events.get(kind="corrected")  # type: ignore[union-attr]
    assert event.data["before"]["instructed_answer"] == -1


@pytest.mark.parametrize("answer", [None, 3])
def test_an_attention_check_without_an_answer_is_refused(assignment: Assignment, answer: int | None) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(instructed_value=2)
    answers = dict.fromkeys(KEYS, 1)

    with pytest.raises(rating.InvalidAnswers):
        rating.submit(
            assignment=assignment, answers=answers, reason="", layout="", now=NOW, instructed_answer=answer
        )


def test_an_answer_to_a_check_that_was_not_asked_is_not_kept(assignment: Assignment) -> None:
    factories.rate(assignment, instructed_answer=1)

    assert Rating.objects.get().instructed_answer is None


def test_counts_are_totals_that_never_fall(assignment: Assignment) -> None:
    def send(reason: str, visible: int | None, away: int | None, pasted: int | None) -> None:
        rating.submit(
            assignment=assignment,
            answers=dict.fromkeys(KEYS, 1),
            reason=reason,
            layout="",
            now=NOW,
            visible_seconds=visible,
            focus_losses=away,
            pastes=pasted,
        )

    def stored_counts() -> tuple[int | None, ...]:
        own = Rating.objects.get()
        return own.visible_seconds, own.focus_losses, own.pastes

    send("first", None, None, None)
    assert stored_counts() == (None, None, None)
    send("second", 40, 2, 1)
    assert stored_counts() == (40, 2, 1)
    send("third", 55, 0, None)
    assert stored_counts() == (55, 2, 1)


def test_the_second_pass_is_timed_from_its_own_first_showing() -> None:
    study = factories.open_study(factories.make_study(asking="two_pass"))
    own = factories.assignments_of(factories.make_rater(study))[0]
    factories.rate(own, seconds=30)
    later = NOW + timedelta(hours=1)
    rating.mark_shown(assignment=own, now=later, phase=RUBRIC)
    rating.mark_shown(assignment=own, now=later + timedelta(seconds=9), phase=RUBRIC)

    factories.rate(own, phase=RUBRIC, now=later + timedelta(seconds=70), seconds=5)

    seconds = dict(Rating.objects.values_list("phase", "seconds"))
    assert seconds == {MAIN: 30, RUBRIC: 70}
    asked = {phase: Rating.objects.get(phase=phase).scores.count() for phase in (MAIN, RUBRIC)}
    assert asked == {MAIN: 1, RUBRIC: 5}


def test_the_draft_of_the_phase_is_gone_once_the_pair_is_rated(assignment: Assignment) -> None:
    drafting.save(assignment=assignment, phase=MAIN, fields={"q1": ["1"]}, now=NOW)
    Draft.objects.create(assignment=assignment, phase=RUBRIC, fields={"q2": "1"}, saved_at=NOW)

    factories.rate(assignment)

    assert list(Draft.objects.values_list("phase", flat=True)) == [RUBRIC]


@pytest.mark.parametrize(("asking", "is_rated"), [("two_pass", False), ("one_page", True)])
def test_the_second_pass_asks_only_of_what_the_first_has_answered(asking: str, is_rated: bool) -> None:
    study = factories.open_study(factories.make_study(asking=asking))
    own = factories.assignments_of(factories.make_rater(study))[0]
    if is_rated:
        factories.rate(own)

    with pytest.raises(rating.NotAsked):
        factories.rate(own, {}, phase=RUBRIC)

    assert not Rating.objects.filter(phase=RUBRIC).exists()


def test_a_preference_stands_once_the_second_pass_was_seen() -> None:
    study = factories.open_study(factories.make_study(asking="two_pass"))
    first, second, *_ = factories.assignments_of(factories.make_rater(study))
    for own in (first, second):
        factories.rate(own, -1)
    rating.mark_shown(assignment=second, now=NOW + timedelta(minutes=9), phase=RUBRIC)

    with pytest.raises(rating.SessionOver):
        factories.rate(first, 1, now=NOW + timedelta(minutes=10))

    assert Rating.objects.get(assignment=first).scores.get().value == -1
    factories.rate(second, -1, phase=RUBRIC)
    factories.rate(second, 2, phase=RUBRIC, now=NOW + timedelta(minutes=12))
    corrected = Rating.objects.get(phase=RUBRIC)
    assert corrected.corrected_at == NOW + timedelta(minutes=12)
    assert set(corrected.scores.values_list("value", flat=True)) == {2}


def test_other_words_are_released_by_nobody(assignment: Assignment) -> None:
    factories.rate(assignment, 1, reason="first")
    Rating.objects.update(reason_released_at=NOW)
    factories.rate(assignment, 2, reason="first")
    assert Rating.objects.get().reason_released_at == NOW

    factories.rate(assignment, 2, reason="second")

    assert Rating.objects.get().reason_released_at is None
