"""Fieldwork: opening and closing a study, and sweeping up after raters who have left."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from raters import participating, planning
from raters.models import RatingSession
from studies import freezing
from studies.models import Protocol, Study

#: Arrivals that never consented (link scanners among them) are forgotten after this.
FORGET_ARRIVALS: Final = timedelta(days=2)


class CannotOpen(Exception):
    """The study cannot be opened now; the message says why."""


class CannotClose(Exception):
    """The study cannot be closed now; the message says why."""


@transaction.atomic
def open_study(*, study: Study, now: datetime) -> tuple[Protocol, planning.Plan]:
    """Freezes if need be, plans all booklets, and lets raters in. Opening an open study changes nothing.

    Raises studies.freezing.NotReady, and CannotOpen for a closed study.
    """
    if study.closed_at is not None:
        raise CannotOpen("the study is closed; a closed study is not opened again")
    protocol = freezing.freeze(study=study, now=now)
    planned = planning.plan(protocol=protocol)
    Study.objects.filter(pk=study.pk, opened_at__isnull=True).update(opened_at=now)
    study.refresh_from_db()
    return protocol, planned


@transaction.atomic
def close_study(*, study: Study, now: datetime) -> Study:
    """No new raters; those who have started may finish. Raises CannotClose for a study never opened."""
    if study.opened_at is None:
        raise CannotClose("the study was never opened")
    Study.objects.filter(pk=study.pk, closed_at__isnull=True).update(closed_at=now)
    study.refresh_from_db()
    return study


def sweep(*, now: datetime) -> int:
    """Frees the pairs of abandoned sessions and forgets arrivals without consent; how many were freed."""
    freed = 0
    for session in participating.abandoned(now=now):
        participating.time_out(session=session, now=now)
        freed += 1
    RatingSession.objects.filter(consented_at__isnull=True, arrived_at__lt=now - FORGET_ARRIVALS).delete()
    return freed
