"""Leaving before the end: stopping with a code, timing out, and giving pairs back to the plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from raters import planning
from raters.models import Assignment, Booklet, Event, RatingSession
from raters.noting import note
from raters.participating import finish, has_ended, has_pairs_open, own_code
from raters.selectors import recruitment_of

#: A rater who was here this recently is at work: their pairs are not given to somebody else.
AT_WORK: Final = timedelta(minutes=15)


@transaction.atomic
def stop(*, session: RatingSession, now: datetime) -> RatingSession:
    """Ends early with a code of its own; what is unrated goes back into the plan, what is rated stays."""
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if has_ended(locked) or locked.consented_at is None:
        return locked
    locked.stopped_at = now
    locked.code = recruitment_of(locked.study).stopped_code or own_code()
    locked.save(update_fields=["stopped_at", "code"])
    released = _give_back(locked, now)
    note(locked, Event.Kind.STOPPED, now, released=released)
    return locked


@transaction.atomic
def time_out(*, session: RatingSession, now: datetime) -> RatingSession:
    """Gives the open pairs of an abandoned session to somebody else.

    A session in which nothing was left open is completed instead. The rater may still come back: what they
    then rate is kept as surplus, and they still get their code.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if has_ended(locked) or locked.timed_out_at or locked.consented_at is None:
        return locked
    if not has_pairs_open(locked):
        return finish(session=locked, now=now)
    locked.timed_out_at = now
    locked.save(update_fields=["timed_out_at"])
    released = _give_back(locked, now)
    note(locked, Event.Kind.TIMED_OUT, now, released=released)
    return locked


def abandoned(*, now: datetime) -> list[RatingSession]:
    """Sessions over their study's time limit whose rater is not at work any more."""
    running = RatingSession.objects.filter(
        Q(last_seen_at__lt=now - AT_WORK),
        consented_at__isnull=False,
        completed_at__isnull=True,
        stopped_at__isnull=True,
        turned_away_at__isnull=True,
        withdrawn_at__isnull=True,
        timed_out_at__isnull=True,
    ).select_related("study")
    return [
        session
        for session in running
        if session.consented_at
        and session.consented_at + timedelta(minutes=session.study.session_minutes) < now
    ]


def release(*, assignment: Assignment, now: datetime) -> None:
    """Gives one pair back: whatever is answered on it from now on counts as surplus."""
    Assignment.objects.filter(pk=assignment.pk, released_at__isnull=True).update(released_at=now)


def _give_back(session: RatingSession, now: datetime) -> int:
    """Releases what is unrated. The rows are locked first, so that a rating under way is waited for."""
    booklet = Booklet.objects.filter(session=session).first()
    if booklet is None:
        return 0
    live = Assignment.objects.filter(booklet=booklet).live()
    list(live.select_for_update().values_list("pk", flat=True))
    left_over = list(live.open().order_by("position"))
    Assignment.objects.filter(pk__in=[old.pk for old in left_over]).update(released_at=now)
    planning.replan_remainder(booklet=booklet, left_over=left_over)
    return len(left_over)
