"""Skipping: a pair that a rater does not want to answer. It costs nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from raters import leaving, messaging, participating
from raters.models import Assignment, Draft, Event, Rating, RatingSession, Skip
from raters.noting import note as write_down
from studies.protocol import MAIN


class AlreadyRated(Exception):
    """There is an answer on the pair; it can be changed, not skipped."""


class TooLate(Exception):
    """The rating part or the session has ended."""


@transaction.atomic
def skip(*, assignment: Assignment, phase: str, reason: str, note: str, now: datetime) -> Skip:
    """Leaves a pair out in one phase; skipped before, nothing changes.

    In the first pass the pair goes back into the plan. `reason` is a Skip.Reason; a pair that was too
    upsetting reaches the researcher's inbox. Raises AlreadyRated and TooLate.
    """
    session = RatingSession.objects.select_for_update().get(booklet=assignment.booklet_id)
    locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
    if session.reviewed_at or participating.has_ended(session):
        raise TooLate
    if Rating.objects.filter(assignment=locked, phase=phase).exists():
        raise AlreadyRated
    skipped, is_new = Skip.objects.get_or_create(
        assignment=locked, phase=phase, defaults={"reason": reason, "note": note, "skipped_at": now}
    )
    if not is_new:
        return skipped
    Draft.objects.filter(assignment=locked, phase=phase).delete()
    if phase == MAIN:
        leaving.release(assignment=locked, now=now)
    write_down(session, Event.Kind.SKIPPED, now, position=locked.position, phase=phase, reason=reason)
    _tell(session, locked, reason, note, now)
    participating.seen(session=session, now=now)
    return skipped


def _tell(session: RatingSession, assignment: Assignment, reason: str, note: str, now: datetime) -> None:
    """What a researcher should hear of: distress, and own words that may speak of a risk."""
    if reason == Skip.Reason.UPSETTING:
        messaging.distress(assignment=assignment, text=note, now=now)
    else:
        messaging.notice_words(session=session, text=note, now=now, assignment=assignment)
