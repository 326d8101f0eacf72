"""Withdrawing, with and without deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters import arriving, participating, rating, selectors, withdrawing
from raters.channels import Arrival
from raters.models import Booklet, Erasure, Event, Rating, RatingSession
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import export_of, make_busy_rater, make_busy_study, rows_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def study() -> Study:
    return make_busy_study()


@pytest.fixture
def session(study: Study) -> RatingSession:
    return make_busy_rater(study)


def withdraw(session: RatingSession, *, delete: bool) -> RatingSession:
    return withdrawing.withdraw(session=session, delete=delete, now=LATER)


def test_withdrawing_keeps_what_was_given_and_gives_the_rest_back(session: RatingSession) -> None:
    gone = withdraw(session, delete=False)

    assert (gone.withdrawn_at, gone.stopped_at, gone.erased_at) == (LATER, LATER, None)
    assert len(gone.code) == 12
    assert Rating.objects.count() == 2
    assert Booklet.objects.get(remainder_of=session.booklet).assignments.count() == 1
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True))[-2:] == ["stopped", "withdrawn"]
    assert not Erasure.objects.exists()
    assert selectors.outcome_of(gone) == "withdrawn"


def test_withdrawing_with_deletion_leaves_the_row_and_its_code(study: Study, session: RatingSession) -> None:
    job = export_of(study)
    gone = withdraw(session, delete=True)

    assert (gone.withdrawn_at, gone.erased_at, gone.opted_out, gone.rater_group) == (LATER, LATER, [], "")
    assert len(gone.code) == 12
    assert {name: count for name, count in rows_of(gone).items() if count} == {"PlatformIdentity": 1}
    erasure = Erasure.objects.get()
    assert (erasure.study, erasure.pseudonym, erasure.cause) == (study, gone.pseudonym, "rater")
    assert erasure.counts == {
        "ratings": 2,
        "flags": 1,
        "skips": 1,
        "guesses": 1,
        "answers": 3,
        "messages": 2,
        "events": 6,
        "pairs": 2,
        "planned": 4,
        "done": 3,
    }
    assert erasure.exports == [f"kind-words-20250303-090000.zip, 2025-03-03 09:00 UTC, SHA-256 {job.sha256}"]


def test_the_whole_row_goes_back_to_the_plan(session: RatingSession) -> None:
    withdraw(session, delete=True)

    given = Booklet.objects.filter(remainder_of=session.booklet)
    assert sorted(booklet.assignments.count() for booklet in given) in ([1, 3], [2, 2])
    assert sum(booklet.assignments.count() for booklet in given) == 4
    assert not session.booklet.assignments.live().exists()


def test_who_withdrew_is_paid_for_the_pairs_that_were_deleted(study: Study, session: RatingSession) -> None:
    withdraw(session, delete=True)

    (payment,) = selectors.payments_of(study)
    assert (payment.participant_id, payment.outcome, payment.pairs) == ("LOUD-pid", "withdrawn", 2)


def test_twice_is_once_and_deletion_may_follow(session: RatingSession) -> None:
    first = withdraw(session, delete=False)
    again = withdrawing.withdraw(session=first, delete=False, now=LATER + timedelta(hours=1))
    assert (again.withdrawn_at, again.code) == (LATER, first.code)

    deleted = withdraw(first, delete=True)
    withdraw(first, delete=True)
    withdraw(first, delete=False)
    assert (deleted.erased_at, deleted.code) == (LATER, first.code)
    assert Erasure.objects.count() == 1
    assert not Rating.objects.exists()


def test_a_complete_session_keeps_its_code(study: Study) -> None:
    session = factories.make_rater(study, participant_id="p")
    code = factories.rate_all(session).code

    gone = withdraw(session, delete=True)

    assert (gone.code, gone.stopped_at) == (code, None)
    assert gone.completed_at is not None
    assert not Rating.objects.exists()


def test_deletion_is_refused_where_the_consent_said_that_answers_stay() -> None:
    session = make_busy_rater(make_busy_study(withdrawal="keep"))

    with pytest.raises(withdrawing.DeletionNotPromised):
        withdraw(session, delete=True)
    session.refresh_from_db()
    assert (session.withdrawn_at, Rating.objects.count()) == (None, 2)
    assert withdraw(session, delete=False).withdrawn_at == LATER


def test_before_consent_there_is_nothing_to_withdraw() -> None:
    study = factories.open_study(factories.make_study())
    newcomer = arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW)

    for delete in (True, False):
        assert withdraw(newcomer, delete=delete).withdrawn_at is None


@pytest.mark.parametrize("delete", [True, False])
def test_nothing_is_accepted_afterwards(session: RatingSession, delete: bool) -> None:
    withdraw(session, delete=delete)

    with pytest.raises(rating.SessionOver):
        factories.rate(factories.assignments_of(session)[3])
    assert participating.finish(session=session, now=LATER).completed_at is None
