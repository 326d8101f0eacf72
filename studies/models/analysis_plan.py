"""What of the analysis is chosen before the first rating, beside the contrasts."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AnalysisPlan(models.Model):
    """Frozen with the study. The seed of the analysis is the study's own: one number starts every draw."""

    agreement_margin = models.FloatField(
        default=0.05,
        validators=[MinValueValidator(0.001), MaxValueValidator(0.5)],
        help_text=_("Agreements that differ by less are equivalent: 0.05 is 5 points."),
    )
    epsilon = models.FloatField(
        default=0.1,
        validators=[MinValueValidator(0), MaxValueValidator(0.5)],
        help_text=_(
            "What a judge may fall behind a rater and still stand in, because it costs less: 0.1 for a "
            "crowd, 0.15 for trained raters, 0.2 for experts (Calderon et al. 2025)."
        ),
    )
    stopping_rule = models.TextField(
        blank=True,
        help_text=_("When you stop collecting ratings, in words: registered with the protocol, not applied."),
    )

    class Meta:
        abstract = True


def analysis_constraints() -> tuple[models.CheckConstraint, ...]:
    """For the Meta of the model that has these fields."""
    return (
        models.CheckConstraint(
            name="studies_study_margins_of_the_analysis_are_shares",
            condition=Q(agreement_margin__gt=0, agreement_margin__lt=1, epsilon__gte=0, epsilon__lt=1),
        ),
    )
