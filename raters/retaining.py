"""Retention: platform ids, invitations and raters' own words go on the date that their protocol names."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from raters import forgetting
from raters.erasing import exports_holding, known_of
from raters.models import (
    Answer,
    Draft,
    Erasure,
    Event,
    Invitation,
    Message,
    Rating,
    RatingSession,
    Skip,
)
from raters.selectors import invitations_by_hash
from studies.models import Passage, Protocol, Study
from studies.protocol import Journey
from studies.selectors import current_protocol

log = logging.getLogger(__name__)

#: Sessions a run looks after for each protocol and kind; the rest is the next run's.
BATCH: Final = 500
#: What no export holds.
NEVER_EXPORTED: Final = frozenset({"platform_identities", "invitations"})
Erase = Callable[[RatingSession], dict[str, int]]


def enforce(*, now: datetime) -> int:
    """Deletes what is due, session by session, each with its record; how many records. Twice is once."""
    done = 0
    forgetting.forget_what_came_later(now)
    for protocol in Protocol.objects.select_related("study").order_by("pk"):
        journey = protocol.document().journey
        if journey.identity_days:
            due = _ended(protocol, _before(journey.identity_days, now)).filter(_is_known(protocol.study))
            done += _erase_each(due, _identity, now)
        if journey.texts_days:
            before = _before(journey.texts_days, now)
            due = _ended(protocol, before).filter(_has_words(journey, before))
            done += _erase_each(due, partial(_words, journey=journey, before=before, now=now), now)
    return done + _forget_unused_invitations(now)


def _before(days: int, now: datetime) -> datetime:
    return now - timedelta(days=days)


def _ended(protocol: Protocol, before: datetime) -> QuerySet[RatingSession]:
    """Sessions that had ended by then, in whatever way; or were last seen then."""
    end = Coalesce(
        "completed_at",
        "stopped_at",
        "turned_away_at",
        "withdrawn_at",
        "returned_at",
        "timed_out_at",
        "last_seen_at",
    )
    return protocol.sessions.annotate(ended=end).filter(ended__lte=before).order_by("pk")


def _erase_each(due: QuerySet[RatingSession], erase: Erase, now: datetime) -> int:
    done = 0
    for session in due[:BATCH]:
        try:
            done += _erase_one(session, erase, now)
        except DatabaseError:
            log.exception("One session's retention could not be enforced; the next run tries again.")
    return done


@transaction.atomic
def _erase_one(session: RatingSession, erase: Erase, now: datetime) -> bool:
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    counts = {name: count for name, count in erase(locked).items() if count}
    if not counts:
        return False
    exports = [] if counts.keys() <= NEVER_EXPORTED else exports_holding(locked)
    _record(locked.study_id, locked.pseudonym, counts, exports, now)
    return True


def _record(study: int, pseudonym: str, counts: dict[str, int], exports: list[str], now: datetime) -> None:
    Erasure.objects.create(
        study_id=study,
        pseudonym=pseudonym,
        cause=Erasure.Cause.RETENTION,
        counts=counts,
        exports=exports,
        at=now,
    )


def _is_known(study: Study) -> Q:
    """Sessions beside which a platform id stands, or the name under which somebody was invited."""
    return Q(identity__isnull=False) | Q(platform_hash__in=invitations_by_hash(study))


def _identity(session: RatingSession) -> dict[str, int]:
    return {name: rows.delete()[0] for name, rows in known_of(session).items()}


def _forget_unused_invitations(now: datetime) -> int:
    """Those of closed studies, once platform ids would be due; one record a study, which names nobody."""
    done = 0
    closed = Study.objects.filter(closed_at__isnull=False, invitations__isnull=False).distinct()
    for study in closed.order_by("pk"):
        protocol = current_protocol(study)
        days = protocol.document().journey.identity_days if protocol else 0
        if days and study.closed_at and study.closed_at <= _before(days, now):
            done += _forget_unused(study, now)
    return done


@transaction.atomic
def _forget_unused(study: Study, now: datetime) -> bool:
    used = set(study.sessions.exclude(platform_hash="").values_list("platform_hash", flat=True))
    unused = [pk for known, pk in invitations_by_hash(study).items() if known not in used]
    count, _by_model = Invitation.objects.filter(pk__in=unused).delete()
    if count:
        _record(study.pk, "", {"invitations": count}, [], now)
    return bool(count)


def _words(session: RatingSession, *, journey: Journey, before: datetime, now: datetime) -> dict[str, int]:
    """Empties what the rater wrote, also where it was set out to be coded.

    That there was a message, a skip or a correction stays known.
    """
    # First, as it holds the ratings.
    forgotten = forgetting.forget_words(session, now)
    messages = _messages_due(before).filter(session=session)
    own = Q(assignment__booklet__session=session)
    return {
        "reasons": Rating.objects.filter(own).exclude(reason="").update(reason=""),
        "skip_notes": Skip.objects.filter(own).exclude(note="").update(note=""),
        "messages": messages.update(text=""),
        "drafts": Draft.objects.filter(own).delete()[0],
        "answers": Answer.objects.filter(_free(journey), session=session).exclude(value="").update(value=""),
        "events": _forget_what_was_before(session),
        **forgotten,
    }


def _messages_due(before: datetime) -> QuerySet[Message]:
    """Whatever nobody has handled stays, however old; what was written after the end has days of its own."""
    return Message.objects.filter(handled_at__isnull=False, at__lte=before).exclude(text="")


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


def _has_words(journey: Journey, before: datetime) -> Q:
    own = {"assignment__booklet__session": OuterRef("pk")}
    of_session = {"session": OuterRef("pk")}
    return (
        Q(Exists(Rating.objects.filter(**own).exclude(reason="")))
        | Q(Exists(Skip.objects.filter(**own).exclude(note="")))
        | Q(Exists(Draft.objects.filter(**own)))
        | Q(Exists(_messages_due(before).filter(**of_session)))
        | Q(Exists(Answer.objects.filter(_free(journey), **of_session).exclude(value="")))
        | Q(Exists(Event.objects.filter(data__has_key="before", **of_session)))
        | Q(Exists(Passage.objects.legible().filter(of_rater__rating__in=Rating.objects.filter(**own))))
    )
