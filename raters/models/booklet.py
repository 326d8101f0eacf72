"""What was planned for one rater: ordered pairs with their sides."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from raters.models.session import RatingSession
from studies.comparison import Order
from studies.models import Pair, Protocol, Study
from studies.protocol import MAIN

if TYPE_CHECKING:
    from raters.models.answers import Skip
    from raters.models.rating import Rating


class BookletQuerySet(models.QuerySet["Booklet"]):
    def unclaimed(self, study: Study) -> Self:
        return self.filter(protocol__study=study, session__isnull=True)

    def full(self, half: int) -> Self:
        """Booklets as planned, and remainders of at least `half` main pairs."""
        return self._with_mains().filter(Q(remainder_of__isnull=True) | Q(mains__gte=half))

    def small(self, half: int) -> Self:
        """Remainders of fewer than `half` main pairs."""
        return self._with_mains().filter(remainder_of__isnull=False, mains__lt=half)

    def _with_mains(self) -> Self:
        own = Assignment.objects.main().filter(booklet=OuterRef("pk")).order_by()
        counted = own.values("booklet").annotate(number=Count("pk")).values("number")
        return self.alias(mains=Coalesce(Subquery(counted), 0))


class Booklet(models.Model):
    """Ordered pairs with their sides, planned for one rater. Claimed whole, by one guarded UPDATE."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="booklets")
    number = models.PositiveIntegerField()
    dimension_keys = models.JSONField[list[str]](help_text=_("The rubric rows in this rater's order."))
    session = models.OneToOneField(
        RatingSession, null=True, blank=True, on_delete=models.PROTECT, related_name="booklet"
    )
    remainder_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="remainders"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = BookletQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["protocol", "number"], name="raters_booklet_number_once"),
            models.CheckConstraint(
                name="raters_booklet_claimed_means_by_whom_and_when",
                condition=Q(session__isnull=True, claimed_at__isnull=True)
                | Q(session__isnull=False, claimed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"booklet {self.number}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def live(self) -> Self:
        return self.filter(released_at__isnull=True)

    def main(self) -> Self:
        return self.filter(kind=Assignment.Kind.MAIN)

    def rated(self, phase: str = MAIN) -> Self:
        return self.filter(Exists(_ratings_in(phase)))

    def open(self, phase: str = MAIN) -> Self:
        """Neither rated nor skipped in the phase. The rubric is asked of main pairs that were rated."""
        still = self.filter(~Exists(_ratings_in(phase)), ~Exists(_skips_in(phase)))
        return still if phase == MAIN else still.main().rated(MAIN)


def _ratings_in(phase: str) -> models.QuerySet[Rating]:
    return apps.get_model("raters", "Rating").objects.filter(assignment=OuterRef("pk"), phase=phase)


def _skips_in(phase: str) -> models.QuerySet[Skip]:
    return apps.get_model("raters", "Skip").objects.filter(assignment=OuterRef("pk"), phase=phase)


class Assignment(models.Model):
    """One pair in one order at one place of a booklet; released when somebody else gets it.

    Deleted only where nobody had it: what is not taken over when a small remainder is merged into another.
    """

    class Kind(models.TextChoices):
        MAIN = "main", _("main")
        REPEAT = "repeat", _("repeat")
        DECOY = "decoy", _("decoy")
        TRAINING = "training", _("training")

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    booklet = models.ForeignKey(Booklet, on_delete=models.PROTECT, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="assignments")
    order = models.CharField(max_length=2, choices=[(o.value, o.value) for o in Order])
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MAIN)
    asks_reason = models.BooleanField(default=True, help_text=_("Whether the written reason is asked here."))
    instructed_value = models.SmallIntegerField(
        null=True, blank=True, help_text=_("Attention check: the answer that an extra row asks for.")
    )
    shown_at = models.DateTimeField(null=True, blank=True)
    rubric_shown_at = models.DateTimeField(
        null=True, blank=True, help_text=_("First showing in the second pass.")
    )
    released_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["booklet", "position"], name="raters_assignment_position_once"),
            models.CheckConstraint(name="raters_assignment_order_known", condition=Q(order__in=["AB", "BA"])),
            models.CheckConstraint(
                name="raters_assignment_instructed_value_on_scale",
                condition=Q(instructed_value__isnull=True)
                | Q(instructed_value__isnull=False, instructed_value__gte=-2, instructed_value__lte=2),
            ),
        )

    def __str__(self) -> str:
        return f"{self.booklet_id}.{self.position}"
