"""Which ratings the analysis leaves out, and why. Excluding never deletes: the row keeps its reason."""

from __future__ import annotations

from django.db.models import F

from raters.models import Rating, RatingSession
from studies.protocol import MAIN


def exclusion_reason(session: RatingSession) -> str:
    """Why this session's ratings are not analysed; empty if they are.

    Trial runs only, today. The protocol has room for rules, and none is read before it can be written.
    """
    return "pilot" if session.is_pilot else ""


def checks_failed(session: RatingSession) -> int:
    """How many attention checks of this session were answered otherwise than the extra row asked.

    A check that was skipped, or whose extra row was never shown, is not failed.
    """
    answered = Rating.objects.filter(
        assignment__booklet__session=session,
        phase=MAIN,
        assignment__instructed_value__isnull=False,
        instructed_answer__isnull=False,
    )
    return answered.exclude(instructed_answer=F("assignment__instructed_value")).count()
