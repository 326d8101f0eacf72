"""What a rater's page may show. Nothing here names a system, and nothing is a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.http import Http404

from raters.models import Assignment, AssignmentQuerySet, Draft, Rating, RatingSession, Skip
from raters.selectors.journey import assignments_of
from raters.selectors.people import document_for
from studies import selectors as material
from studies.comparison import Comparison, Order, ShownTurn
from studies.models import Pair, Study
from studies.protocol import MAIN, RUBRIC

#: A history of more turns than FOLDED is shown with all but the last LAST_TURNS folded away.
FOLDED: Final = 8
LAST_TURNS: Final = 6
#: Characters of both replies from which on the form lies far below on any screen.
LONG_REPLIES: Final = 3000


@dataclass(frozen=True, slots=True)
class PairPage:
    """All that a pair's page knows. No id, no system, nothing but what may be seen."""

    comparison: Comparison
    number: int
    total: int
    done: int
    previous: UUID | None
    is_correction: bool
    phase: str = MAIN
    #: The pair's own address; None where nothing can be sent from the page.
    assignment: UUID | None = None
    is_skipped: bool = False

    @property
    def is_second_pass(self) -> bool:
        return self.phase == RUBRIC

    @property
    def earlier_turns(self) -> tuple[ShownTurn, ...]:
        """What is folded away of a long history."""
        turns = self.comparison.turns
        return turns[:-LAST_TURNS] if len(turns) > FOLDED else ()

    @property
    def last_turns(self) -> tuple[ShownTurn, ...]:
        return self.comparison.turns[len(self.earlier_turns) :]

    @property
    def is_long(self) -> bool:
        return len(self.comparison.first) + len(self.comparison.second) > LONG_REPLIES


@dataclass(frozen=True, slots=True)
class ReviewRow:
    number: int
    assignment: UUID
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """A rater's own answers, for showing them again."""

    answers: dict[str, int] = field(default_factory=dict)
    reason: str = ""
    flags: tuple[tuple[int, str], ...] = ()
    instructed_answer: int | None = None
    counts: Mapping[str, int | None] = field(default_factory=dict)


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
        phase=phase,
        assignment=assignment.token,
        is_skipped=assignment.skips.filter(phase=phase).exists(),
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
        .prefetch_related("scores__dimension", "flags")
        .first()
    )
    if rating is None:
        return GivenAnswers()
    return GivenAnswers(
        answers={score.dimension.key: score.value for score in rating.scores.all()},
        reason=rating.reason,
        flags=tuple((flag.side, flag.kind) for flag in rating.flags.all()),
        instructed_answer=rating.instructed_answer,
        counts={name: getattr(rating, name) for name in ("visible_seconds", "focus_losses", "pastes")},
    )


def draft_of(assignment: Assignment, phase: str) -> dict[str, str | list[str]]:
    """The fields of a form that was filled and not sent yet; empty where there is none."""
    draft = Draft.objects.filter(assignment=assignment, phase=phase).first()
    return draft.fields if draft else {}


def may_skip(session: RatingSession, assignment: Assignment, phase: str) -> bool:
    """Whether the pair is open in a phase that the session's protocol holds."""
    own = assignments_of(session).filter(pk=assignment.pk)
    return phase in document_for(session).phases and own.open(phase).exists()


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
