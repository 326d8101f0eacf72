"""Rating: storing what a rater clicked, once, whatever the browser does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from raters import messaging
from raters.models import Assignment, Draft, Event, Rating, RatingScore, RatingSession, ReplyFlag
from raters.noting import note
from raters.participating import has_ended, seen
from raters.selectors import has_settled, is_asked_again
from studies.models import Dimension
from studies.protocol import MAIN, ProtocolDocument

LONGEST_REASON: Final = 5000


class InvalidAnswers(Exception):
    """The answers don't fit the protocol: a row is missing or unknown, or a value is not on the scale."""


class SessionOver(Exception):
    """The answers can no longer be corrected: the session is complete, or what came next was seen."""


class NotAsked(Exception):
    """The phase is not asked of this pair: it follows an answer that is not there, or there is none such."""


def mark_shown(*, assignment: Assignment, now: datetime, phase: str = MAIN) -> None:
    """Starts the clock of a pair at its first showing in the phase; later showings don't reset it."""
    field = _shown_field(phase)
    Assignment.objects.filter(pk=assignment.pk, **{f"{field}__isnull": True}).update(**{field: now})


def _shown_field(phase: str) -> str:
    return "shown_at" if phase == MAIN else "rubric_shown_at"


@transaction.atomic
def submit(
    *,
    assignment: Assignment,
    answers: Mapping[str, int],
    reason: str,
    layout: str,
    now: datetime,
    phase: str = MAIN,
    flags: Collection[tuple[int, str]] = (),
    instructed_answer: int | None = None,
    visible_seconds: int | None = None,
    focus_losses: int | None = None,
    pastes: int | None = None,
) -> Rating:
    """Stores the answers on an assignment, or corrects them: a second submit never adds a rating.

    `answers`: value as shown by dimension key, for every row of the phase. `flags`: side as shown (1, 2)
    and kind. The three counts are totals over all showings. The phase's draft is gone afterwards. A pair
    that has been given to somebody else in the meantime is still accepted, and counts as surplus; so is a
    first answer after the end, which is not analysed. Raises NotAsked, InvalidAnswers, and SessionOver where
    a complete session would be changed, or a preference after the second pass was seen.
    """
    # The session first, then the assignment: the order in which finishing, stopping and timing out lock.
    session = RatingSession.objects.select_for_update().get(booklet=assignment.booklet_id)
    locked = Assignment.objects.select_for_update().get(pk=assignment.pk)
    rating = _known(locked, phase)
    _check_open(session, locked, phase, rating)
    dimensions = _dimensions(session, answers, phase)
    check = _instructed(session, locked, phase, instructed_answer)
    Draft.objects.filter(assignment=locked, phase=phase).delete()
    said = {"reason": reason, "answers": dict(answers), "flags": _listed(flags), "instructed_answer": check}
    if rating and _before(rating) == said:
        return rating
    rating = rating and _corrected(rating, session, now)
    rating = rating or _first(session, locked, phase, layout, now)
    counts = {"visible_seconds": visible_seconds, "focus_losses": focus_losses, "pastes": pastes}
    _write(rating, said, counts, dimensions)
    messaging.notice(rating=rating, now=now)
    seen(session=session, now=now)
    return rating


def _check_open(session: RatingSession, assignment: Assignment, phase: str, rating: Rating | None) -> None:
    if _is_over(session, rating):
        raise SessionOver
    if phase != MAIN and not is_asked_again(session, assignment, phase):
        raise NotAsked


def _known(assignment: Assignment, phase: str) -> Rating | None:
    rows = Rating.objects.filter(assignment=assignment, phase=phase).select_related("assignment")
    return rows.prefetch_related("scores__dimension", "flags").first()


def _first(session: RatingSession, assignment: Assignment, phase: str, layout: str, now: datetime) -> Rating:
    note(session, Event.Kind.RATED, now, position=assignment.position)
    seconds = _seconds(assignment, phase, now)
    return Rating.objects.create(
        assignment=assignment, phase=phase, layout=layout, seconds=seconds, rated_at=now
    )


def _corrected(rating: Rating, session: RatingSession, now: datetime) -> Rating:
    """Made ready for other answers; what stood there is kept in the session's events."""
    position = rating.assignment.position
    note(session, Event.Kind.CORRECTED, now, position=position, before=_before(rating))
    rating.corrected_at = now
    return rating


def _is_over(session: RatingSession, rating: Rating | None) -> bool:
    """Late first answers are still taken, unless the rater withdrew; nothing given changes after the end.

    Nor does a preference once the second pass was seen.
    """
    if session.withdrawn_at:
        return True
    if rating is None:
        return False
    return session.reviewed_at is not None or has_ended(session) or has_settled(session, rating.phase)


def _write(
    rating: Rating,
    said: Mapping[str, Any],
    counts: Mapping[str, int | None],
    dimensions: Mapping[str, Dimension],
) -> None:
    """Puts the answers in the place of whatever stood there; counts never fall."""
    if rating.reason != said["reason"]:
        # Somebody read, and decided on, other words.
        rating.reason_released_at = rating.reason_withheld_at = None
    rating.reason = said["reason"]
    rating.instructed_answer = said["instructed_answer"]
    for name, told in counts.items():
        setattr(rating, name, _larger(getattr(rating, name), told))
    rating.save()
    # By queries of their own: what was prefetched is what stood there before.
    RatingScore.objects.filter(rating=rating).delete()
    RatingScore.objects.bulk_create(
        RatingScore(rating=rating, dimension=dimensions[key], value=value)
        for key, value in said["answers"].items()
    )
    ReplyFlag.objects.filter(rating=rating).delete()
    ReplyFlag.objects.bulk_create(
        ReplyFlag(rating=rating, side=side, kind=kind) for side, kind in said["flags"]
    )


def _larger(known: int | None, told: int | None) -> int | None:
    counts = [count for count in (known, told) if count is not None]
    return max(counts, default=None)


def _document(session: RatingSession) -> ProtocolDocument:
    assert session.protocol is not None
    return session.protocol.document()


def _dimensions(session: RatingSession, answers: Mapping[str, int], phase: str) -> dict[str, Dimension]:
    """The rubric's rows by key, once the answers are known to fit the session's protocol."""
    document = _document(session)
    asked = {row.key for row in document.asked_in(phase)}
    if set(answers) != asked:
        raise InvalidAnswers(f"expected answers on {sorted(asked)}, got {sorted(answers)}")
    allowed = {answer.value for answer in document.answers}
    wrong = {key: value for key, value in answers.items() if value not in allowed}
    if wrong:
        raise InvalidAnswers(f"not on the answer scale {sorted(allowed)}: {wrong}")
    return {row.key: row for row in Dimension.objects.filter(study=session.study_id, key__in=asked)}


def _instructed(session: RatingSession, assignment: Assignment, phase: str, answer: int | None) -> int | None:
    """What was chosen in the extra row, where the pair has one; it is asked in the first pass only."""
    if assignment.instructed_value is None or phase != MAIN:
        return None
    allowed = {option.value for option in _document(session).answers}
    if answer not in allowed:
        raise InvalidAnswers(f"the attention check: expected one of {sorted(allowed)}, got {answer}")
    return answer


def _seconds(assignment: Assignment, phase: str, now: datetime) -> int | None:
    """Whole seconds since the phase's first showing; None for a page that was never seen to be shown."""
    shown_at: datetime | None = getattr(assignment, _shown_field(phase))
    return max(0, round((now - shown_at).total_seconds())) if shown_at else None


def _before(rating: Rating) -> dict[str, Any]:
    """What a correction replaces, kept in the event."""
    return {
        "reason": rating.reason,
        "answers": {score.dimension.key: score.value for score in rating.scores.all()},
        "flags": _listed((flag.side, flag.kind) for flag in rating.flags.all()),
        "instructed_answer": rating.instructed_answer,
    }


def _listed(flags: Any) -> list[list[int | str]]:
    """Flags as JSON has them, each once, in one order."""
    return [[side, kind] for side, kind in sorted(set(flags))]
