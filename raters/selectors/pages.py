"""What a rater's page may show. Nothing here names a system, and nothing is a model."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from raters.models import Assignment, AssignmentQuerySet, Rating, RatingSession, Skip
from raters.selectors.journey import assignments_of
from raters.selectors.people import document_for
from studies import selectors as material
from studies.comparison import Comparison, Order
from studies.models import Pair, Study
from studies.protocol import MAIN


@dataclass(frozen=True, slots=True)
class PairPage:
    """All that a pair's page knows. No id, no system, nothing but what may be seen."""

    comparison: Comparison
    number: int
    total: int
    done: int
    previous: UUID | None
    is_correction: bool


@dataclass(frozen=True, slots=True)
class ReviewRow:
    number: int
    assignment: UUID
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """A rater's own answers, for showing them again."""

    answers: dict[str, int]
    reason: str


def pair_page(session: RatingSession, assignment: Assignment, phase: str) -> PairPage:
    design = document_for(session).design
    own = _to_go_through(session, phase)
    before = own.filter(position__lt=assignment.position).order_by("-position").first()
    return PairPage(
        comparison=material.comparison_for(assignment.pair, Order(assignment.order), design.shown_profile),
        number=own.filter(position__lte=assignment.position).count(),
        total=own.count(),
        done=own.count() - own.open(phase).count(),
        previous=before.token if before else None,
        is_correction=assignment.ratings.filter(phase=phase).exists(),
    )


def _to_go_through(session: RatingSession, phase: str) -> AssignmentQuerySet:
    """A phase's pairs as the rater counts them: without those on themes that they opted out of."""
    own = assignments_of(session).exclude(skips__reason=Skip.Reason.THEME)
    return own if phase == MAIN else own.main().rated(MAIN)


def preview_page(study: Study, number: int) -> PairPage:
    """The study's main pair of that number (from 1) as a rater would see it; 404 where there is none."""
    pairs = Pair.objects.of(study).main().select_related("dialogue", "first", "second").order_by("pk")
    total = pairs.count()
    if not 1 <= number <= total:
        raise Http404
    pair = pairs[number - 1]
    order = Order.AB if number % 2 else Order.BA
    comparison = material.comparison_for(pair, order, study.shown_profile)
    return PairPage(comparison, number, total, number - 1, None, False)


def given_answers(assignment: Assignment, phase: str) -> GivenAnswers:
    rating = (
        Rating.objects.filter(assignment=assignment, phase=phase)
        .prefetch_related("scores__dimension")
        .first()
    )
    if rating is None:
        return GivenAnswers({}, "")
    return GivenAnswers({s.dimension.key: s.value for s in rating.scores.all()}, rating.reason)


def review_rows(session: RatingSession, phase: str) -> list[ReviewRow]:
    """A phase's pairs as numbered on their pages; none in a phase that the protocol does not hold."""
    if phase not in document_for(session).phases:
        return []
    rows = _to_go_through(session, phase).order_by("position")
    done = set(rows.rated(phase).values_list("pk", flat=True))
    return [
        ReviewRow(number, token, is_skipped=pk not in done)
        for number, (pk, token) in enumerate(rows.values_list("pk", "token"), start=1)
    ]


def pairs_rated(session: RatingSession) -> int:
    return assignments_of(session).rated(MAIN).count()
