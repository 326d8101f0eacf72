"""Rating: storing what a rater clicked, once, whatever the browser does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from raters import messaging
from raters.models import Assignment, Event, Rating, RatingScore, RatingSession
from raters.participating import has_ended, seen
from studies.models import Dimension


class InvalidAnswers(Exception):
    """The answers don't fit the protocol: a row is missing or unknown, or a value is not on the scale."""


class SessionOver(Exception):
    """The session is complete: its answers can no longer be corrected."""


def mark_shown(*, assignment: Assignment, now: datetime) -> None:
    """Starts the clock of a pair at its first showing; later showings don't reset it."""
    Assignment.objects.filter(pk=assignment.pk, shown_at__isnull=True).update(shown_at=now)


@transaction.atomic
def submit(
    *,
    assignment: Assignment,
    answers: Mapping[str, int],
    reason: str,
    layout: str,
    now: datetime,
    phase: str = "main",
) -> Rating:
    """Stores the answers on an assignment, or corrects them: a second submit never adds a rating.

    `answers`: value as shown by dimension key, for every row of the rubric. A pair that has been given to
    somebody else in the meantime is still accepted, and counts as surplus. Raises InvalidAnswers, and
    SessionOver where a complete session would be changed.
    """
    # The session first, then the assignment: the order in which finishing, stopping and timing out lock.
    session = RatingSession.objects.select_for_update().get(booklet=assignment.booklet_id)
    locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
    rating = (
        Rating.objects.filter(assignment=locked, phase=phase).prefetch_related("scores__dimension").first()
    )
    if _is_over(session, rating):
        raise SessionOver
    dimensions = _dimensions(session, answers, phase)
    if rating is None:
        first = {"phase": phase, "reason": reason, "layout": layout, "seconds": _seconds(locked, now)}
        rating = Rating.objects.create(assignment=locked, rated_at=now, **first)
        _record(session, Event.Kind.RATED, locked, now, {})
    elif _before(rating) == {"reason": reason, "answers": dict(answers)}:
        return rating
    else:
        _take_back(rating, session, locked, reason, now)
    RatingScore.objects.bulk_create(
        RatingScore(rating=rating, dimension=dimensions[key], value=value) for key, value in answers.items()
    )
    messaging.notice(rating=rating, now=now)
    seen(session=session, now=now)
    return rating


def _is_over(session: RatingSession, rating: Rating | None) -> bool:
    """Late first answers are still taken, unless the rater withdrew; nothing given changes after the end."""
    if session.withdrawn_at:
        return True
    return rating is not None and (session.reviewed_at is not None or has_ended(session))


def _take_back(
    rating: Rating, session: RatingSession, assignment: Assignment, reason: str, now: datetime
) -> None:
    """Makes way for corrected answers; what stood there is kept in the session's events."""
    _record(session, Event.Kind.CORRECTED, assignment, now, _before(rating))
    Rating.objects.filter(pk=rating.pk).update(reason=reason, corrected_at=now)
    rating.scores.all().delete()


def _dimensions(session: RatingSession, answers: Mapping[str, int], phase: str) -> dict[str, Dimension]:
    """The rubric's rows by key, once the answers are known to fit the session's protocol."""
    assert session.protocol is not None
    document = session.protocol.document()
    asked = {row.key for row in document.asked_in(phase)}
    if set(answers) != asked:
        raise InvalidAnswers(f"expected answers on {sorted(asked)}, got {sorted(answers)}")
    allowed = {answer.value for answer in document.answers}
    wrong = {key: value for key, value in answers.items() if value not in allowed}
    if wrong:
        raise InvalidAnswers(f"not on the answer scale {sorted(allowed)}: {wrong}")
    return {row.key: row for row in Dimension.objects.filter(study=session.study_id, key__in=asked)}


def _seconds(assignment: Assignment, now: datetime) -> int | None:
    """Whole seconds since the first showing; None for a page that was never seen to be shown."""
    return max(0, round((now - assignment.shown_at).total_seconds())) if assignment.shown_at else None


def _before(rating: Rating) -> dict[str, object]:
    """What a correction replaces, kept in the event."""
    return {
        "reason": rating.reason,
        "answers": {score.dimension.key: score.value for score in rating.scores.all()},
    }


def _record(
    session: RatingSession,
    kind: Event.Kind,
    assignment: Assignment,
    now: datetime,
    before: dict[str, object],
) -> None:
    data = {"position": assignment.position, **({"before": before} if before else {})}
    Event.objects.create(session=session, kind=kind, at=now, data=data)
