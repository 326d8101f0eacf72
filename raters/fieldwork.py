"""Fieldwork: opening and closing a study, and sweeping up after raters who have left."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef

from raters import leaving, planning, selectors
from raters.channels import CHANNELS
from raters.models import Message, RatingSession
from studies import freezing, journey
from studies import selectors as material
from studies.models import Protocol, Study

log = logging.getLogger(__name__)

#: Arrivals that never consented (link scanners among them) are forgotten after this.
FORGET_ARRIVALS: Final = timedelta(days=2)


class CannotOpen(Exception):
    """The study cannot be opened now; the message says why."""


class CannotClose(Exception):
    """The study cannot be closed now; the message says why."""


def problems_of(study: Study) -> list[str]:
    """Why the study cannot be opened yet, one sentence each; empty when it can."""
    frozen = material.current_protocol(study)
    around = journey.problems_of(study) + recruitment_problems(study)
    if frozen is not None:
        return freezing.texts_missing(frozen.document().texts) + around
    return freezing.texts_missing(freezing.texts_of(study)) + freezing.problems_of(study) + around


def open_study(*, study: Study, now: datetime) -> tuple[Protocol, planning.Plan]:
    """Freezes if need be, plans all booklets, and lets raters in. Opening an open study changes nothing.

    The booklets are drawn before anything is locked, and stored only if the study is still what they were
    drawn for. Raises studies.freezing.NotReady, and CannotOpen for a closed or changing study.
    """
    if study.closed_at is not None:
        raise CannotOpen("the study is closed; a closed study is not opened again")
    problems = problems_of(study)
    if problems:
        raise freezing.NotReady(problems)
    frozen = material.current_protocol(study)
    document = frozen.document() if frozen else freezing.draft_document(study, version=1)
    drawn = planning.draw(study=study, document=document)
    with transaction.atomic():
        protocol = freezing.freeze(study=study, now=now)
        if protocol.document() != document:
            raise CannotOpen("the study was changed while it was being opened; open it again")
        planned = planning.store(protocol=protocol, drawn=drawn)
        Study.objects.filter(pk=study.pk, opened_at__isnull=True).update(opened_at=now)
    study.refresh_from_db()
    return protocol, planned


def recruitment_problems(study: Study) -> list[str]:
    """Why raters would not be paid, or would lose their place too early; also once the study is open."""
    recruitment = selectors.recruitment_of(study)
    channel, minutes = CHANNELS[recruitment.channel], recruitment.platform_minutes
    needed: dict[str, object] = {}
    if channel.completion_urls:
        # A platform that takes raters back by a code must know that code, or they are not paid.
        needed["completion code"] = recruitment.completion_code
        needed["code for stopping early"] = recruitment.stopped_code
    if channel.needs_platform_minutes:
        needed["maximum time in minutes"] = minutes
    problems = [
        f"missing: {channel.label}'s {name} (recruitment)" for name, value in needed.items() if not value
    ]
    if minutes and study.session_minutes < minutes:
        problems.append(
            f"the time limit of {study.session_minutes} minutes is shorter than the platform's maximum of "
            f"{minutes}: pairs would be given away while their rater is still at work"
        )
    return problems


@transaction.atomic
def close_study(*, study: Study, now: datetime) -> Study:
    """No new raters; those who have started may finish. Raises CannotClose for a study never opened."""
    if study.opened_at is None:
        raise CannotClose("the study was never opened")
    Study.objects.filter(pk=study.pk, closed_at__isnull=True).update(closed_at=now)
    study.refresh_from_db()
    return study


def sweep(*, now: datetime) -> int:
    """Frees the pairs of abandoned sessions and forgets arrivals without consent; how many were freed.

    Who wrote a message is remembered until somebody has handled it.
    """
    freed = 0
    for session in leaving.abandoned(now=now):
        try:
            leaving.time_out(session=session, now=now)
            freed += 1
        except DatabaseError:
            log.exception("One abandoned session could not be freed; the next sweep tries again.")
    unread = Message.objects.filter(session=OuterRef("pk"), handled_at=None)
    arrivals = RatingSession.objects.filter(consented_at__isnull=True, arrived_at__lt=now - FORGET_ARRIVALS)
    arrivals.exclude(Exists(unread)).delete()
    return freed
