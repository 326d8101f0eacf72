"""How coding stands, for the desk: who has done what, and which texts lack coders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from raters.models import CodingSession
from studies.models import Passage, Study


@dataclass(frozen=True, slots=True)
class CoderProgress:
    """One coder on the desk. `token` is the key to their pages: for staff who may see it."""

    pk: int
    pseudonym: str
    label: str
    token: UUID
    dealt: int
    coded: int
    skipped: int
    left: int
    handed_over: int
    last_seen_at: datetime | None
    state: str


def coders_of(study: Study) -> list[CoderProgress]:
    """A study's coders in the order in which they were invited; one query."""
    there = Q(assignments__passage__erased_at__isnull=True)
    given = Q(assignments__released_at__isnull=False)
    live = Q(assignments__released_at__isnull=True) & there
    coded = Q(assignments__coded_at__isnull=False)
    skipped = Q(assignments__skipped_at__isnull=False)
    rows: QuerySet[CodingSession] = CodingSession.objects.filter(study=study).order_by("pk")
    counted = rows.annotate(
        dealt=Count("assignments", filter=live),
        coded=Count("assignments", filter=live & coded),
        skipped=Count("assignments", filter=live & skipped),
        handed_over=Count("assignments", filter=given & there),
    )
    return list(_progress(counted))


def _progress(rows: QuerySet[CodingSession]) -> Iterator[CoderProgress]:
    names = ("pk", "pseudonym", "label", "token", "dealt", "coded", "skipped", "handed_over")
    for row in rows.values(*names, "started_at", "stopped_at", "last_seen_at"):
        left = row["dealt"] - row["coded"] - row["skipped"]
        state = "stopped" if row["stopped_at"] else "coding" if row["started_at"] else "invited"
        yield CoderProgress(
            **{name: row[name] for name in names},
            left=left,
            last_seen_at=row["last_seen_at"],
            state="done" if state == "coding" and not left else state,
        )


@dataclass(frozen=True, slots=True)
class TextsLeft:
    """Of the texts that are set out: how many have fewer than two coders, and how many two have coded."""

    texts: int
    lacking: int
    coded: int


def texts_left(study: Study) -> TextsLeft:
    has = Q(assignments__released_at__isnull=True)
    rows = (
        Passage.objects.filter(study=study)
        .legible()
        .annotate(
            readers=Count("assignments", filter=has),
            times_coded=Count("assignments", filter=Q(assignments__coded_at__isnull=False)),
        )
    )
    return TextsLeft(
        **rows.aggregate(
            texts=Count("pk"),
            lacking=Count("pk", filter=Q(readers__lt=2)),
            coded=Count("pk", filter=Q(times_coded__gte=2)),
        )
    )
