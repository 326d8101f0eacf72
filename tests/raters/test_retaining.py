"""Retention dates: what goes when, and the record of it."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from raters import arriving, erasing, fieldwork, inviting, leaving, messaging, retaining, tasks
from raters.channels import Arrival
from raters.models import (
    Answer,
    Draft,
    Erasure,
    Event,
    Invitation,
    Message,
    PlatformIdentity,
    Rating,
    RatingSession,
    Recruitment,
    Skip,
)
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import WORDS, export_of, make_busy_rater, make_busy_study

pytestmark = pytest.mark.django_db
#: The busy rater's last message: a reason that may speak of a risk.
RATED = NOW + timedelta(minutes=5)


def ended(session: RatingSession) -> RatingSession:
    return leaving.stop(session=session, now=NOW)


def handle_all() -> None:
    messaging.handle(messages=Message.objects.all(), user=factories.make_staff(), now=NOW)


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
    handle_all()
    # Ending deletes drafts; one that outlived it is found all the same.
    last = session.booklet.assignments.order_by("position")[3]
    Draft.objects.create(assignment=last, phase="main", fields={"reason": "Mine"}, saved_at=NOW)
    export_of(study)

    assert retaining.enforce(now=RATED + timedelta(days=30)) == 1
    assert retaining.enforce(now=RATED + timedelta(days=31)) == 0
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


def test_what_nobody_has_handled_stays_until_somebody_has() -> None:
    ended(make_busy_rater(make_busy_study(identity_days=0, texts_days=30)))
    due = RATED + timedelta(days=30)

    assert retaining.enforce(now=due) == 1
    assert "messages" not in Erasure.objects.get().counts
    assert all(WORDS in text for text in Message.objects.values_list("text", flat=True))
    assert retaining.enforce(now=due) == 0

    handle_all()
    assert retaining.enforce(now=due) == 1
    assert Erasure.objects.order_by("-pk")[0].counts == {"messages": 2}
    assert list(Message.objects.values_list("text", flat=True)) == ["", ""]


def test_a_message_written_after_the_end_has_days_of_its_own() -> None:
    session = ended(make_busy_rater(make_busy_study(identity_days=0, texts_days=30)))
    messaging.send(session=session, text="Where is my pay?", now=NOW + timedelta(days=29))
    handle_all()

    assert retaining.enforce(now=RATED + timedelta(days=30)) == 1
    assert Erasure.objects.get().counts["messages"] == 2
    assert retaining.enforce(now=NOW + timedelta(days=59, seconds=-1)) == 0
    assert Message.objects.exclude(text="").get().text == "Where is my pay?"
    assert retaining.enforce(now=NOW + timedelta(days=59)) == 1
    assert not Message.objects.exclude(text="").exists()


def make_invited(study: Study, *labels: str) -> list[RatingSession]:
    Recruitment.objects.filter(study=study).update(channel="invited")
    made = inviting.invite(study=study, count=len(labels), labels=labels, now=NOW)
    arrive = arriving.arrive
    return [arrive(study=study, arrival=Arrival(one.token), known_token=None, now=NOW) for one in made]


def labels() -> list[str]:
    return list(Invitation.objects.order_by("pk").values_list("label", flat=True))


def test_the_name_of_an_invitation_goes_like_a_platform_id() -> None:
    study = make_busy_study(identity_days=90)
    ann, bo = map(factories.make_rater_of, make_invited(study, "Ann", "Bo"))
    leaving.stop(session=bo, now=NOW + timedelta(days=1))
    ended(ann)

    assert retaining.enforce(now=NOW + timedelta(days=90, seconds=-1)) == 0
    assert retaining.enforce(now=NOW + timedelta(days=90)) == 1
    assert retaining.enforce(now=NOW + timedelta(days=90)) == 0
    assert labels() == ["Bo"]
    erasure = Erasure.objects.get()
    assert (erasure.pseudonym, erasure.counts, erasure.exports) == (ann.pseudonym, {"invitations": 1}, [])


def test_erasing_somebody_who_was_invited_leaves_no_name() -> None:
    ann, _bo = map(factories.make_rater_of, make_invited(make_busy_study(), "Ann", "Bo"))

    erasure = erasing.erase_rater(session=ann, cause=Erasure.Cause.RESEARCHER, now=NOW)

    assert erasure.counts["invitations"] == 1
    assert labels() == ["Bo"]


def test_invitations_that_nobody_used_go_when_the_study_was_closed_for_so_long() -> None:
    study = make_busy_study(identity_days=90)
    (ann,) = map(factories.make_rater_of, make_invited(study, "Ann"))
    inviting.invite(study=study, count=2, labels=["Cy"], now=NOW)
    closed = NOW + timedelta(days=10)
    leaving.stop(session=ann, now=closed + timedelta(hours=1))

    assert retaining.enforce(now=NOW + timedelta(days=1000)) == 1  # Ann's own, in a study that is open
    assert labels() == ["Cy", ""]
    fieldwork.close_study(study=study, now=closed)
    assert retaining.enforce(now=closed + timedelta(days=90, seconds=-1)) == 0
    assert retaining.enforce(now=closed + timedelta(days=90)) == 1
    assert retaining.enforce(now=closed + timedelta(days=90)) == 0
    assert labels() == []
    erasure = Erasure.objects.order_by("-pk")[0]
    assert (erasure.study, erasure.pseudonym, erasure.cause) == (study, "", "retention")
    assert erasure.counts == {"invitations": 2}


def test_an_invitation_in_use_outlasts_the_closing() -> None:
    study = make_busy_study(identity_days=90)
    (ann,) = map(factories.make_rater_of, make_invited(study, "Ann"))
    fieldwork.close_study(study=study, now=NOW)
    leaving.stop(session=ann, now=NOW + timedelta(hours=1))

    assert retaining.enforce(now=NOW + timedelta(days=90)) == 0
    assert labels() == ["Ann"]


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

    def fail(session: RatingSession) -> dict[str, int]:
        if session == bad:
            raise DatabaseError
        return work(session)

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
    assert cost() == one == 9


@pytest.mark.usefixtures("eager_tasks")
def test_the_timer_knows_the_hourly_job() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["retention"]
    assert (entry["task"], entry["schedule"]) == (tasks.retain.name, timedelta(hours=1))
    ended(make_busy_rater(make_busy_study(identity_days=1)))

    tasks.retain.delay()

    assert not PlatformIdentity.objects.exists()
