"""What a rater answered on a pair."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters.models.booklet import Assignment
from studies.models import Dimension


class Rating(models.Model):
    """A rater's answers on one assignment in one phase. A second submit corrects it; it never adds one."""

    class Layout(models.TextChoices):
        SIDE = "side", _("side by side")
        STACKED = "stacked", _("one above the other")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="ratings")
    phase = models.CharField(max_length=12, default="main")
    reason = models.TextField(blank=True)
    seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("From the first showing of the page to the first submit.")
    )
    layout = models.CharField(max_length=7, choices=Layout.choices, blank=True)
    instructed_answer = models.SmallIntegerField(
        null=True, blank=True, help_text=_("Attention check: what was chosen in the extra row.")
    )
    visible_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How long the page was in sight, as the browser says.")
    )
    focus_losses = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How often the page went out of sight.")
    )
    pastes = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("How often text was pasted into the reason. A flag, no judgement.")
    )
    reason_released_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("A researcher read the reason and found nothing in it that may not be published."),
    )
    reason_withheld_at = models.DateTimeField(
        null=True, blank=True, help_text=_("A researcher read the reason and found that it may not be.")
    )
    rated_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    scores: models.Manager[RatingScore]
    flags: models.Manager[ReplyFlag]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["assignment", "phase"], name="raters_rating_once_per_phase"),
            models.CheckConstraint(
                name="raters_rating_reason_released_or_withheld",
                condition=Q(reason_released_at__isnull=True) | Q(reason_withheld_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"rating of {self.assignment_id}"


class RatingScore(models.Model):
    """One answer as it was shown and clicked: < 0 the first shown is better, 0 no difference."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="scores")
    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="rating_scores")
    value = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["rating", "dimension"], name="raters_score_once_per_dimension"),
            models.CheckConstraint(
                name="raters_score_within_widest_scale", condition=Q(value__gte=-2, value__lte=2)
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.value:+d}"


class ReplyFlag(models.Model):
    """Something is wrong with a reply, whoever is preferred. `side` as shown: 1 the first, 2 the second."""

    class Kind(models.TextChoices):
        UNSAFE = "unsafe", _("unsafe")
        BROKEN = "broken", _("broken")
        WRONG_ROLE = "wrong_role", _("wrong role")

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="flags")
    side = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["rating", "side", "kind"], name="raters_flag_once"),
            models.CheckConstraint(name="raters_flag_side_known", condition=Q(side__in=[1, 2])),
            models.CheckConstraint(
                name="raters_flag_kind_known", condition=Q(kind__in=["unsafe", "broken", "wrong_role"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.side}"
