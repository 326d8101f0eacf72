"""Which ratings the analysis leaves out, and why. Excluding never deletes: the row keeps its reason."""

from __future__ import annotations

from raters.models import RatingSession


def exclusion_reason(session: RatingSession) -> str:
    """Why this session's ratings are not analysed; empty if they are.

    The protocol's exclusion rules add to this; a study without rules excludes trial runs only.
    """
    return "pilot" if session.is_pilot else ""
