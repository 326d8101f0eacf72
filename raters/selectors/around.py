"""What the pages around the pairs may show: questions without the right answer, times, a pair once more."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final
from uuid import UUID

from django.db.models import Max

from raters import paying
from raters.models import Answer, Assignment, RatingSession
from raters.resting import REST, Rest
from raters.selectors.journey import assignments_of, blinding_assignments, place_kept_until, rest_of
from raters.selectors.people import document_for, recruitment_of
from studies import selectors as material
from studies.comparison import OVERALL, Comparison, Order, canonical
from studies.protocol import MAIN, ProtocolDocument, Question

MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asking:
    """A question around the pairs with its options in the order shown; which one is right is left out."""

    key: str
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A training pair after the answer. `by_most`: the letter of the reply that most people choose.

    `answer` is the rater's own in words; empty where no overall preference was asked.
    """

    comparison: Comparison
    answer: str
    by_most: str
    agrees: bool
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A time in the largest unit that says enough; the other two are 0."""

    days: int = 0
    hours: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """A suggested break, or a sitting that is over or long: then how long to rest, and how long the place is
    kept. `sitting`: minutes after which a sitting is long."""

    is_over: bool
    is_long: bool
    sitting: int
    rest: Span
    kept: Span


@dataclass(frozen=True, slots=True)
class PairAgain:
    """A page of the blinding check: a pair as it was shown before, and which page of how many."""

    assignment: UUID
    comparison: Comparison
    number: int
    total: int


def comprehension_questions(session: RatingSession) -> list[Asking]:
    """The options in an order drawn for each session, so that the right one stands anywhere."""
    document = document_for(session)
    return [_shuffled(document, session, question) for question in document.journey.comprehension]


def _shuffled(document: ProtocolDocument, session: RatingSession, question: Question) -> Asking:
    rng = random.Random(f"{document.design.seed}/comprehension/{session.pseudonym}/{question.key}")
    options = rng.sample(question.options, len(question.options))
    return Asking(question.key, question.text, tuple(options))


def survey_questions(session: RatingSession) -> list[Asking]:
    survey = document_for(session).journey.survey
    return [Asking(question.key, question.text, question.options) for question in survey]


def tries_made(session: RatingSession) -> int:
    """How often the comprehension check was sent."""
    own = Answer.objects.filter(session=session, use=Answer.Use.COMPREHENSION)
    return own.aggregate(last=Max("attempt"))["last"] or 0


def last_try(session: RatingSession) -> dict[str, str]:
    """The options chosen in the latest try of the comprehension check, by question."""
    own = Answer.objects.filter(
        session=session, use=Answer.Use.COMPREHENSION, attempt=tries_made(session)
    ).values_list("key", "value")
    return dict(own)


def wrongly_answered(document: ProtocolDocument, answers: Mapping[str, str]) -> set[str]:
    """Keys of the comprehension questions whose answer is not the right one."""
    return {
        question.key
        for question in document.journey.comprehension
        if question.right is not None and answers.get(question.key) != question.options[question.right - 1]
    }


def feedback_on(session: RatingSession, assignment: Assignment) -> Feedback | None:
    """What a rater reads after a training pair; None for a pair of another kind, or one not rated yet."""
    rating = assignment.ratings.filter(phase=MAIN).first()
    if assignment.kind != Assignment.Kind.TRAINING or rating is None:
        return None
    document, order = document_for(session), Order(assignment.order)
    value = rating.scores.filter(dimension__key=OVERALL).values_list("value", flat=True).first()
    expected = canonical(assignment.pair.expected or 0, order)
    labels = {answer.value: answer.label for answer in document.answers}
    return Feedback(
        comparison=material.comparison_for(assignment.pair, order, document.design.shown_profile),
        answer="" if value is None else labels[value],
        by_most="A" if expected < 0 else "B",
        agrees=value is not None and value * expected > 0,
        text=assignment.pair.feedback,
    )


def pause_of(session: RatingSession, now: datetime) -> Pause:
    kept = place_kept_until(session) - now
    due = rest_of(session, now)
    return Pause(
        is_over=due is Rest.SITTING_OVER,
        is_long=due is Rest.SITTING_LONG,
        sitting=document_for(session).journey.sitting_minutes,
        rest=span_of(session.last_seen_at + REST - now),
        kept=span_of(kept),
    )


def span_of(time: timedelta) -> Span:
    """Minutes rounded up, at least one; from two hours on whole hours, from two days on whole days."""
    if time >= timedelta(days=2):
        return Span(days=time.days)
    if time >= timedelta(hours=2):
        return Span(hours=time // timedelta(hours=1))
    return Span(minutes=max(1, ceil(time / MINUTE)))


def next_guess(session: RatingSession) -> PairAgain | None:
    """The first pair of the blinding check without a guess."""
    document = document_for(session)
    drawn = blinding_assignments(session, document)
    for number, assignment in enumerate(drawn, start=1):
        if not hasattr(assignment, "guess"):
            return pair_again(session, assignment, number=number, total=len(drawn))
    return None


def pair_again(session: RatingSession, assignment: Assignment, *, number: int, total: int) -> PairAgain:
    profile = document_for(session).design.shown_profile
    whole = assignments_of(session).select_related("pair__dialogue", "pair__first", "pair__second")
    shown = whole.get(pk=assignment.pk)
    comparison = material.comparison_for(shown.pair, Order(shown.order), profile)
    return PairAgain(assignment.token, comparison, number, total)


def screened_out_payment(session: RatingSession) -> str:
    """What the study pays for the comprehension check alone, in words; empty where it says nothing."""
    recruitment = recruitment_of(session.study)
    amount = recruitment.screened_out_minor
    return "" if amount is None else paying.in_words(amount, recruitment.currency)
