"""The end of the journey: the code, and whether what was given is kept."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from raters.models import RatingSession
from raters.participating import finish, has_ended
from raters.selectors import document_for, facts_of
from raters.steps import Step, current_step
from raters.withdrawing import withdraw


class NotDue(Exception):
    """Something comes before the debrief."""


@transaction.atomic
def conclude(*, session: RatingSession, delete: bool, now: datetime) -> RatingSession:
    """Completes the session with its code and, where the consent promised it, deletes what was given.

    Deleting is still possible after completion: whoever presses both buttons gets what they pressed last.
    Raises NotDue, and PairsOpen.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if not has_ended(locked):
        if current_step(facts_of(locked, now)) is not Step.DEBRIEF:
            raise NotDue
        locked = finish(session=locked, now=now)
    may_delete = document_for(locked).journey.withdrawal == "either" and locked.completed_at is not None
    if delete and may_delete and locked.erased_at is None:
        return withdraw(session=locked, delete=True, now=now)
    return locked
