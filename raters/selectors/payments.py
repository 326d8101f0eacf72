"""What paying raters needs. Holds platform ids: nothing of it goes into an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from raters import paying
from raters.channels import CHANNELS
from raters.models import RatingSession, Recruitment
from raters.selectors.invitations import labels_of
from raters.selectors.people import minutes_of, outcome_of, recruitment_of
from raters.selectors.work import Work, time_at_work, work_erased, work_of
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the payment list. Holds the platform's id: it never goes into an export.

    `label` is of the invitation they came by. `amount` is suggested, in minor units; None where nothing is.
    `is_bonus`: no code that the platform knows pays it.
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
    is_bonus: bool


@dataclass(frozen=True, slots=True)
class Pay:
    """What an hour of work has paid so far, at the median of the complete sessions; trial runs left out."""

    sessions: int
    minutes: float | None
    hourly: str
    minimum: str
    is_too_low: bool


def pay_of(study: Study) -> Pay:
    """The median time at work, what an hour of it paid, and the least that it must pay."""
    recruitment, times = recruitment_of(study), time_at_work(study)
    seconds = median(time.total_seconds() for time in times) if times else 0
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
    sessions = study.sessions.filter(consented_at__isnull=False)
    works, erased = work_of(sessions), work_erased(study)
    listed = sessions.select_related("identity").order_by("consented_at", "pk")
    for session in listed.iterator(chunk_size=1000):
        identity = getattr(session, "identity", None)
        work = erased.get(session.pseudonym) or works.get(session.pk, Work())
        yield Payment(
            participant_id=identity.participant_id if identity else "",
            label=labels.get(session.platform_hash, ""),
            submission_id=identity.submission_id if identity else "",
            pseudonym=session.pseudonym,
            outcome=outcome_of(session),
            pairs=work.pairs,
            skipped=work.skipped,
            minutes=minutes_of(session),
            amount=_amount(session, work, recruitment),
            code=session.code,
            is_bonus=_ended_early(session),
        )


def bonuses_of(study: Study) -> Iterator[Payment]:
    """Whoever ended early with a code, is known to the platform, and has something to get."""
    for payment in payments_of(study):
        if payment.is_bonus and payment.participant_id and payment.amount:
            yield payment


def pay_when_ending_now(session: RatingSession) -> str:
    """What the payment list would suggest if the rater ended now, in words; empty where nothing is."""
    recruitment = recruitment_of(session.study)
    work = work_of(RatingSession.objects.filter(pk=session.pk)).get(session.pk, Work())
    erased = work_erased(session.study).get(session.pseudonym)
    amount = _amount(session, erased or work, recruitment, has_ended=session.consented_at is not None)
    return paying.in_words(amount, recruitment.currency) if amount else ""


def _ended_early(session: RatingSession) -> bool:
    """Stopped or withdrew while at work; whatever came first decides, so withdrawing later changes no pay."""
    earlier = (session.completed_at, session.returned_at, session.turned_away_at)
    return not any(earlier) and bool(session.stopped_at or session.withdrawn_at)


def _amount(
    session: RatingSession, work: Work, recruitment: Recruitment, *, has_ended: bool = False
) -> int | None:
    """In minor units. A place that was given back, or is still in use, has nothing suggested."""
    reward, screened = recruitment.reward_minor, recruitment.screened_out_minor
    if session.returned_at:
        return None
    if session.turned_away_at:
        return screened
    if reward is None or session.completed_at:
        return reward
    if has_ended or _ended_early(session) or (session.timed_out_at and work.done):
        return paying.pro_rata(reward, done=work.done, planned=work.planned, at_least=screened or 0)
    return None
