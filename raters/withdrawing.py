"""Withdrawing: nothing more is collected, and what was given is deleted where the rater asks for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from raters.models import Answer, Assignment, Event, Guess, Rating, RatingSession
from raters.noting import note


@transaction.atomic
def withdraw(*, session: RatingSession, delete: bool, now: datetime) -> RatingSession:
    """Withdraws a session, with or without deletion; its code stays, so that it can be paid."""
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if locked.withdrawn_at is None:
        locked.withdrawn_at = now
        note(locked, Event.Kind.WITHDRAWN, now)
    if delete and locked.erased_at is None:
        own = Assignment.objects.filter(booklet__session=locked)
        Rating.objects.filter(assignment__in=own).delete()
        Guess.objects.filter(assignment__in=own).delete()
        Answer.objects.filter(session=locked).delete()
        Event.objects.filter(session=locked).delete()
        locked.erased_at = now
    locked.save(update_fields=["withdrawn_at", "erased_at"])
    return locked
