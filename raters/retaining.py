"""Retention: platform ids and raters' own words go on the date that their protocol names."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from raters.erasing import exports_holding
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
from studies.models import Protocol
from studies.protocol import Journey

log = logging.getLogger(__name__)

#: Sessions a run looks after for each protocol and kind; the rest is the next run's.
BATCH: Final = 500
Erase = Callable[[RatingSession, Journey], dict[str, int]]


def enforce(*, now: datetime) -> int:
    """Deletes what is due, session by session, each with its record; how many sessions. Twice is once."""
    done = 0
    for protocol in Protocol.objects.order_by("pk"):
        journey = protocol.document().journey
        if journey.identity_days:
            due = _ended(protocol, journey.identity_days, now).filter(identity__isnull=False)
            done += _erase_each(due, journey, _identity, now)
        if journey.texts_days:
            due = _ended(protocol, journey.texts_days, now).filter(_has_words(journey))
            done += _erase_each(due, journey, _words, now)
    return done


def _ended(protocol: Protocol, days: int, now: datetime) -> QuerySet[RatingSession]:
    """Sessions that ended, in whatever way, so many days ago or more; or were last seen then."""
    end = Coalesce(
        "completed_at",
        "stopped_at",
        "turned_away_at",
        "withdrawn_at",
        "returned_at",
        "timed_out_at",
        "last_seen_at",
    )
    return protocol.sessions.annotate(ended=end).filter(ended__lte=now - timedelta(days=days)).order_by("pk")


def _erase_each(due: QuerySet[RatingSession], journey: Journey, erase: Erase, now: datetime) -> int:
    done = 0
    for session in due[:BATCH]:
        try:
            done += _erase_one(session, journey, erase, now)
        except DatabaseError:
            log.exception("One session's retention could not be enforced; the next run tries again.")
    return done


@transaction.atomic
def _erase_one(session: RatingSession, journey: Journey, erase: Erase, now: datetime) -> bool:
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    counts = {name: count for name, count in erase(locked, journey).items() if count}
    if not counts:
        return False
    # No export holds platform ids.
    exports = exports_holding(locked) if erase is _words else []
    Erasure.objects.create(
        study_id=locked.study_id,
        pseudonym=locked.pseudonym,
        cause=Erasure.Cause.RETENTION,
        counts=counts,
        exports=exports,
        at=now,
    )
    return True


def _identity(session: RatingSession, journey: Journey) -> dict[str, int]:
    return {"platform_identities": PlatformIdentity.objects.filter(session=session).delete()[0]}


def _words(session: RatingSession, journey: Journey) -> dict[str, int]:
    """Empties what the rater wrote; that there was a message, a skip or a correction stays known."""
    own = Q(assignment__booklet__session=session)
    return {
        "reasons": Rating.objects.filter(own).exclude(reason="").update(reason=""),
        "skip_notes": Skip.objects.filter(own).exclude(note="").update(note=""),
        "messages": Message.objects.filter(session=session).exclude(text="").update(text=""),
        "drafts": Draft.objects.filter(own).delete()[0],
        "answers": Answer.objects.filter(_free(journey), session=session).exclude(value="").update(value=""),
        "events": _forget_what_was_before(session),
    }


def _forget_what_was_before(session: RatingSession) -> int:
    """A correction's event holds the reason that it replaced."""
    corrected = list(Event.objects.filter(session=session, data__has_key="before"))
    for event in corrected:
        del event.data["before"]
    Event.objects.bulk_update(corrected, ["data"], batch_size=500)
    return len(corrected)


def _free(journey: Journey) -> Q:
    """Answers in the rater's own words: questions without options, and what they think was compared."""
    free = Q(use=Answer.Use.BLINDING)
    for use, questions in (
        (Answer.Use.COMPREHENSION, journey.comprehension),
        (Answer.Use.SURVEY, journey.survey),
    ):
        free |= Q(use=use, key__in=[question.key for question in questions if not question.options])
    return free


def _has_words(journey: Journey) -> Q:
    own = {"assignment__booklet__session": OuterRef("pk")}
    of_session = {"session": OuterRef("pk")}
    return (
        Q(Exists(Rating.objects.filter(**own).exclude(reason="")))
        | Q(Exists(Skip.objects.filter(**own).exclude(note="")))
        | Q(Exists(Draft.objects.filter(**own)))
        | Q(Exists(Message.objects.filter(**of_session).exclude(text="")))
        | Q(Exists(Answer.objects.filter(_free(journey), **of_session).exclude(value="")))
        | Q(Exists(Event.objects.filter(data__has_key="before", **of_session)))
    )
