"""Nudges: each task makes one call. What is to be done stands in the database, not in the message."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from raters import export, fieldwork, mailing, retaining

log = logging.getLogger(__name__)


@shared_task
def sweep() -> None:
    """Every minute: free what abandoned sessions hold, nudge exports whose nudge was lost, send mail."""
    fieldwork.sweep(now=timezone.now())
    nudge_exports()
    mailing.mail_waiting(now=timezone.now())


@shared_task
def retain() -> None:
    """Every hour: delete what has reached its date."""
    retaining.enforce(now=timezone.now())


@shared_task
def run_exports() -> None:
    export.run_waiting(now=timezone.now())


def nudge_exports() -> None:
    """Wakes a worker. Without a broker nothing is lost: the row waits, and a later sweep nudges again."""
    try:
        run_exports.delay()
    except OperationalError:
        log.warning("The broker did not answer; the export waits in the database for the next sweep.")
