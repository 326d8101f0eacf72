"""Keeping a form as it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from raters import drafting, leaving, participating, understanding, withdrawing
from raters.models import Assignment, Draft, Rating, RatingSession
from studies.protocol import MAIN
from tests import factories
from tests.factories import NOW
from tests.raters.around import CHECK, add_check

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


@pytest.fixture
def assignment(session: RatingSession) -> Assignment:
    return factories.assignments_of(session)[0]


def save(assignment: Assignment, minutes: int = 1, **fields: list[str]) -> None:
    now = NOW + timedelta(minutes=minutes)
    drafting.save(assignment=assignment, phase=MAIN, fields=fields, now=now)


def test_the_latest_state_takes_the_place_of_the_one_before(assignment: Assignment) -> None:
    save(assignment, q1=["1"], reason=["Half"])
    save(assignment, 2, q1=["-1"], flags_2=["unsafe", "broken"])

    draft = Draft.objects.get()
    assert draft.fields == {"q1": "-1", "flags_2": ["unsafe", "broken"]}
    assert draft.saved_at == NOW + timedelta(minutes=2)
    assert not Rating.objects.exists()


def test_only_known_fields_are_kept_and_none_without_end(assignment: Assignment) -> None:
    save(
        assignment,
        q1=["1", "2"],
        qx=["1"],
        csrf=["secret"],
        reason=["a\0b" + "x" * 20_000],
        flags_1=["y" * 20_000] * 30,
        away=[],
    )

    fields = Draft.objects.get().fields
    assert sorted(fields) == ["flags_1", "q1", "reason"]
    assert fields["q1"] == "2"
    assert fields["reason"] == "ab" + "x" * 9_998
    assert [len(flag) for flag in fields["flags_1"]] == [10_000] * 10


def test_a_draft_is_a_sign_of_life(session: RatingSession, assignment: Assignment) -> None:
    save(assignment, 7)

    session.refresh_from_db()
    assert session.last_seen_at == NOW + timedelta(minutes=7)


def test_a_correction_is_kept_while_it_is_under_way(session: RatingSession, assignment: Assignment) -> None:
    for own in factories.assignments_of(session):
        factories.rate(own)
    save(assignment, 9, q1=["-2"])
    assert Draft.objects.count() == 1

    participating.review(session=session, now=NOW + timedelta(minutes=10))

    with pytest.raises(drafting.TooLate):
        save(assignment, 11, q1=["0"])
    assert Draft.objects.get().fields == {"q1": "-2"}


@pytest.mark.parametrize("end", ["stopped", "withdrawn"])
def test_nothing_is_kept_after_the_end(session: RatingSession, assignment: Assignment, end: str) -> None:
    if end == "stopped":
        leaving.stop(session=session, now=NOW)
    else:
        RatingSession.objects.update(withdrawn_at=NOW)

    with pytest.raises(drafting.TooLate):
        save(assignment, q1=["1"])

    assert not Draft.objects.exists()


def finish(session: RatingSession) -> None:
    for own in factories.assignments_of(session):
        if not Rating.objects.filter(assignment=own).exists():
            factories.rate(own)
    participating.finish(session=session, now=NOW)


def stop(session: RatingSession) -> None:
    leaving.stop(session=session, now=NOW)


def withdraw(session: RatingSession) -> None:
    withdrawing.withdraw(session=session, delete=False, now=NOW)


@pytest.mark.parametrize("ending", [finish, stop, withdraw])
def test_no_draft_outlives_the_session(
    session: RatingSession, assignment: Assignment, ending: Callable[[RatingSession], None]
) -> None:
    """One that was begun for correcting an answer goes too; other raters keep theirs."""
    factories.rate(assignment)
    save(assignment, reason=["Half"])
    other = factories.assignments_of(factories.make_rater(session.study))[0]
    save(other, reason=["Another's"])

    ending(session)

    assert [draft.assignment for draft in Draft.objects.all()] == [other]


def test_no_draft_is_kept_of_whoever_is_turned_away() -> None:
    study = factories.make_study()
    add_check(study)
    session = factories.make_rater(factories.open_study(study))
    save(factories.assignments_of(session)[0], reason=["Half"])
    wrong = {"who": CHECK["who"][1], "what": CHECK["what"][1]}

    for attempt in (1, 2):
        understanding.answer(session=session, attempt=attempt, answers=wrong, now=NOW)

    session.refresh_from_db()
    assert session.turned_away_at == NOW
    assert not Draft.objects.exists()


def test_drafts_wait_for_a_rater_who_was_timed_out(session: RatingSession, assignment: Assignment) -> None:
    save(assignment, reason=["Half"])

    leaving.time_out(session=session, now=NOW + timedelta(hours=3))

    assert Draft.objects.get().fields == {"reason": "Half"}
