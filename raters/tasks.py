"""Nudges: each task makes one call. What is to be done stands in the database, not in the message."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from raters import export, fieldwork


@shared_task
def sweep() -> None:
    """Every minute: free what abandoned sessions hold, and run exports whose nudge was lost."""
    fieldwork.sweep(now=timezone.now())
    export.run_waiting(now=timezone.now())


@shared_task
def run_exports() -> None:
    export.run_waiting(now=timezone.now())
