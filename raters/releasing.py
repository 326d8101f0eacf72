"""Releasing: which of the raters' written reasons may stand in a replication bundle. A person reads each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from raters.models import Rating
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Decided:
    released: int
    withheld: int


def reasons_of(study: Study) -> QuerySet[Rating]:
    """Ratings with a written reason, whatever was decided on it, in a fixed order."""
    own = Rating.objects.filter(assignment__booklet__protocol__study=study).exclude(reason="")
    return own.order_by("pk")


def waiting() -> Q:
    """Nobody has decided on the reason as it stands now."""
    return Q(reason_released_at__isnull=True, reason_withheld_at__isnull=True)


@transaction.atomic
def decide(*, study: Study, shown: Collection[int], released: Collection[int], now: datetime) -> Decided:
    """Of the reasons that somebody was shown, releases those named and withholds the others.

    A decision can be changed by deciding again. What was not shown, or is not the study's, stays as it was.
    """
    own = reasons_of(study).filter(pk__in=shown).order_by()
    yes = own.filter(pk__in=released).update(reason_released_at=now, reason_withheld_at=None)
    no = own.exclude(pk__in=released).update(reason_released_at=None, reason_withheld_at=now)
    return Decided(yes, no)
