"""Retention dates: what goes when, and the record of it."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from raters import leaving, retaining, tasks
from raters.models import (
    Answer,
    Draft,
    Erasure,
    Event,
    Message,
    PlatformIdentity,
    Rating,
    RatingSession,
    Skip,
)
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import WORDS, export_of, make_busy_rater, make_busy_study

pytestmark = pytest.mark.django_db


def ended(session: RatingSession) -> RatingSession:
    return leaving.stop(session=session, now=NOW)


def test_platform_ids_go_on_their_day_and_not_before() -> None:
    ended(make_busy_rater(make_busy_study(identity_days=90)))

    assert retaining.enforce(now=NOW + timedelta(days=90, seconds=-1)) == 0
    assert retaining.enforce(now=NOW + timedelta(days=90)) == 1
    assert retaining.enforce(now=NOW + timedelta(days=90)) == 0
    assert not PlatformIdentity.objects.exists()
    erasure = Erasure.objects.get()
    assert (erasure.cause, erasure.counts, erasure.exports) == ("retention", {"platform_identities": 1}, [])
    assert erasure.at == NOW + timedelta(days=90)
    assert RatingSession.objects.get().platform_hash != ""


def test_own_words_go_and_what_was_chosen_stays() -> None:
    study = make_busy_study(identity_days=0, texts_days=30)
    session = ended(make_busy_rater(study))
    # Ending deletes drafts; one that outlived it is found all the same.
    last = session.booklet.assignments.order_by("position")[3]
    Draft.objects.create(assignment=last, phase="main", fields={"reason": "Mine"}, saved_at=NOW)
    export_of(study)

    assert retaining.enforce(now=NOW + timedelta(days=30)) == 1
    assert retaining.enforce(now=NOW + timedelta(days=31)) == 0
    erasure = Erasure.objects.get()
    assert erasure.counts == {
        "reasons": 2,
        "skip_notes": 1,
        "messages": 2,
        "drafts": 1,
        "answers": 2,
        "events": 1,
    }
    assert (erasure.pseudonym, len(erasure.exports)) == (session.pseudonym, 1)
    assert not Draft.objects.exists()
    assert [rating.scores.count() for rating in Rating.objects.all()] == [6, 6]
    assert sorted(Answer.objects.values_list("key", "value")) == [
        ("age", "18-40"),
        ("compared", ""),
        ("more", ""),
    ]
    texts = [
        *Rating.objects.values_list("reason", flat=True),
        *Skip.objects.values_list("note", flat=True),
        *Message.objects.values_list("text", flat=True),
        *map(str, Event.objects.values_list("data", flat=True)),
    ]
    assert not any(WORDS in text for text in texts)
    assert Message.objects.count() == 2
    assert Event.objects.filter(kind="corrected").get().data == {"position": 1}


def test_zero_days_is_never() -> None:
    ended(make_busy_rater(make_busy_study(identity_days=0, texts_days=0)))

    assert retaining.enforce(now=NOW + timedelta(days=10_000)) == 0


def test_who_never_ended_counts_from_when_they_were_last_seen() -> None:
    session = make_busy_rater(make_busy_study(identity_days=1))
    RatingSession.objects.filter(pk=session.pk).update(last_seen_at=NOW + timedelta(days=1))

    assert retaining.enforce(now=NOW + timedelta(days=2, seconds=-1)) == 0
    assert retaining.enforce(now=NOW + timedelta(days=2)) == 1


def test_each_session_by_its_own_protocol() -> None:
    ended(make_busy_rater(make_busy_study(identity_days=1)))
    ended(make_busy_rater(make_busy_study(slug="another", identity_days=3)))

    assert retaining.enforce(now=NOW + timedelta(days=2)) == 1
    assert PlatformIdentity.objects.get().session.study.slug == "another"


def test_one_bad_session_does_not_keep_the_others(caplog: pytest.LogCaptureFixture) -> None:
    study = make_busy_study(identity_days=1)
    bad = ended(make_busy_rater(study, "a"))
    ended(factories.make_rater(study, participant_id="b"))
    work = retaining._identity

    def fail(session: RatingSession, journey: object) -> dict[str, int]:
        if session == bad:
            raise DatabaseError
        return work(session, journey)  # type: ignore[arg-type]

    with patch.object(retaining, "_identity", fail):
        assert retaining.enforce(now=NOW + timedelta(days=1)) == 1
    assert "the next run tries again" in caplog.text
    assert PlatformIdentity.objects.get().session == bad
    assert retaining.enforce(now=NOW + timedelta(days=1)) == 1


def test_where_nothing_is_due_it_costs_the_same_however_many_there_are() -> None:
    study = make_busy_study(identity_days=90, texts_days=90)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert retaining.enforce(now=NOW) == 0
        return len(queries)

    make_busy_rater(study, "a")
    one = cost()
    for name in ("b", "c"):
        factories.rate_all(factories.make_rater(study, participant_id=name))
    assert cost() == one == 3


@pytest.mark.usefixtures("eager_tasks")
def test_the_timer_knows_the_hourly_job() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["retention"]
    assert (entry["task"], entry["schedule"]) == (tasks.retain.name, timedelta(hours=1))
    ended(make_busy_rater(make_busy_study(identity_days=1)))

    tasks.retain.delay()

    assert not PlatformIdentity.objects.exists()
