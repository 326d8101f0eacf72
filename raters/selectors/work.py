"""How much of their work raters have done, and how long they were at it: what pay is reckoned by."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from raters import paying
from raters.models import Answer, Assignment, Erasure, Event, Guess, Rating, RatingSession, Skip
from raters.resting import REST
from studies.models import Protocol, Study
from studies.protocol import MAIN, RUBRIC

OWNER: Final = "booklet__session"
#: Pairs on a theme that the rater opted out of were neither planned for them nor done.
THEME: Final = Skip.Reason.THEME
#: What only a rater at work causes, and no other table knows the time of. A sweep makes ends.
AT_WORK: Final = frozenset(
    {
        Event.Kind.UNDERSTOOD,
        Event.Kind.CORRECTED,
        Event.Kind.SKIPPED,
        Event.Kind.RESTED,
        Event.Kind.REVIEWED,
    }
)


@dataclass(frozen=True, slots=True)
class Work:
    """Of one rater: each pair counts once for every phase in which it is asked.

    A pair that was skipped counts as done, in both phases if it was in the first. `pairs` were rated in the
    first phase; `skipped` were skipped there and not rated after all.
    """

    planned: int = 0
    done: int = 0
    pairs: int = 0
    skipped: int = 0


def work_of(sessions: QuerySet[RatingSession]) -> dict[int, Work]:
    """By the session's primary key, as the tables stand. Two queries; nothing for whoever has no booklet."""
    two_pass = _two_pass(sessions)
    rated, skipped = Q(is_rated=True), Q(is_skipped=True)
    done_again = skipped | Q(is_rated_again=True) | Q(is_skipped_again=True)
    again = Q(kind=Assignment.Kind.MAIN, booklet__protocol__in=two_pass)
    rows = (
        Assignment.objects.filter(**{f"{OWNER}__in": sessions})
        .filter(~Exists(_skips(reason=THEME)))
        .annotate(
            is_rated=Exists(_ratings(MAIN)),
            is_skipped=Exists(_skips(phase=MAIN)),
            is_rated_again=Exists(_ratings(RUBRIC)),
            is_skipped_again=Exists(_skips(phase=RUBRIC)),
        )
        .order_by()
        .values(OWNER)
        .annotate(
            planned=Count("pk"),
            planned_again=Count("pk", filter=again),
            done=Count("pk", filter=rated | skipped),
            done_again=Count("pk", filter=again & done_again),
            rated=Count("pk", filter=rated),
            only_skipped=Count("pk", filter=skipped & ~rated),
        )
    )
    return {
        row[OWNER]: Work(
            planned=row["planned"] + row["planned_again"],
            done=row["done"] + row["done_again"],
            pairs=row["rated"],
            skipped=row["only_skipped"],
        )
        for row in rows
    }


def _two_pass(sessions: QuerySet[RatingSession]) -> list[int]:
    """The protocols that ask the rubric in a phase of its own."""
    frozen = Protocol.objects.filter(pk__in=sessions.values("protocol"))
    return [protocol.pk for protocol in frozen if RUBRIC in protocol.document().phases]


def _ratings(phase: str) -> QuerySet[Rating]:
    return Rating.objects.filter(assignment=OuterRef("pk"), phase=phase)


def _skips(**fields: str) -> QuerySet[Skip]:
    return Skip.objects.filter(assignment=OuterRef("pk"), **fields)


def work_erased(study: Study) -> dict[str, Work]:
    """By pseudonym, as it was when a rater's answers were deleted: work that is paid all the same."""
    rows = Erasure.objects.filter(study=study, counts__has_key="planned")
    return {
        pseudonym: Work(counts["planned"], counts["done"], pairs=counts.get("pairs", 0))
        for pseudonym, counts in rows.values_list("pseudonym", "counts")
    }


def time_at_work(study: Study) -> list[timedelta]:
    """Of each complete session: from consent to the last answer, without gaps longer than REST.

    An approximation from the times that are stored; whoever reads the debrief, or rests for less than REST,
    is at work. Trial runs, and sessions of which no answer is left, are not there. Two queries.
    """
    complete = study.sessions.filter(completed_at__isnull=False, erased_at__isnull=True, is_pilot=False)
    signs = _signs_of_work(complete)
    return [
        paying.at_work(consented, signs[session], longest_gap=REST)
        for session, consented in complete.values_list("pk", "consented_at")
        if consented and signs[session]
    ]


def _signs_of_work(sessions: QuerySet[RatingSession]) -> defaultdict[int, list[datetime]]:
    """When each rater answered, guessed, skipped and so on. One query."""
    own = Q(assignment__booklet__session__in=sessions)
    rows = _times(Rating.objects.filter(own), "assignment__booklet__session", "rated_at").union(
        _times(Guess.objects.filter(own), "assignment__booklet__session", "guessed_at"),
        _times(Answer.objects.filter(session__in=sessions), "session", "answered_at"),
        _times(Event.objects.filter(session__in=sessions, kind__in=AT_WORK), "session", "at"),
    )
    signs: defaultdict[int, list[datetime]] = defaultdict(list)
    for session, at in rows:
        signs[session].append(at)
    return signs


def _times(rows: QuerySet[Any], session: str, at: str) -> QuerySet[Any, tuple[int, datetime]]:
    return rows.order_by().values_list(F(session), F(at))
