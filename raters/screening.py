"""Which ratings the analysis leaves out, and why. Excluding never deletes: the row keeps its reason."""

from __future__ import annotations

from raters.models import RatingSession


def exclusion_reason(session: RatingSession) -> str:
    """Why this session's ratings are not analysed; empty if they are.

    Trial runs only, today. The protocol has room for rules, and none is read before it can be written.
    """
    return "pilot" if session.is_pilot else ""
