"""The table of raters: who consented, how far they came, and what screening found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

from django.db.models import Count, Max, QuerySet

from raters.export.tables import CHUNK, Table
from raters.models import Answer, Rating, RatingSession, Skip
from raters.screening import Screening, exclusion_reasons, screenings
from raters.selectors import minutes_of, outcome_of
from raters.verdicts import iso_utc, joined_tags
from studies.models import Study


class SessionRow(NamedTuple):
    rater: str
    protocol_hash: str
    booklet: int | None
    outcome: str
    channel: str
    rater_group: str
    pilot: bool
    arrived_at: str
    consented_at: str
    completed_at: str
    stopped_at: str
    timed_out_at: str
    minutes: int | None
    pairs_rated: int
    excluded: bool
    exclusion_reason: str
    understood_at: str
    turned_away_at: str
    reviewed_at: str
    returned_at: str
    withdrawn_at: str
    erased_at: str
    opted_out: str
    pairs_skipped: int
    comprehension_tries: int
    decoys_seen: int
    decoys_lost: int
    checks_seen: int
    checks_failed: int


class _Counts(NamedTuple):
    """By the session's primary key; a session without any is missing."""

    rated: dict[int, int]
    skipped: dict[int, int]
    tries: dict[int, int]


def session_rows(study: Study) -> Iterator[SessionRow]:
    """Everybody who consented. Nothing of the platform, and no code: those are for paying only."""
    sessions = (
        study.sessions.filter(consented_at__isnull=False)
        .select_related("protocol", "booklet")
        .defer("protocol__canonical")
        .order_by("consented_at", "pk")
        .iterator(chunk_size=CHUNK)
    )
    while chunk := list(islice(sessions, CHUNK)):
        reasons, screened, counts = exclusion_reasons(chunk), screenings(chunk), _counts(chunk)
        for session in chunk:
            yield _row(session, reasons[session.pk], screened[session.pk], counts)


def _row(session: RatingSession, excluded: str, met: Screening, counts: _Counts) -> SessionRow:
    """What says something of the person is empty once they were deleted."""
    is_known = session.erased_at is None
    return SessionRow(
        rater=session.pseudonym,
        protocol_hash=session.protocol.sha256 if session.protocol else "",
        booklet=session.booklet.number if hasattr(session, "booklet") else None,
        outcome=outcome_of(session),
        channel=session.channel,
        rater_group=session.rater_group if is_known else "",
        pilot=session.is_pilot,
        arrived_at=iso_utc(session.arrived_at),
        consented_at=iso_utc(session.consented_at),
        completed_at=iso_utc(session.completed_at),
        stopped_at=iso_utc(session.stopped_at),
        timed_out_at=iso_utc(session.timed_out_at),
        minutes=minutes_of(session),
        pairs_rated=counts.rated.get(session.pk, 0),
        excluded=bool(excluded),
        exclusion_reason=excluded,
        understood_at=iso_utc(session.understood_at),
        turned_away_at=iso_utc(session.turned_away_at),
        reviewed_at=iso_utc(session.reviewed_at),
        returned_at=iso_utc(session.returned_at),
        withdrawn_at=iso_utc(session.withdrawn_at),
        erased_at=iso_utc(session.erased_at),
        opted_out=joined_tags(session.opted_out) if is_known else "",
        pairs_skipped=counts.skipped.get(session.pk, 0),
        comprehension_tries=counts.tries.get(session.pk, 0),
        **met._asdict(),
    )


def _counts(sessions: Sequence[RatingSession]) -> _Counts:
    """Three queries. A pair that is rated or skipped in both phases is one pair."""
    whose = "assignment__booklet__session"
    pairs = Count("assignment", distinct=True)
    tries = Answer.objects.filter(use=Answer.Use.COMPREHENSION, session__in=sessions)
    return _Counts(
        rated=_by_session(Rating.objects.filter(**{f"{whose}__in": sessions}), whose, pairs),
        skipped=_by_session(Skip.objects.filter(**{f"{whose}__in": sessions}), whose, pairs),
        tries=_by_session(tries, "session", Max("attempt")),
    )


def _by_session(rows: QuerySet[Any], whose: str, count: Count | Max) -> dict[int, int]:
    return dict(rows.order_by().values_list(whose).annotate(count))


SESSIONS: Final = Table("sessions.csv", SessionRow._fields, session_rows)
