"""Withdrawing: nothing more is collected, and what was given goes too where the rater wants it gone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from raters import erasing, leaving
from raters.models import Erasure, Event, RatingSession
from raters.noting import note
from raters.participating import forget_drafts
from raters.selectors import rights_of


class DeletionNotPromised(Exception):
    """The consent text promised that what was given stays."""


@transaction.atomic
def withdraw(*, session: RatingSession, delete: bool, now: datetime) -> RatingSession:
    """Ends a rater's part for good; twice is once, and deletion may be asked for later.

    Somebody who has no code yet gets the one for stopping now: withdrawing costs nothing. Before consent
    there is nothing to withdraw. Raises DeletionNotPromised.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    rights = rights_of(locked)
    if delete and not rights.may_delete and not locked.erased_at and locked.consented_at:
        raise DeletionNotPromised
    if rights.may_withdraw:
        locked = leaving.stop(session=locked, now=now)
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        forget_drafts(locked)
        note(locked, Event.Kind.WITHDRAWN, now)
    if delete and rights.may_delete:
        erasing.erase_answers(session=locked, cause=Erasure.Cause.RATER, now=now)
    locked.refresh_from_db()
    return locked
