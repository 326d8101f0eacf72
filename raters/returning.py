"""Places that were given back, or ran out, on the platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from raters import leaving
from raters.models import Event, RatingSession
from raters.noting import note
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Marked:
    """What became of a list: sessions that were marked, those left alone, and lines that name none."""

    sessions: list[RatingSession]
    left_alone: list[RatingSession]
    unknown: list[tuple[int, str]]


@transaction.atomic
def mark_returned(*, session: RatingSession, now: datetime) -> RatingSession:
    """Somebody gave their place back: their ratings are not analysed, and every main pair is planned anew.

    A complete session can be marked too. Before consent there is nothing to give back. Marking twice changes
    nothing, and nothing undoes it: the pairs are somebody else's by then.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    if locked.returned_at or locked.consented_at is None:
        return locked
    locked.returned_at = now
    locked.save(update_fields=["returned_at"])
    leaving.give_back_all(session=locked, now=now)
    note(locked, Event.Kind.RETURNED, now)
    return locked


def mark_all(*, study: Study, lines: Iterable[str], keeps_ratings: bool, now: datetime) -> Marked:
    """Marks the sessions that the lines name, by submission id, participant id or pseudonym, one each.

    With `keeps_ratings` only what is open is given to others, as after the time limit. Whoever stopped early
    through our own page is left alone: they are asked to return and paid apart, and left us their ratings.
    Each session is marked by itself: an unknown line leaves the others marked.
    """
    marked = Marked([], [], [])
    for number, name in _named(lines):
        session = _session_named(study, name)
        if session is None:
            marked.unknown.append((number, name))
        elif session.stopped_at:
            marked.left_alone.append(session)
        elif keeps_ratings:
            marked.sessions.append(leaving.time_out(session=session, now=now))
        else:
            marked.sessions.append(mark_returned(session=session, now=now))
    return marked


def _named(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Line numbers from 1 and the first cell of each line; empty lines name nobody."""
    for number, line in enumerate(lines, start=1):
        name = line.split(",")[0].strip().strip('"').strip("\ufeff")
        if name:
            yield number, name


def _session_named(study: Study, name: str) -> RatingSession | None:
    """The consented session of that name; none where the name fits two, as a person's and a submission's."""
    known = Q(identity__submission_id=name) | Q(identity__participant_id=name) | Q(pseudonym=name)
    found = list(study.sessions.filter(known, consented_at__isnull=False)[:2])
    return found[0] if len(found) == 1 else None
