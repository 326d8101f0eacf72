"""A coder's way: begins, is at it, stops."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from raters.coding import planning
from raters.models import CodingAssignment, CodingSession
from studies.coding import codebooks


@transaction.atomic
def begin(*, session: CodingSession, now: datetime) -> None:
    """The coder has read what awaits them. A second time changes nothing."""
    planning.lock_plan(session.study_id)
    rows = CodingSession.objects.filter(pk=session.pk, started_at__isnull=True, stopped_at__isnull=True)
    if rows.update(started_at=now, last_seen_at=now):
        # What was edited since the invitation is for whoever has not coded: freezing moves them along.
        with suppress(codebooks.CodebookError):
            codebooks.freeze(study=session.study, now=now)


def seen(*, session: CodingSession, now: datetime) -> None:
    CodingSession.objects.filter(pk=session.pk).update(last_seen_at=now)


@transaction.atomic
def stop(*, session: CodingSession, now: datetime) -> None:
    """Ends for good: what is coded stays, what is open goes to others, drafts go."""
    planning.lock_plan(session.study_id)
    rows = CodingSession.objects.filter(pk=session.pk, started_at__isnull=False, stopped_at__isnull=True)
    if rows.update(stopped_at=now, last_seen_at=now):
        planning.hand_over(session=session, now=now)
        CodingAssignment.objects.filter(session=session).update(draft={})
