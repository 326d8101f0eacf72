"""Where a rater is on the journey, and what comes next."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.shortcuts import get_object_or_404

from raters.models import Answer, Assignment, AssignmentQuerySet, Rating, RatingSession, Skip
from raters.resting import Limits, Rest, has_time_to_rest, rest_due, resting_since
from raters.selectors.people import document_for, recruitment_of
from raters.steps import Facts
from studies.protocol import MAIN, RUBRIC, ProtocolDocument


def facts_of(session: RatingSession, now: datetime) -> Facts:
    """What `current_step` needs. Counted only as far as the rater has come: the rest is 0."""
    has_reviewed = session.reviewed_at is not None
    document = document_for(session)
    return Facts(
        has_consented=session.consented_at is not None,
        has_declined=session.declined_at is not None,
        has_read_instructions=session.instructed_at is not None,
        has_understood=session.understood_at is not None or not document.journey.comprehension,
        was_turned_away=session.turned_away_at is not None,
        pairs_open=0 if has_reviewed else open_assignments(session, MAIN).count(),
        rubric_open=0 if has_reviewed else open_assignments(session, RUBRIC).count(),
        is_rest_due=rest_of(session, now) is not Rest.NONE,
        has_reviewed=has_reviewed,
        blinding_open=blinding_open(session, document) if has_reviewed else 0,
        survey_open=bool(document.journey.survey) and session.surveyed_at is None,
        has_completed=session.completed_at is not None,
        has_stopped=session.stopped_at is not None,
        has_withdrawn=session.withdrawn_at is not None,
    )


def assignments_of(session: RatingSession) -> AssignmentQuerySet:
    return Assignment.objects.filter(booklet__session=session)


def open_assignments(session: RatingSession, phase: str) -> AssignmentQuerySet:
    """What is left to do in a phase, in order; none in a phase that the protocol does not hold.

    What was given to somebody else in the meantime is still there for whoever comes back late, unless the
    rater asked not to see it.
    """
    own = assignments_of(session)
    if phase not in document_for(session).phases:
        return own.none()
    return own.open(phase).order_by("position")


def next_assignment(session: RatingSession, phase: str) -> Assignment | None:
    return open_assignments(session, phase).first()


def assignment_for(session: RatingSession, token: UUID) -> Assignment:
    """The session's own assignment of that address, or 404."""
    return get_object_or_404(
        Assignment.objects.select_related("booklet", "pair__dialogue", "pair__first", "pair__second").filter(
            booklet__session=session
        ),
        token=token,
    )


def is_reachable(session: RatingSession, assignment: Assignment, phase: str) -> bool:
    """Whether the page may be opened: it can be answered, or changed, and no open one comes before it."""
    if not may_answer(session, assignment, phase):
        return False
    following = next_assignment(session, phase)
    return following is None or assignment.position <= following.position


def may_answer(session: RatingSession, assignment: Assignment, phase: str) -> bool:
    """Whether the phase is asked of the pair, and what was said there is not settled yet."""
    own = assignments_of(session).filter(pk=assignment.pk)
    if has_settled(session, phase):
        return own.open(phase).exists()
    return own.exists() if phase == MAIN else is_asked_again(session, assignment, phase)


def is_asked_again(session: RatingSession, assignment: Assignment, phase: str) -> bool:
    """Whether a later phase asks of the pair: the protocol holds it, and the first answer is there."""
    own = assignments_of(session).filter(pk=assignment.pk)
    return phase in document_for(session).phases and own.main().rated(MAIN).exists()


def has_settled(session: RatingSession, phase: str) -> bool:
    """Preferences are settled once the rater has seen what the second pass asks: it may move them."""
    return phase == MAIN and assignments_of(session).filter(rubric_shown_at__isnull=False).exists()


def rest_of(session: RatingSession, now: datetime) -> Rest:
    journey = document_for(session).journey
    limits = Limits(journey.break_minutes, journey.break_tagged_pairs, journey.sitting_minutes)
    return rest_due(
        limits,
        sitting_started_at=session.sitting_started_at,
        rested_at=session.rested_at,
        last_seen_at=session.last_seen_at,
        tagged_since=_tagged_since(session) if limits.break_tagged_pairs else 0,
        is_place_safe=partial(_has_time_to_rest, session),
        now=now,
    )


def _has_time_to_rest(session: RatingSession) -> bool:
    rated = Rating.objects.filter(assignment__booklet__session=session)
    return has_time_to_rest(
        last_seen_at=session.last_seen_at,
        kept_until=place_kept_until(session),
        pairs_left=_pages_left(session),
        paces=[seconds for seconds in rated.values_list("seconds", flat=True) if seconds is not None],
    )


def _pages_left(session: RatingSession) -> int:
    """Pairs to go through, each as often as it will be asked."""
    first, second = open_assignments(session, MAIN), open_assignments(session, RUBRIC)
    again = first.main().count() if RUBRIC in document_for(session).phases else 0
    return first.count() + again + second.count()


def place_kept_until(session: RatingSession) -> datetime:
    """When a rater who has consented loses the place: by the study's limit or by the platform's."""
    minutes = document_for(session).design.session_minutes
    ours = (session.consented_at or session.arrived_at) + timedelta(minutes=minutes)
    theirs = recruitment_of(session.study).platform_minutes
    return min(ours, session.arrived_at + timedelta(minutes=theirs)) if theirs else ours


def _tagged_since(session: RatingSession) -> int:
    """Hard pairs since the last rest: answered ones on a hard theme, and those too upsetting for it."""
    themes = {theme.tag for theme in document_for(session).journey.themes}
    if session.sitting_started_at is None:
        return 0
    since = resting_since(session.sitting_started_at, session.rested_at)
    own = assignments_of(session)
    tags = own.filter(ratings__rated_at__gt=since).values_list("pair__dialogue__tags", flat=True)
    upsetting = own.filter(skips__reason=Skip.Reason.UPSETTING, skips__skipped_at__gt=since)
    # A repeat is skipped together with its pair: it was met once.
    skipped = upsetting.values("pair").distinct().count()
    return skipped + sum(not themes.isdisjoint(tagged) for tagged in tags)


def blinding_open(session: RatingSession, document: ProtocolDocument) -> int:
    """How many pages of the blinding check are left: the open question first, then one a pair."""
    if not document.journey.blinding_pairs:
        return 0
    left = sum(not hasattr(assignment, "guess") for assignment in blinding_assignments(session, document))
    return left + (not has_said_what_was_compared(session))


def has_said_what_was_compared(session: RatingSession) -> bool:
    return Answer.objects.filter(session=session, use=Answer.Use.BLINDING).exists()


def blinding_assignments(session: RatingSession, document: ProtocolDocument) -> list[Assignment]:
    """The pairs shown again at the end: drawn from the rater's rated main pairs, the same at every call.

    What a late form adds after the rating part is not drawn from: it would change the draw half way.
    """
    if session.reviewed_at is None:
        return []
    rated = (
        assignments_of(session).main().filter(ratings__phase=MAIN, ratings__rated_at__lte=session.reviewed_at)
    )
    own = list(rated.select_related("guess").order_by("position"))
    rng = random.Random(f"{document.design.seed}/blinding/{session.pseudonym}")
    return rng.sample(own, min(document.journey.blinding_pairs, len(own)))
