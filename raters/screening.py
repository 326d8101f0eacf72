"""Which ratings the analysis leaves out, and why. Excluding never deletes: the row keeps its reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from raters.models import Assignment, Rating, RatingScore, RatingSession
from studies.comparison import OVERALL, Order, canonical
from studies.models import Protocol, Study
from studies.protocol import MAIN, Exclusion

Sessions = Collection[RatingSession] | QuerySet[RatingSession]

#: What the frozen rules measure, by the word that an export gives as reason.
MEASURES: Final = {"decoys": "decoys_lost", "checks": "checks_failed"}
#: Every reason for leaving a session out, the weightiest first.
REASONS: Final = ("pilot", "returned", *MEASURES)
#: Reasons for leaving single ratings out of a session that is analysed: they came too late to be blind.
LATE: Final = ("after_end", "after_rubric")
#: After the first of these a rater may have read what the study compares.
_ENDS: Final = ("reviewed_at", "stopped_at", "completed_at")


class Screening(NamedTuple):
    """What one rater met of decoys and attention checks, and how often they went wrong."""

    decoys_seen: int = 0
    decoys_lost: int = 0
    checks_seen: int = 0
    checks_failed: int = 0


@dataclass(frozen=True, slots=True)
class LeftOut:
    sessions: int
    main_ratings: int


@dataclass(frozen=True, slots=True)
class Exclusions:
    """A study's sessions with consent and its main ratings, with and without those that are left out.

    Main ratings are those of main pairs in the phase main. `by_reason` counts each session once, for its
    weightiest reason, so that the reasons add up; `ratings_by_reason` main ratings of the other sessions that
    came too late.
    """

    sessions: int
    sessions_kept: int
    main_ratings: int
    main_ratings_kept: int
    by_reason: dict[str, LeftOut]
    ratings_by_reason: dict[str, int]


def exclusion_reason(session: RatingSession) -> str:
    """Why this session's ratings are not analysed; empty if they are."""
    return exclusion_reasons([session])[session.pk]


def lateness(rating: str = "") -> Case:
    """Why a rating came too late to be analysed, as an expression; empty if it did not.

    `after_end`: after the rater ended the rating part, stopped or finished. `after_rubric`: a preference
    after the second pass was seen. `rating` is the way to the rating, such as "rating__".
    """
    given = f"{rating}rated_at"
    session = f"{rating}assignment__booklet__session"
    is_after = (Q(**{f"{given}__gt": F(f"{session}__{end}")}) for end in _ENDS)
    seen = Assignment.objects.filter(
        booklet=OuterRef(f"{rating}assignment__booklet"), rubric_shown_at__lt=OuterRef(given)
    )
    return Case(
        When(reduce(or_, is_after), then=Value("after_end")),
        When(Q(Exists(seen), **{f"{rating}phase": MAIN}), then=Value("after_rubric")),
        default=Value(""),
    )


def checks_failed(session: RatingSession) -> int:
    """How many attention checks were answered otherwise than asked. A skipped one is not failed."""
    return screenings([session])[session.pk].checks_failed


def exclusion_reasons(sessions: Sessions) -> dict[int, str]:
    """Why their ratings are not analysed, by primary key, the weightiest reason of each; empty if they are.

    A trial run, a place given back on the platform, and what the rules of the session's own protocol say.
    Whoever withdrew and left the ratings is analysed. Three queries, however many sessions there are.
    """
    rules = _rules_of({session.protocol_id for session in sessions})
    screened = screenings(sessions)
    return {
        session.pk: _reason(session, rules.get(session.protocol_id, ()), screened[session.pk])
        for session in sessions
    }


def screenings(sessions: Sessions) -> defaultdict[int, Screening]:
    """What each rater met in the phase main, by the session's primary key. Two queries.

    A decoy is lost when the intact reply was not preferred on the overall row: "no difference" loses it, as
    it does for judges (studies.judging.gate). A check is failed when another answer was chosen than the row
    asked for. What was skipped, or has no answer, was not met; nor was what was answered too late.
    """
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for session, order, expected, value in _decoys_of(sessions):
        counts[session]["decoys_seen"] += 1
        counts[session]["decoys_lost"] += canonical(value, Order(order)) * expected <= 0
    for session, asked, chosen in _checks_of(sessions):
        counts[session]["checks_seen"] += 1
        counts[session]["checks_failed"] += asked != chosen
    found = {session: Screening(**own) for session, own in counts.items()}
    return defaultdict(Screening, found)


def exclusions_of(study: Study) -> Exclusions:
    """How much of a study is left out, and why. Five queries."""
    sessions = RatingSession.objects.filter(study=study, consented_at__isnull=False).only(
        "is_pilot", "returned_at", "protocol"
    )
    reasons = exclusion_reasons(sessions)
    counts = _main_ratings_of(sessions)
    ratings = {session: by_lateness.total() for session, by_lateness in counts.items()}
    kept = _counted(reasons, ratings, "")
    late = {reason: sum(counts[pk][reason] for pk in reasons if not reasons[pk]) for reason in LATE}
    return Exclusions(
        sessions=len(reasons),
        sessions_kept=kept.sessions,
        main_ratings=sum(ratings.values()),
        main_ratings_kept=kept.main_ratings - sum(late.values()),
        by_reason={reason: _counted(reasons, ratings, reason) for reason in REASONS},
        ratings_by_reason=late,
    )


def _main_ratings_of(sessions: Sessions) -> defaultdict[int, Counter[str]]:
    """How many there are, by session and lateness."""
    rows = (
        Rating.objects.filter(
            phase=MAIN,
            assignment__kind=Assignment.Kind.MAIN,
            assignment__booklet__session__in=sessions,
        )
        .order_by()
        .annotate(late=lateness())
        .values_list("assignment__booklet__session", "late")
        .annotate(Count("pk"))
    )
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for session, late, count in rows:
        counts[session][late] = count
    return counts


def _counted(reasons: dict[int, str], ratings: dict[int, int], reason: str) -> LeftOut:
    own = [session for session, found in reasons.items() if found == reason]
    return LeftOut(len(own), sum(ratings.get(session, 0) for session in own))


def _rules_of(protocols: Iterable[int | None]) -> dict[int | None, tuple[Exclusion, ...]]:
    frozen = Protocol.objects.filter(pk__in=[pk for pk in protocols if pk])
    return {protocol.pk: protocol.document().exclusion_rules for protocol in frozen}


def _reason(session: RatingSession, rules: Iterable[Exclusion], met: Screening) -> str:
    broken = {rule.measure for rule in rules if getattr(met, rule.measure) >= rule.at_least}
    holds = {
        "pilot": session.is_pilot,
        "returned": session.returned_at is not None,
        **{reason: measure in broken for reason, measure in MEASURES.items()},
    }
    return next((reason for reason in REASONS if holds[reason]), "")


def _decoys_of(sessions: Sessions) -> Iterable[tuple[Any, ...]]:
    """Session, order, expected sign, and the overall answer as shown, of each rated decoy."""
    return (
        RatingScore.objects.alias(late=lateness("rating__"))
        .filter(
            late="",
            dimension__key=OVERALL,
            rating__phase=MAIN,
            rating__assignment__kind=Assignment.Kind.DECOY,
            rating__assignment__pair__expected__isnull=False,
            rating__assignment__booklet__session__in=sessions,
        )
        .values_list(
            "rating__assignment__booklet__session",
            "rating__assignment__order",
            "rating__assignment__pair__expected",
            "value",
        )
    )


def _checks_of(sessions: Sessions) -> Iterable[tuple[Any, ...]]:
    """Session, instructed and chosen answer, of each answered attention check."""
    return (
        Rating.objects.alias(late=lateness())
        .filter(
            late="",
            phase=MAIN,
            instructed_answer__isnull=False,
            assignment__instructed_value__isnull=False,
            assignment__booklet__session__in=sessions,
        )
        .values_list("assignment__booklet__session", "assignment__instructed_value", "instructed_answer")
    )
