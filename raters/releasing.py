"""Releasing: which of the raters' written reasons may stand in a replication bundle. A person reads each."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from raters.models import Rating
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Decided:
    """`changed`: so many were corrected, deleted or emptied since they were read, and nothing was decided."""

    released: int
    withheld: int
    changed: int


def reasons_of(study: Study) -> QuerySet[Rating]:
    """Ratings with a written reason, whatever was decided on it, in a fixed order."""
    own = Rating.objects.filter(assignment__booklet__protocol__study=study).exclude(reason="")
    return own.order_by("pk")


def waiting() -> Q:
    """Nobody has decided on the reason as it stands now."""
    return Q(reason_released_at__isnull=True, reason_withheld_at__isnull=True)


def version_of(reason: str) -> str:
    """Tells a reason from what it is corrected to."""
    return hashlib.sha256(reason.encode()).hexdigest()[:16]


@transaction.atomic
def decide(*, study: Study, shown: Mapping[int, str], released: Collection[int], now: datetime) -> Decided:
    """Of the reasons that somebody was shown, releases those named and withholds the others.

    `shown`: by primary key, which version was read. A decision can be changed by deciding again. What was not
    shown, is another text by now, or is not the study's, stays as it was.
    """
    locked = reasons_of(study).filter(pk__in=shown).select_for_update(of=("self",))
    as_shown = [pk for pk, reason in locked.values_list("pk", "reason") if version_of(reason) == shown[pk]]
    own = Rating.objects.filter(pk__in=as_shown)
    yes = own.filter(pk__in=released).update(reason_released_at=now, reason_withheld_at=None)
    no = own.exclude(pk__in=released).update(reason_released_at=None, reason_withheld_at=now)
    return Decided(yes, no, len(shown) - len(as_shown))
