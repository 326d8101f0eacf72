"""Answers for pages: where a rater is, what a page may show, how fieldwork stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from raters.channels import completion_url
from raters.models import Assignment, AssignmentQuerySet, Booklet, Rating, RatingSession, Recruitment
from raters.sides import Imbalance, PairToPlan, Slot, imbalance_of
from raters.steps import Facts
from studies import selectors as material
from studies.comparison import Comparison, Order
from studies.models import Pair, Study
from studies.protocol import ProtocolDocument


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


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """A rater's own answers, for showing them again."""

    answers: dict[str, int]
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How fieldwork stands. Counted anew each time; `surplus` ratings came after the pair was given away."""

    arrived: int
    consented: int
    completed: int
    stopped: int
    timed_out: int
    booklets: int
    booklets_free: int
    planned: int
    rated: int
    surplus: int
    median_minutes: float | None

    @property
    def percent(self) -> int:
        return 100 * self.rated // self.planned if self.planned else 0


def study_for_raters(slug: str) -> Study:
    return get_object_or_404(Study, slug=slug)


def session_for(token: UUID) -> RatingSession:
    return get_object_or_404(RatingSession.objects.select_related("study", "protocol"), token=token)


def document_for(session: RatingSession) -> ProtocolDocument:
    """The protocol the session consented to; before consent, the one it would consent to."""
    frozen = session.protocol or material.current_protocol(session.study)
    if frozen is None:
        raise Http404
    return frozen.document()


def facts_of(session: RatingSession) -> Facts:
    return Facts(
        has_consented=session.consented_at is not None,
        has_declined=session.declined_at is not None,
        has_read_instructions=session.instructed_at is not None,
        has_stopped=session.stopped_at is not None,
        has_completed=session.completed_at is not None,
        pairs_open=_assignments_of(session).unrated().count(),
    )


def next_assignment(session: RatingSession) -> Assignment | None:
    return _assignments_of(session).unrated().order_by("position").first()


def assignment_for(session: RatingSession, token: UUID) -> Assignment:
    """The session's own assignment of that address, or 404."""
    return get_object_or_404(
        Assignment.objects.select_related("booklet", "pair__dialogue", "pair__first", "pair__second").filter(
            booklet__session=session
        ),
        token=token,
    )


def is_reachable(session: RatingSession, assignment: Assignment) -> bool:
    """Whether the page may be opened: rated already, or the next one to rate."""
    following = next_assignment(session)
    return following is None or assignment.position <= following.position


def pair_page(session: RatingSession, assignment: Assignment) -> PairPage:
    design = document_for(session).design
    own = _assignments_of(session)
    before = own.filter(position__lt=assignment.position).order_by("-position").first()
    return PairPage(
        comparison=material.comparison_for(assignment.pair, Order(assignment.order), design.shown_profile),
        number=own.filter(position__lte=assignment.position).count(),
        total=own.count(),
        done=own.filter(ratings__isnull=False).count(),
        previous=before.token if before else None,
        is_correction=assignment.ratings.exists(),
    )


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


def given_answers(assignment: Assignment) -> GivenAnswers:
    rating = Rating.objects.filter(assignment=assignment).prefetch_related("scores__dimension").first()
    if rating is None:
        return GivenAnswers({}, "")
    return GivenAnswers({s.dimension.key: s.value for s in rating.scores.all()}, rating.reason)


def way_back(session: RatingSession) -> str:
    """The platform's address that takes the code; empty unless the code is one that the platform knows."""
    recruitment = recruitment_of(session.study)
    if session.code not in (recruitment.completion_code, recruitment.stopped_code):
        return ""
    return completion_url(session.channel, session.code)


def recruitment_of(study: Study) -> Recruitment:
    """The study's recruitment settings; the open link where none were made."""
    return Recruitment.objects.filter(study=study).first() or Recruitment(study=study)


def review_rows(session: RatingSession) -> list[ReviewRow]:
    tokens = _assignments_of(session).order_by("position").values_list("token", flat=True)
    return [ReviewRow(number, token) for number, token in enumerate(tokens, start=1)]


def pairs_rated(session: RatingSession) -> int:
    return _assignments_of(session).filter(ratings__isnull=False).count()


def progress_of(study: Study) -> Progress:
    return progress_by_study([study])[study.pk]


def progress_by_study(studies: Collection[Study]) -> dict[int, Progress]:
    """How fieldwork stands in each of the studies, by primary key; four queries, however many there are."""
    own = Q(study__in=studies)
    sessions = _grouped(
        RatingSession.objects.filter(own),
        "study",
        arrived=Count("pk"),
        consented=Count("pk", filter=Q(consented_at__isnull=False)),
        completed=Count("pk", filter=Q(completed_at__isnull=False)),
        stopped=Count("pk", filter=Q(stopped_at__isnull=False)),
        timed_out=Count("pk", filter=Q(timed_out_at__isnull=False, completed_at__isnull=True)),
    )
    booklets = _grouped(
        Booklet.objects.filter(protocol__study__in=studies),
        "protocol__study",
        booklets=Count("pk"),
        booklets_free=Count("pk", filter=Q(session__isnull=True)),
    )
    live, rated = Q(released_at__isnull=True), Q(ratings__isnull=False)
    assignments = _grouped(
        Assignment.objects.filter(booklet__protocol__study__in=studies),
        "booklet__protocol__study",
        planned=Count("pk", filter=live, distinct=True),
        rated=Count("pk", filter=live & rated, distinct=True),
        surplus=Count("pk", filter=~live & rated, distinct=True),
    )
    minutes = _median_minutes(studies)
    return {
        pk: Progress(**sessions(pk), **booklets(pk), **assignments(pk), median_minutes=minutes.get(pk))
        for pk in (study.pk for study in studies)
    }


def _grouped(rows: QuerySet[Any], study: str, **counts: Count) -> Callable[[int], dict[str, int]]:
    """Counts by study; the answer knows zeros for a study without rows."""
    found = {row.pop(study): row for row in rows.order_by().values(study).annotate(**counts)}
    return lambda pk: found.get(pk, dict.fromkeys(counts, 0))


def realised_imbalance(study: Study) -> Imbalance:
    """The largest |first - second| per pair, rater and system among what was really rated."""
    rows = Assignment.objects.filter(booklet__protocol__study=study, ratings__isnull=False).values_list(
        "booklet_id", "order", "pair_id", "pair__first__system__name", "pair__second__system__name"
    )
    return imbalance_of(
        (Slot(PairToPlan(str(pair), "", (first, second)), booklet), Order(order))
        for booklet, order, pair, first, second in rows.iterator(chunk_size=5000)
    )


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the payment list. Holds the platform's id: it never goes into an export."""

    participant_id: str
    submission_id: str
    pseudonym: str
    outcome: str
    pairs: int
    minutes: int | None
    code: str


def payments_of(study: Study) -> Iterator[Payment]:
    """Everybody who consented, with what paying needs."""
    sessions = (
        study.sessions.filter(consented_at__isnull=False)
        .select_related("identity")
        .annotate(pairs=Count("booklet__assignments__ratings"))
        .order_by("consented_at")
    )
    for session in sessions.iterator(chunk_size=1000):
        identity = getattr(session, "identity", None)
        yield Payment(
            participant_id=identity.participant_id if identity else "",
            submission_id=identity.submission_id if identity else "",
            pseudonym=session.pseudonym,
            outcome=outcome_of(session),
            pairs=session.pairs,
            minutes=minutes_of(session),
            code=session.code,
        )


def outcome_of(session: RatingSession) -> str:
    """One word for how a session stands: completed, stopped_early, timed_out, rating, declined or arrived."""
    if session.completed_at:
        return "completed"
    if session.stopped_at:
        return "stopped_early"
    if session.timed_out_at:
        return "timed_out"
    if session.consented_at:
        return "rating"
    return "declined" if session.declined_at else "arrived"


def _assignments_of(session: RatingSession) -> AssignmentQuerySet:
    return Assignment.objects.filter(booklet__session=session)


def minutes_of(session: RatingSession) -> int | None:
    """Whole minutes from consent to the end, or to the last sign of life; None without consent."""
    ended = session.completed_at or session.stopped_at or session.last_seen_at
    start = session.consented_at
    return round((ended - start).total_seconds() / 60) if start else None


def _median_minutes(studies: Collection[Study]) -> dict[int, float]:
    """Of the complete sessions, by study."""
    times = RatingSession.objects.filter(study__in=studies, completed_at__isnull=False).values_list(
        "study_id", "consented_at", "completed_at"
    )
    spans: dict[int, list[float]] = defaultdict(list)
    for study, consented, completed in times:
        if consented and completed:
            spans[study].append((completed - consented).total_seconds() / 60)
    return {study: median(minutes) for study, minutes in spans.items()}
