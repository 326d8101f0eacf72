"""What paying raters needs. Holds platform ids: nothing of it goes into an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from django.db.models import Count, Q

from raters import paying
from raters.channels import CHANNELS
from raters.models import RatingSession, Recruitment, Skip
from raters.selectors.invitations import labels_of
from raters.selectors.people import minutes_of, outcome_of, recruitment_of
from raters.selectors.rights import pairs_erased
from studies.models import Study
from studies.protocol import MAIN

#: Ends before completion that are paid by a bonus file.
BONUS: Final = frozenset({"stopped_early", "withdrawn"})
#: Pairs on a theme that the rater opted out of were neither planned for them nor done.
THEME: Final = Skip.Reason.THEME
#: A pair that a rater skipped counts as done: skipping costs nothing.
SKIPPED: Final = Q(booklet__assignments__skips__phase=MAIN) & Q(
    booklet__assignments__skips__reason__in=[reason for reason in Skip.Reason if reason != THEME]
)


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the payment list. Holds the platform's id: it never goes into an export.

    `label` is of the invitation they came by. `amount` is suggested, in minor units; None where nothing is.
    """

    participant_id: str
    label: str
    submission_id: str
    pseudonym: str
    outcome: str
    pairs: int
    skipped: int
    minutes: int | None
    amount: int | None
    code: str
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Work:
    """Pairs planned for a rater, and those done. Where the ratings were deleted: those that were shown."""

    planned: int
    done: int


@dataclass(frozen=True, slots=True)
class Pay:
    """What an hour has paid so far, at the median of the complete sessions; trial runs left out."""

    sessions: int
    minutes: float | None
    hourly: str
    minimum: str
    is_too_low: bool


def pay_of(study: Study) -> Pay:
    """The median from consent to completion, what an hour paid by it, and the least that it must pay."""
    recruitment = recruitment_of(study)
    complete = study.sessions.filter(completed_at__isnull=False, is_pilot=False)
    times = [
        (completed - consented).total_seconds()
        for consented, completed in complete.values_list("consented_at", "completed_at")
        if consented and completed
    ]
    seconds = median(times) if times else 0
    per_hour = paying.hourly(recruitment.reward_minor or 0, seconds=seconds) or None
    least = least_per_hour(recruitment)
    return Pay(
        sessions=len(times),
        minutes=seconds / 60 if times else None,
        hourly=paying.in_words(per_hour, recruitment.currency) if per_hour else "",
        minimum=paying.in_words(least, recruitment.currency) if least else "",
        is_too_low=bool(per_hour and least and per_hour < least),
    )


def least_per_hour(recruitment: Recruitment) -> int | None:
    """The researcher's own minimum, or else the platform's in the study's currency, in minor units."""
    platforms = CHANNELS[recruitment.channel].minimum_hourly.get(recruitment.currency.upper())
    return recruitment.minimum_hourly_minor or platforms


def payments_of(study: Study) -> Iterator[Payment]:
    """Everybody who consented, with what paying needs."""
    recruitment, labels = recruitment_of(study), labels_of(study)
    own = "booklet__assignments"
    sessions = (
        study.sessions.filter(consented_at__isnull=False)
        .select_related("identity")
        .annotate(
            planned=Count(own, distinct=True),
            left_out=Count(own, distinct=True, filter=Q(booklet__assignments__skips__reason=THEME)),
            shown=Count(own, distinct=True, filter=Q(booklet__assignments__shown_at__isnull=False)),
            pairs=Count(own, distinct=True, filter=Q(booklet__assignments__ratings__phase=MAIN)),
            skipped=Count(own, distinct=True, filter=SKIPPED),
        )
        .order_by("consented_at")
    )
    erased = pairs_erased(study)
    for session in sessions.iterator(chunk_size=1000):
        identity = getattr(session, "identity", None)
        done = session.pairs + session.skipped
        work = Work(session.planned - session.left_out, session.shown if session.erased_at else done)
        yield Payment(
            participant_id=identity.participant_id if identity else "",
            label=labels.get(session.platform_hash, ""),
            submission_id=identity.submission_id if identity else "",
            pseudonym=session.pseudonym,
            outcome=outcome_of(session),
            pairs=session.pairs + erased.get(session.pseudonym, 0),
            skipped=session.skipped,
            minutes=minutes_of(session),
            amount=_amount(session, work, recruitment),
            code=session.code,
            is_complete=session.completed_at is not None,
        )


def bonuses_of(study: Study) -> Iterator[Payment]:
    """Whoever ended early with a code, is known to the platform, and has something to get."""
    for payment in payments_of(study):
        ended_early = payment.outcome in BONUS and not payment.is_complete
        if ended_early and payment.participant_id and payment.amount:
            yield payment


def _amount(session: RatingSession, work: Work, recruitment: Recruitment) -> int | None:
    """In minor units. A place that was given back, or is still in use, has nothing suggested."""
    outcome, reward, screened = outcome_of(session), recruitment.reward_minor, recruitment.screened_out_minor
    if outcome == "turned_away":
        return screened
    if reward is None:
        return None
    if session.completed_at:
        return None if outcome == "returned" else reward
    if outcome in BONUS or (outcome == "timed_out" and work.done):
        return paying.pro_rata(reward, done=work.done, planned=work.planned, at_least=screened or 0)
    return None
