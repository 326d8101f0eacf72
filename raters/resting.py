"""When a rater should rest: pure arithmetic of times, in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: Somebody who was away this long has rested: a new sitting begins.
REST: Final = timedelta(minutes=15)


class Rest(StrEnum):
    NONE = ""
    #: A break is suggested; the rater may go on at once.
    BREAK = "break"
    #: The sitting is over; the rater goes on after a rest of REST, or stops.
    SITTING_OVER = "sitting_over"


@dataclass(frozen=True, slots=True)
class Limits:
    """When a break is suggested, by time or by pairs on a hard theme; how long a sitting is. 0 is off."""

    break_minutes: int
    break_tagged_pairs: int
    sitting_minutes: int


def rest_due(
    limits: Limits,
    *,
    sitting_started_at: datetime | None,
    rested_at: datetime | None,
    last_seen_at: datetime,
    tagged_since: int,
    now: datetime,
) -> Rest:
    """`tagged_since`: pairs on a hard theme answered since the sitting began or the last break ended."""
    if sitting_started_at is None or has_rested(last_seen_at, now):
        return Rest.NONE
    if _is_over(limits.sitting_minutes, sitting_started_at, now):
        return Rest.SITTING_OVER
    since = resting_since(sitting_started_at, rested_at)
    had_many = bool(limits.break_tagged_pairs) and tagged_since >= limits.break_tagged_pairs
    return Rest.BREAK if had_many or _is_over(limits.break_minutes, since, now) else Rest.NONE


def has_rested(last_seen_at: datetime, now: datetime) -> bool:
    return now - last_seen_at >= REST


def has_time_to_rest(limits: Limits, *, kept_until: datetime, now: datetime) -> bool:
    """Whether a rest that nobody may cut short leaves a whole sitting before the place is lost.

    Else none is asked for: a slow reader on a platform with a clock of its own must not lose pay by resting.
    """
    return kept_until - now >= REST + timedelta(minutes=limits.sitting_minutes)


def resting_since(sitting_started_at: datetime, rested_at: datetime | None) -> datetime:
    """The later of the sitting's start and the end of its last break."""
    return max(sitting_started_at, rested_at or sitting_started_at)


def _is_over(minutes: int, since: datetime, now: datetime) -> bool:
    return bool(minutes) and now - since >= timedelta(minutes=minutes)
