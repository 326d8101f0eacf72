"""How fieldwork stands, counted anew each time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from raters.models import Assignment, Booklet, RatingSession, Skip
from raters.selectors.remainders import pairs_held_back
from raters.sides import Imbalance, PairToPlan, Slot, imbalance_of
from studies.comparison import Order
from studies.models import Protocol, Study
from studies.protocol import MAIN, RUBRIC

#: Of an assignment with a rating: the pair had not been given to somebody else by then.
IN_TIME: Final = Q(released_at__isnull=True) | Q(released_at__gt=F("ratings__rated_at"))
#: The rater's ratings are analysed.
KEPT: Final = Q(booklet__session__returned_at__isnull=True, booklet__session__erased_at__isnull=True)
#: Counts of one study, by name; given its primary key.
Counts = Callable[[int], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Progress:
    """How fieldwork stands. Counted anew each time.

    A session is counted in everything that happened to it; `skipped` are pairs, by whichever phase.
    `planned`, `rated` and `surplus` are of main pairs, in the first pass; `surplus` ratings came after the
    pair was given away. `held_back` main pairs wait in small remainders. `rubric_planned` are the main pairs
    that two-pass protocols ask the rubric on, `rubric_rated` those that got it: where a rater left between
    the passes it stays missing, for the preference stands.
    """

    arrived: int
    consented: int
    completed: int
    stopped: int
    timed_out: int
    booklets: int
    booklets_free: int
    planned: int
    held_back: int
    rated: int
    surplus: int
    rubric_planned: int
    rubric_rated: int
    turned_away: int
    withdrawn: int
    returned: int
    skipped: int
    median_minutes: float | None

    @property
    def percent(self) -> int:
        return 100 * self.rated // self.planned if self.planned else 0


def progress_of(study: Study) -> Progress:
    return progress_by_study([study])[study.pk]


def progress_by_study(studies: Collection[Study]) -> dict[int, Progress]:
    """How fieldwork stands in each of the studies, by primary key; at most nine queries for any number."""
    counts = (_sessions(studies), _booklets(studies), _pairs(studies), _rubric(studies), _skips(studies))
    held, minutes = pairs_held_back(studies), _median_minutes(studies)
    return {
        study.pk: Progress(
            **{name: number for found in counts for name, number in found(study.pk).items()},
            held_back=held[study.pk],
            median_minutes=minutes.get(study.pk),
        )
        for study in studies
    }


def _sessions(studies: Collection[Study]) -> Counts:
    return _grouped(
        RatingSession.objects.filter(study__in=studies),
        "study",
        arrived=Count("pk"),
        consented=Count("pk", filter=Q(consented_at__isnull=False)),
        completed=Count("pk", filter=Q(completed_at__isnull=False)),
        stopped=Count("pk", filter=Q(stopped_at__isnull=False)),
        timed_out=Count("pk", filter=Q(timed_out_at__isnull=False, completed_at__isnull=True)),
        turned_away=Count("pk", filter=Q(turned_away_at__isnull=False)),
        withdrawn=Count("pk", filter=Q(withdrawn_at__isnull=False)),
        returned=Count("pk", filter=Q(returned_at__isnull=False)),
    )


def _booklets(studies: Collection[Study]) -> Counts:
    return _grouped(
        Booklet.objects.filter(protocol__study__in=studies),
        "protocol__study",
        booklets=Count("pk"),
        booklets_free=Count("pk", filter=Q(session__isnull=True)),
    )


def _pairs(studies: Collection[Study]) -> Counts:
    live, rated = Q(released_at__isnull=True), Q(ratings__phase=MAIN)
    late = Q(ratings__rated_at__gte=F("released_at"))
    return _grouped(
        Assignment.objects.main().filter(booklet__protocol__study__in=studies),
        "booklet__protocol__study",
        planned=Count("pk", filter=live, distinct=True),
        rated=Count("pk", filter=live & rated, distinct=True),
        surplus=Count("pk", filter=rated & ~live & late & KEPT, distinct=True),
    )


def _rubric(studies: Collection[Study]) -> Counts:
    """Of protocols with a second pass."""
    protocols = Protocol.objects.filter(study__in=studies)
    with_rubric = [one.pk for one in protocols if RUBRIC in one.document().phases]
    return _grouped(
        Assignment.objects.main().live().filter(booklet__protocol__in=with_rubric),
        "booklet__protocol__study",
        rubric_planned=Count("pk", distinct=True),
        rubric_rated=Count("pk", filter=Q(ratings__phase=RUBRIC), distinct=True),
    )


def _skips(studies: Collection[Study]) -> Counts:
    return _grouped(
        Skip.objects.filter(assignment__booklet__protocol__study__in=studies),
        "assignment__booklet__protocol__study",
        skipped=Count("assignment", distinct=True),
    )


def _grouped(rows: QuerySet[Any], study: str, **counts: Count) -> Counts:
    """Counts by study; the answer knows zeros for a study without rows."""
    found = {row.pop(study): row for row in rows.order_by().values(study).annotate(**counts)}
    return lambda pk: found.get(pk, dict.fromkeys(counts, 0))


def realised_imbalance(study: Study) -> Imbalance:
    """The largest |first - second| per pair, rater and system among the main pairs that were rated.

    Without surplus ratings, and without those of places that were returned.
    """
    own = Assignment.objects.main().filter(booklet__protocol__study=study)
    counted = own.filter(Q(ratings__phase=MAIN) & IN_TIME & KEPT)
    rows = counted.values_list(
        "booklet_id", "order", "pair_id", "pair__first__system__name", "pair__second__system__name"
    )
    return imbalance_of(
        (Slot(PairToPlan(str(pair), "", (first, second)), booklet), Order(order))
        for booklet, order, pair, first, second in rows.iterator(chunk_size=5000)
    )


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
