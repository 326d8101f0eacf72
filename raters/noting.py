"""Writing down what happened in a session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from raters.models import Event, RatingSession


def note(session: RatingSession, kind: Event.Kind, now: datetime, **data: Any) -> None:
    Event.objects.create(session=session, kind=kind, at=now, data=data)
