"""Taking part: from the instructions to the completion code."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from raters.models import Draft, Event, RatingSession
from raters.noting import note
from raters.outcomes import code_for, outcome_of_finishing
from raters.resting import SUGGESTED, has_rested
from raters.selectors import open_assignments, recruitment_of, rest_of
from studies.protocol import MAIN, RUBRIC


class PairsOpen(Exception):
    """There are pairs left to rate."""


def read_instructions(*, session: RatingSession, now: datetime) -> None:
    """The rater has read the instructions; before consent there is nothing to read."""
    RatingSession.objects.filter(
        pk=session.pk, consented_at__isnull=False, instructed_at__isnull=True
    ).update(instructed_at=now, last_seen_at=now)


def seen(*, session: RatingSession, now: datetime) -> None:
    """The rater is at work. After a long rest a new sitting begins."""
    rows = RatingSession.objects.filter(pk=session.pk)
    if session.sitting_started_at is None or has_rested(session.last_seen_at, now):
        rows.update(sitting_started_at=now, last_seen_at=now)
    else:
        rows.filter(last_seen_at__lt=now).update(last_seen_at=now)


@transaction.atomic
def rest(*, session: RatingSession, now: datetime) -> RatingSession:
    """Goes on after a suggested break. A rest that is due for sure stays due: this changes nothing."""
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if has_ended(locked) or rest_of(locked, now) not in SUGGESTED:
        return locked
    locked.rested_at = now
    locked.last_seen_at = now
    locked.save(update_fields=["rested_at", "last_seen_at"])
    note(locked, Event.Kind.RESTED, now)
    return locked


@transaction.atomic
def review(*, session: RatingSession, now: datetime) -> RatingSession:
    """Ends the rating part: from here on no answer on a pair changes. Raises PairsOpen."""
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if locked.reviewed_at or has_ended(locked):
        return locked
    if locked.consented_at is None or has_pairs_open(locked):
        raise PairsOpen
    locked.reviewed_at = now
    locked.last_seen_at = now
    locked.save(update_fields=["reviewed_at", "last_seen_at"])
    note(locked, Event.Kind.REVIEWED, now)
    return locked


def has_pairs_open(session: RatingSession) -> bool:
    """Whether something is left to rate; after the rating part nothing is, whatever comes in late."""
    return session.reviewed_at is None and any(
        open_assignments(session, phase).exists() for phase in (MAIN, RUBRIC)
    )


def has_ended(session: RatingSession) -> bool:
    """In whatever way: nothing more is collected from this rater."""
    ends = (session.completed_at, session.stopped_at, session.turned_away_at, session.withdrawn_at)
    return any(end is not None for end in ends)


def forget_drafts(session: RatingSession) -> None:
    """At the end: what was never sent is nobody's to keep. Within the transaction that ends the session."""
    Draft.objects.filter(assignment__booklet__session=session).delete()


@transaction.atomic
def finish(*, session: RatingSession, now: datetime) -> RatingSession:
    """Completes a session of which every pair is rated, and gives it its code. Raises PairsOpen.

    Failed attention checks are never a rejection: they may have a code of their own, and are complete.
    Ends the rating part, where the rater did not: no answer on a pair changes after this.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if has_ended(locked):
        return locked
    if locked.consented_at is None or has_pairs_open(locked):
        raise PairsOpen
    locked.completed_at = now
    locked.reviewed_at = locked.reviewed_at or now
    locked.code = code_for(recruitment_of(locked.study), outcome_of_finishing(locked))
    locked.save(update_fields=["completed_at", "reviewed_at", "code"])
    forget_drafts(locked)
    note(locked, Event.Kind.COMPLETED, now)
    return locked
