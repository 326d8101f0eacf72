"""The blinding check: what raters think was compared, and who they think wrote the replies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from raters import messaging
from raters.models import Answer, Assignment, Guess, RatingSession
from raters.participating import has_ended, seen
from raters.selectors import blinding_assignments, document_for

COMPARED: Final = "compared"
#: Stored as the certainty of "I don't know" where none was given: the least there is.
LEAST: Final = 1


class NotAsked(Exception):
    """The blinding check is not due, is over, or does not show this pair."""


@dataclass(frozen=True, slots=True)
class Guessed:
    """About one reply: a `Guess.Source`, and how certain from 1 to 5. "I don't know" may come without."""

    source: str
    certainty: int | None = None


@transaction.atomic
def say_compared(*, session: RatingSession, text: str, now: datetime) -> RatingSession:
    """Stores what the rater thinks was compared, empty or not, once. Raises NotAsked."""
    locked = _at_the_check(session)
    stored = Answer.objects.get_or_create(
        session=locked,
        use=Answer.Use.BLINDING,
        attempt=1,
        key=COMPARED,
        defaults={"value": text, "answered_at": now},
    )
    if stored[1]:
        messaging.notice_words(session=locked, text=text, now=now)
        seen(session=locked, now=now)
    return locked


@transaction.atomic
def guess(*, assignment: Assignment, first: Guessed, second: Guessed, now: datetime) -> Guess:
    """Stores who wrote the replies as they were shown. The first guess stands. Raises NotAsked."""
    locked = _at_the_check(RatingSession.objects.get(booklet=assignment.booklet_id))
    drawn = {own.pk for own in blinding_assignments(locked, document_for(locked))}
    if assignment.pk not in drawn:
        raise NotAsked
    stored, is_new = Guess.objects.get_or_create(
        assignment=assignment,
        defaults={
            "first": first.source,
            "first_certainty": first.certainty or LEAST,
            "second": second.source,
            "second_certainty": second.certainty or LEAST,
            "guessed_at": now,
        },
    )
    if is_new:
        seen(session=locked, now=now)
    return stored


def _at_the_check(session: RatingSession) -> RatingSession:
    """The session, locked. After the end the debrief has said who wrote: no guess is taken any more."""
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    is_held = bool(document_for(locked).journey.blinding_pairs)
    if not is_held or locked.reviewed_at is None or has_ended(locked):
        raise NotAsked
    return locked
