"""When a rater should rest: pure arithmetic of times, in minutes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

#: So much time after a forced rest is kept for what is left, however fast the rater is.
LEAST_LEFT: Final = timedelta(minutes=10)
#: Somebody who was away this long has rested: a new sitting begins.
REST: Final = timedelta(minutes=15)


class Rest(StrEnum):
    NONE = ""
    #: A break is suggested; the rater may go on at once.
    BREAK = "break"
    #: The sitting is over; the rater goes on after a rest of REST, or stops.
    SITTING_OVER = "sitting_over"
    #: The sitting is over, and a rest of REST would cost the place: it is advised; the rater may go on.
    SITTING_LONG = "sitting_long"


#: After these the rater may go on at once.
SUGGESTED: Final = frozenset({Rest.BREAK, Rest.SITTING_LONG})


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
    is_place_safe: Callable[[], bool],
    now: datetime,
) -> Rest:
    """`tagged_since`: hard pairs met since the sitting began or the last break ended.

    `is_place_safe` is asked once the sitting is over: whether a rest that nobody may cut short leaves time
    for what is left to rate. Else the rest is advised only: it must not cost anybody their pay.
    """
    if sitting_started_at is None or has_rested(last_seen_at, now):
        return Rest.NONE
    # Whoever was advised to rest, and went on, is left alone for another sitting's length.
    if _sittings(limits, sitting_started_at, now) > _sittings(limits, sitting_started_at, rested_at):
        return Rest.SITTING_OVER if is_place_safe() else Rest.SITTING_LONG
    since = resting_since(sitting_started_at, rested_at)
    had_many = bool(limits.break_tagged_pairs) and tagged_since >= limits.break_tagged_pairs
    return Rest.BREAK if had_many or _is_over(limits.break_minutes, since, now) else Rest.NONE


def has_rested(last_seen_at: datetime, now: datetime) -> bool:
    return now - last_seen_at >= REST


def has_time_to_rest(
    *, last_seen_at: datetime, kept_until: datetime, pairs_left: int, paces: Collection[int]
) -> bool:
    """Whether a whole rest leaves time for what is left to rate before the place is lost.

    `paces`: the seconds that the rater took for each pair so far; the median counts, and LEAST_LEFT at least.
    Measured from when the rest began, so that the answer does not change while somebody rests.
    """
    pace = timedelta(seconds=median(paces)) if paces else timedelta()
    return last_seen_at + REST + max(LEAST_LEFT, pairs_left * pace) <= kept_until


def _sittings(limits: Limits, since: datetime, at: datetime | None) -> int:
    """How many sittings' lengths had gone by."""
    if not limits.sitting_minutes or at is None or at < since:
        return 0
    return (at - since) // timedelta(minutes=limits.sitting_minutes)


def resting_since(sitting_started_at: datetime, rested_at: datetime | None) -> datetime:
    """The later of the sitting's start and the end of its last break."""
    return max(sitting_started_at, rested_at or sitting_started_at)


def _is_over(minutes: int, since: datetime, now: datetime) -> bool:
    return bool(minutes) and now - since >= timedelta(minutes=minutes)
