"""Holding: a provider that asks to wait is left alone for so long, by everybody who holds its key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from studies.calling.columns import LARGEST
from studies.calling.pacing import LONGEST_WAIT
from studies.llm.port import CallError, Completion, ErrorKind
from studies.models import Provider


def asks_to_wait(answer: Completion | CallError | None) -> bool:
    """Whether a provider wants to be left alone for a while."""
    return isinstance(answer, CallError) and _hold_of(answer) is not None


def held_until(error: CallError, at: datetime) -> datetime | None:
    """The end of the wait that a provider asked for at this time."""
    seconds = _hold_of(error)
    return None if seconds is None else at + timedelta(seconds=seconds)


def asked_to_wait(error: CallError) -> float | None:
    """The provider's number of seconds where it is one."""
    seconds = error.retry_after
    return seconds if seconds is not None and 0 <= seconds < LARGEST else None


def hold(waits: Iterable[tuple[int, datetime | None]]) -> None:
    """Notes until when providers, by primary key, are not asked; an earlier time changes nothing."""
    latest: dict[int, datetime] = {}
    for key, until in waits:
        if until is not None:
            latest[key] = max(until, latest.get(key, until))
    for key, until in latest.items():
        Provider.objects.filter(Q(held_until__isnull=True) | Q(held_until__lt=until), pk=key).update(
            held_until=until
        )


def _hold_of(error: CallError) -> float | None:
    seconds = asked_to_wait(error)
    if error.kind not in (ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED) or not seconds:
        return None
    return min(seconds, LONGEST_WAIT)
