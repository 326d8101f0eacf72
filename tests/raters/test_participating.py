"""Arriving, consenting, finishing, stopping, and giving pairs back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from raters import arriving, fieldwork, leaving, participating, selectors
from raters.channels import Arrival
from raters.models import Assignment, Booklet, PlatformIdentity, RatingSession, Recruitment
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study())


@pytest.fixture
def prolific(study: Study) -> Study:
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAYME", stopped_code="PART")
    return study


def arrive(study: Study, person: str = "", submission: str = "") -> RatingSession:
    return arriving.arrive(
        study=study, arrival=Arrival(person, "study", submission), known_token=None, now=NOW
    )


def test_arriving_takes_nothing_from_the_plan(study: Study) -> None:
    session = arrive(study)

    assert session.protocol is None
    assert Booklet.objects.unclaimed(study).count() == 4


def test_consent_claims_one_whole_booklet(study: Study) -> None:
    session = arriving.consent(session=arrive(study), now=NOW)

    assert session.protocol == study.protocols.get()
    assert session.booklet.assignments.count() == 4
    assert Booklet.objects.unclaimed(study).count() == 3


def test_consenting_twice_claims_once(study: Study) -> None:
    session = arrive(study)
    arriving.consent(session=session, now=NOW)
    arriving.consent(session=session, now=NOW)

    assert Booklet.objects.filter(session=session).count() == 1
    assert session.events.filter(kind="consented").count() == 1


def test_a_full_study_takes_no_consent_and_stores_none(study: Study) -> None:
    for _ in range(4):
        arriving.consent(session=arrive(study), now=NOW)
    late = arrive(study)

    with pytest.raises(arriving.StudyFull):
        arriving.consent(session=late, now=NOW)

    late.refresh_from_db()
    assert late.consented_at is None
    assert late.protocol is None


def test_a_closed_study_takes_no_newcomers_but_lets_the_others_finish(study: Study) -> None:
    session = factories.make_rater(study)
    fieldwork.close_study(study=study, now=NOW)

    with pytest.raises(arriving.StudyNotOpen):
        arrive(study)
    assert factories.rate_all(session).completed_at is not None


def test_the_platform_id_is_kept_apart_and_hashed_per_study(prolific: Study) -> None:
    session = arrive(prolific, "pid-1", "sub-1")

    assert "pid-1" not in session.platform_hash
    assert len(session.platform_hash) == 64
    assert PlatformIdentity.objects.get().participant_id == "pid-1"
    other = factories.make_study("other-study")
    assert selectors.hmac_of(other, "pid-1") != session.platform_hash


def test_the_same_person_comes_back_to_the_same_session(prolific: Study) -> None:
    assert arrive(prolific, "pid-1", "sub-1") == arrive(prolific, "pid-1", "sub-1")


def test_a_persons_id_alone_never_opens_a_session_with_answers(prolific: Study) -> None:
    arriving.consent(session=arrive(prolific, "pid-1", "sub-1"), now=NOW)

    with pytest.raises(arriving.NotYours):
        arrive(prolific, "pid-1", "guessed")
    with pytest.raises(arriving.NotYours):
        arrive(prolific, "pid-1", "")
    assert arrive(prolific, "pid-1", "sub-1").consented_at == NOW


def test_a_platform_link_without_its_id_is_told_apart(prolific: Study) -> None:
    with pytest.raises(arriving.UnknownPerson):
        arrive(prolific)


def test_no_code_before_every_pair_is_rated(study: Study) -> None:
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session)[:-1]:
        factories.rate(assignment)

    with pytest.raises(participating.PairsOpen):
        participating.finish(session=session, now=NOW)

    session.refresh_from_db()
    assert session.code == ""


def test_the_code_is_the_platforms_or_ones_own(study: Study) -> None:
    own = factories.rate_all(factories.make_rater(study)).code
    Recruitment.objects.create(study=study, completion_code="PAYME", stopped_code="PART")
    platforms = factories.rate_all(factories.make_rater(study)).code

    assert len(own) == 12
    assert platforms == "PAYME"


def test_finishing_again_keeps_the_code(study: Study) -> None:
    session = factories.rate_all(factories.make_rater(study))

    assert participating.finish(session=session, now=NOW + timedelta(days=1)).code == session.code


def test_stopping_keeps_what_was_rated_and_gives_back_the_rest(study: Study) -> None:
    session = factories.make_rater(study)
    first, *rest = factories.assignments_of(session)
    factories.rate(first)

    stopped = leaving.stop(session=session, now=NOW)

    assert stopped.code
    remainder = Booklet.objects.get(remainder_of=session.booklet)
    given_back = list(remainder.assignments.order_by("position").values_list("pair", "order", "kind"))
    assert given_back == [(a.pair_id, a.order, a.kind) for a in rest]
    first.refresh_from_db()
    assert first.released_at is None


def test_a_remainder_is_claimed_like_any_booklet(study: Study) -> None:
    leaver = factories.make_rater(study)
    leaving.stop(session=leaver, now=NOW)
    for _ in range(3):
        factories.make_rater(study)

    successor = factories.make_rater(study)

    assert successor.booklet.remainder_of == leaver.booklet
    with pytest.raises(arriving.StudyFull):
        factories.make_rater(study)


def test_the_abandoned_are_timed_out_after_the_limit(study: Study) -> None:
    session = factories.make_rater(study)
    limit = timedelta(minutes=study.session_minutes)

    assert fieldwork.sweep(now=NOW + limit) == 0
    assert fieldwork.sweep(now=NOW + limit + timedelta(seconds=1)) == 1
    assert fieldwork.sweep(now=NOW + limit + timedelta(seconds=2)) == 0

    session.refresh_from_db()
    assert session.timed_out_at == NOW + limit + timedelta(seconds=1)
    assert Booklet.objects.filter(remainder_of=session.booklet).count() == 1


def test_the_time_limit_is_the_one_that_was_frozen(study: Study) -> None:
    session = factories.make_rater(study)
    limit = timedelta(minutes=study.session_minutes)
    Study.objects.filter(pk=study.pk).update(session_minutes=5)

    assert fieldwork.sweep(now=NOW + limit) == 0
    Study.objects.filter(pk=study.pk).update(session_minutes=600)
    assert leaving.abandoned(now=NOW + limit + timedelta(seconds=1)) == [session]


def test_three_abandoned_sessions_cost_as_many_queries_as_one(study: Study) -> None:
    over = NOW + timedelta(minutes=study.session_minutes + 1)
    counts = []
    for raters in (1, 2):
        for _ in range(raters):
            factories.make_rater(study)
        with CaptureQueriesContext(connection) as queries:
            left = leaving.abandoned(now=over)
        assert len(left) == RatingSession.objects.count()
        counts.append(len(queries))
    assert counts == [2, 2]


def test_somebody_at_work_is_not_timed_out(study: Study) -> None:
    session = factories.make_rater(study)
    over = NOW + timedelta(minutes=study.session_minutes + 5)
    participating.seen(session=session, now=over - timedelta(minutes=10))

    assert fieldwork.sweep(now=over) == 0


def test_a_late_rater_is_kept_as_surplus_and_gets_a_code(study: Study) -> None:
    session = factories.make_rater(study)
    leaving.time_out(session=session, now=NOW)

    done = factories.rate_all(session)

    assert done.code
    progress = selectors.progress_of(study)
    assert (progress.surplus, progress.rated, progress.planned) == (4, 0, 16)


def test_somebody_who_forgot_to_finish_is_completed_by_the_sweep(study: Study) -> None:
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment)

    fieldwork.sweep(now=NOW + timedelta(days=1))

    session.refresh_from_db()
    assert session.completed_at is not None
    assert session.code
    assert not Assignment.objects.filter(released_at__isnull=False).exists()


def test_arrivals_without_consent_are_forgotten(study: Study) -> None:
    arrive(study)
    rater = factories.make_rater(study)

    fieldwork.sweep(now=NOW + timedelta(days=3))

    assert list(RatingSession.objects.all()) == [rater]


def test_a_persons_id_alone_learns_no_address_that_is_used(prolific: Study) -> None:
    early_stranger = arrive(prolific, "pid-1", "")
    victim = arrive(prolific, "pid-1", "sub-1")
    assert victim.token != early_stranger.token

    late_stranger = arrive(prolific, "pid-1", "guessed")
    assert late_stranger.token != victim.token
    back = arriving.consent(session=arrive(prolific, "pid-1", "sub-1"), now=NOW)
    assert back.token not in (early_stranger.token, late_stranger.token)
    assert RatingSession.objects.exclude(platform_hash="").get() == back


def test_a_link_scanner_does_not_disturb_the_person(prolific: Study) -> None:
    person = arrive(prolific, "pid-1", "sub-1")
    scanner = arrive(prolific, "pid-1", "sub-1")

    assert scanner == person
    assert arriving.consent(session=person, now=NOW).consented_at == NOW


def test_before_consent_the_newest_submission_counts(prolific: Study) -> None:
    arrive(prolific, "pid-1", "old")
    arriving.consent(session=arrive(prolific, "pid-1", "new"), now=NOW)

    assert PlatformIdentity.objects.exclude(session__platform_hash="").get().submission_id == "new"
    assert arrive(prolific, "pid-1", "new").consented_at == NOW


def test_nothing_ends_before_consent(study: Study) -> None:
    session = arrive(study)

    with pytest.raises(participating.PairsOpen):
        participating.finish(session=session, now=NOW)
    assert leaving.stop(session=session, now=NOW).stopped_at is None
    assert leaving.time_out(session=session, now=NOW).timed_out_at is None
    participating.read_instructions(session=session, now=NOW)
    session.refresh_from_db()
    assert session.instructed_at is None


def test_consenting_again_after_the_study_closed_is_still_ones_own(study: Study) -> None:
    session = arriving.consent(session=arrive(study), now=NOW)
    fieldwork.close_study(study=study, now=NOW)

    assert arriving.consent(session=session, now=NOW) == session


def test_one_session_that_cannot_be_freed_does_not_keep_the_others(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = factories.make_rater(study), factories.make_rater(study)
    timing_out = leaving.time_out

    def fails_once(*, session: RatingSession, now: datetime) -> RatingSession:
        if session == bad:
            raise DatabaseError
        return timing_out(session=session, now=now)

    monkeypatch.setattr(leaving, "time_out", fails_once)

    assert fieldwork.sweep(now=NOW + timedelta(days=1)) == 1
    good.refresh_from_db()
    assert good.timed_out_at is not None
