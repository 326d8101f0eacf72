"""Leaving before the end: stopping with a code, timing out, and giving pairs back to the plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from raters import replanning
from raters.models import Assignment, Booklet, Event, RatingSession, Skip
from raters.noting import note
from raters.outcomes import Outcome, code_for
from raters.participating import finish, forget_drafts, has_ended, has_pairs_open
from raters.selectors import recruitment_of
from studies.models import Protocol
from studies.protocol import MAIN

#: A rater who was here this recently is at work: their pairs are not given to somebody else.
AT_WORK: Final = timedelta(minutes=15)


@transaction.atomic
def stop(*, session: RatingSession, now: datetime) -> RatingSession:
    """Ends early with a code of its own; what is unrated goes back into the plan, what is rated stays.

    A session in which nothing is left to rate is completed instead: it is paid as a whole.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if has_ended(locked) or locked.consented_at is None:
        return locked
    if locked.instructed_at and not has_pairs_open(locked):
        return finish(session=locked, now=now)
    locked.stopped_at = now
    locked.code = code_for(recruitment_of(locked.study), Outcome.STOPPED_EARLY)
    locked.save(update_fields=["stopped_at", "code"])
    forget_drafts(locked)
    released = _give_back(locked, now)
    note(locked, Event.Kind.STOPPED, now, released=released)
    return locked


@transaction.atomic
def time_out(*, session: RatingSession, now: datetime) -> RatingSession:
    """Gives the open pairs of an abandoned session to somebody else.

    A session in which nothing was left open is completed instead. The rater may still come back: what they
    then rate is kept as surplus, and they still get their code; drafts wait for them.
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
    """Sessions over their protocol's time limit whose rater is not at work any more; two queries."""
    running = RatingSession.objects.filter(
        Q(last_seen_at__lt=now - AT_WORK),
        consented_at__isnull=False,
        completed_at__isnull=True,
        stopped_at__isnull=True,
        turned_away_at__isnull=True,
        withdrawn_at__isnull=True,
        timed_out_at__isnull=True,
    )
    protocols = Protocol.objects.filter(sessions__in=running).distinct()
    limits = {one.pk: timedelta(minutes=one.document().design.session_minutes) for one in protocols}
    return [
        session
        for session in running
        if session.consented_at
        and session.protocol_id
        and session.consented_at + limits[session.protocol_id] < now
    ]


@transaction.atomic
def release(*, assignment: Assignment, now: datetime) -> None:
    """Takes a skipped assignment from its rater. A main pair goes back into the plan, once.

    Its repeats are skipped with it, for the same reason: what somebody did not want to see never comes back.
    """
    RatingSession.objects.select_for_update().get(booklet=assignment.booklet_id)
    repeats = _repeats_to_come(assignment)
    skipped = Skip.objects.filter(assignment=assignment, phase=MAIN).first()
    Skip.objects.bulk_create(
        Skip(
            assignment=repeat,
            phase=MAIN,
            reason=skipped.reason if skipped else Skip.Reason.OTHER,
            skipped_at=now,
        )
        for repeat in repeats
    )
    replanning.release(assignments=[assignment, *repeats], now=now)


def _repeats_to_come(assignment: Assignment) -> list[Assignment]:
    if assignment.kind != Assignment.Kind.MAIN:
        return []
    same = Assignment.objects.filter(booklet=assignment.booklet_id, pair=assignment.pair_id)
    return list(same.filter(kind=Assignment.Kind.REPEAT).open(MAIN))


@transaction.atomic
def give_back_all(*, session: RatingSession, now: datetime) -> RatingSession:
    """All that the rater had goes back into the plan, rated or not: for ratings that are not analysed.

    A second call changes nothing.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    _give_back(locked, now, rated_too=True)
    return locked


def _give_back(session: RatingSession, now: datetime, *, rated_too: bool = False) -> int:
    """Releases what is unrated. The rows are locked first, so that a rating under way is waited for."""
    booklet = Booklet.objects.filter(session=session).first()
    if booklet is None:
        return 0
    replanning.lock_plan(booklet.protocol_id)
    live = Assignment.objects.filter(booklet=booklet).live()
    list(live.select_for_update().values_list("pk", flat=True))
    left_over = list(live if rated_too else live.open())
    Assignment.objects.filter(pk__in=[old.pk for old in left_over]).update(released_at=now)
    replanning.replan_remainder(booklet=booklet, left_over=left_over)
    return len(left_over)
