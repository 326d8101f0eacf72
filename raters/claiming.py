"""Claiming: the booklet that somebody gets who consents.

Small remainders, of less than half a booklet, are held back: a skipped pair is no place of its own. They are
taken when nothing else is free, as many at once as one rater may rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final

from raters import replanning
from raters.models import Assignment, Booklet, BookletQuerySet, RatingSession
from raters.selectors import half_a_booklet
from studies.models import Protocol, Study

#: How many free booklets are looked at before one is taken.
LOOKED_AT: Final = 50


def has_room(study: Study) -> bool:
    return Booklet.objects.unclaimed(study).exists()


def claim(*, session: RatingSession, protocol: Protocol, themes: Collection[str], now: datetime) -> bool:
    """Takes a booklet; False where none is free, or none that holds a main pair on none of the themes.

    To be called in a transaction. The plan is locked only if it comes to small remainders.
    """
    half = half_a_booklet(protocol)
    if _take(Booklet.objects.unclaimed(session.study).full(half), session, themes, now):
        return True
    replanning.lock_plan(protocol.pk)
    # While we waited for the lock, a remainder may have grown, or somebody may have given back a lot.
    free = Booklet.objects.unclaimed(session.study)
    if _take(free.full(half), session, themes, now):
        return True
    small = _take(free.small(half), session, themes, now)
    if small:
        replanning.merge(into=small, others=free.small(half), apart_from=themes)
    return bool(small)


def _take(
    free: BookletQuerySet, session: RatingSession, themes: Collection[str], now: datetime
) -> Booklet | None:
    """One guarded UPDATE takes a booklet; 0 rows means that somebody got there first."""
    behind = 0
    while True:
        looked_at = free.filter(number__gt=behind).order_by("number")[:LOOKED_AT]
        waiting = {booklet.pk: booklet for booklet in looked_at}
        if not waiting:
            return None
        bearable = _bearable(list(waiting), themes)
        for pk in bearable:
            mine = Booklet.objects.filter(pk=pk, session__isnull=True).update(session=session, claimed_at=now)
            if mine:
                return waiting[pk]
        if not bearable:
            behind = max(booklet.number for booklet in waiting.values())


def _bearable(booklets: list[int], themes: Collection[str]) -> list[int]:
    """Those with the fewest assignments on the themes first; those with no other main pair left out."""
    if not themes:
        return booklets
    hard: Counter[int] = Counter()
    others: Counter[int] = Counter()
    rows = Assignment.objects.filter(booklet__in=booklets).values_list(
        "booklet_id", "kind", "pair__dialogue__tags"
    )
    for booklet, kind, tags in rows:
        if not set(themes).isdisjoint(tags):
            hard[booklet] += 1
        elif kind == Assignment.Kind.MAIN:
            others[booklet] += 1
    return sorted((one for one in booklets if others[one]), key=lambda one: hard[one])
