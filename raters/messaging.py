"""The inbox: what raters write to the researcher, and what of their own words may speak of a risk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction

from raters.models import Assignment, Message, Rating, RatingSession
from raters.risk import holds_risk
from raters.selectors import document_for

LONGEST: Final = 5000  # characters, a line break being one
MOST: Final = 20  # messages of one session


class Unsendable(Exception):
    """The message was not stored."""


class Empty(Unsendable):
    """Nothing is written."""


class TooLong(Unsendable):
    """The text is longer than LONGEST."""


class TooMany(Unsendable):
    """The session has sent MOST messages."""


@transaction.atomic
def send(*, session: RatingSession, text: str, now: datetime) -> Message:
    """A rater's message to the researcher, before consent and after the end too.

    The same text again is the same message as long as nobody has handled it. Raises Unsendable.
    """
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Empty
    if len(words) > LONGEST:
        raise TooLong
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    sent = Message.objects.filter(session=locked, assignment=None)
    same = sent.filter(text=words, handled_at=None).first()
    if same:
        return same
    if sent.count() >= MOST:
        raise TooMany
    kind = Message.Kind.DISCLOSURE if _speaks_of_risk(locked, words) else Message.Kind.QUESTION
    return Message.objects.create(session=locked, kind=kind, text=words, at=now)


def notice(*, rating: Rating, now: datetime) -> Message | None:
    """Tells the researcher of a written reason that holds a risk phrase, once; None if it holds none."""
    reason = Rating.objects.values_list("reason", flat=True).get(pk=rating.pk)
    session = RatingSession.objects.get(booklet=rating.assignment.booklet_id)
    return notice_words(session=session, text=reason, now=now, assignment=rating.assignment)


def notice_words(
    *, session: RatingSession, text: str, now: datetime, assignment: Assignment | None = None
) -> Message | None:
    """The same for whatever else a rater writes, on a pair or around the pairs."""
    if not _speaks_of_risk(session, text):
        return None
    return _once(session, assignment, Message.Kind.DISCLOSURE, text, now)


def distress(*, assignment: Assignment, text: str, now: datetime) -> Message:
    """A rater left out a pair as too upsetting; `text` is what they wrote with it, if anything."""
    session = RatingSession.objects.get(booklet=assignment.booklet_id)
    kind = Message.Kind.DISCLOSURE if _speaks_of_risk(session, text) else Message.Kind.DISTRESS
    return _once(session, assignment, kind, text, now)


@transaction.atomic
def handle(*, messages: Iterable[Message], user: AbstractBaseUser | AnonymousUser, now: datetime) -> int:
    """Somebody has read and dealt with these; how many were new. Who was first stays on record."""
    chosen = Message.objects.filter(pk__in=[message.pk for message in messages], handled_at=None)
    return chosen.update(handled_at=now, handled_by_id=user.pk)


def _once(
    session: RatingSession, assignment: Assignment | None, kind: Message.Kind, text: str, now: datetime
) -> Message:
    message, _ = Message.objects.get_or_create(
        session=session, assignment=assignment, kind=kind, text=text, defaults={"at": now}
    )
    return message


def _speaks_of_risk(session: RatingSession, text: str) -> bool:
    return bool(text) and holds_risk(text, document_for(session).journey.risk_phrases)
