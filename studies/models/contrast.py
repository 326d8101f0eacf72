"""Confirmatory contrasts and the rest of the analysis plan, as the researcher sets them before freezing."""

from __future__ import annotations

from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from studies import protocol
from studies.comparison import OVERALL
from studies.models.study import Study

#: Whose answers a contrast takes; anything else is a judge's name.
RATERS: Final = "raters"
JURY: Final = "jury"


class Contrast(models.Model):
    """One comparison that is named before the first rating. Its fields mean what `protocol.Contrast` says."""

    class Estimand(models.TextChoices):
        HUMAN_VS_MODELS = "human_vs_models", _("people against models")
        SYSTEM_VS_SYSTEM = "system_vs_system", _("one system against another")
        SLICE_DIFFERENCE = "slice_difference", _("people against models: on a tag minus on the rest")
        JUDGE_AGREEMENT = "judge_agreement", _("a judge's agreement with raters minus raters' own")

    class Sidedness(models.TextChoices):
        TWO_SIDED = "two_sided", _("two-sided: differs from nothing")
        GREATER = "greater", _("greater than nothing")
        LESS = "less", _("less than nothing")
        EQUIVALENCE = "equivalence", _("equivalence: within the margin")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="contrasts", db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=80, help_text=_("How the report calls it."))
    estimand = models.CharField(
        _("what is compared"), max_length=16, choices=Estimand.choices, default=Estimand.HUMAN_VS_MODELS
    )
    source = models.CharField(
        _("whose answers"),
        max_length=80,
        default=RATERS,
        help_text=_("raters, jury, or a judge's name; of an agreement: jury or a judge's name."),
    )
    system = models.CharField(
        max_length=120, blank=True, help_text=_("Only of one system against another: its name.")
    )
    against = models.CharField(max_length=120, blank=True, help_text=_("And the other's name."))
    dimension = models.SlugField(max_length=40, default=OVERALL, help_text=_("A key of the rubric."))
    slice = models.CharField(
        _("tag"), max_length=80, blank=True, help_text=_("Dialogues with this tag only; empty: all of them.")
    )
    sidedness = models.CharField(
        _("is to be shown"), max_length=11, choices=Sidedness.choices, default=Sidedness.TWO_SIDED
    )
    margin = models.FloatField(
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Only of an equivalence, as a share: 0.05 is 5 points."),
    )
    alpha = models.FloatField(
        default=0.05,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Error of the first kind; Holm's correction over all contrasts shares it out."),
    )

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["study", "name"], name="studies_contrast_once_per_study"),
            models.CheckConstraint(
                name="studies_contrast_estimand_known", condition=Q(estimand__in=list(protocol.ESTIMANDS))
            ),
            models.CheckConstraint(
                name="studies_contrast_sidedness_known", condition=Q(sidedness__in=list(protocol.SIDEDNESS))
            ),
            models.CheckConstraint(
                name="studies_contrast_alpha_is_an_error_rate", condition=Q(alpha__gt=0, alpha__lt=1)
            ),
            models.CheckConstraint(
                name="studies_contrast_margin_of_an_equivalence_only",
                condition=Q(sidedness="equivalence", margin__gt=0, margin__lt=1)
                | (~Q(sidedness="equivalence") & Q(margin=0)),
            ),
            models.CheckConstraint(
                name="studies_contrast_two_systems_where_they_are_compared",
                condition=(
                    Q(estimand="system_vs_system") & ~Q(system="") & ~Q(against="") & ~Q(system=F("against"))
                )
                | (~Q(estimand="system_vs_system") & Q(system="", against="")),
            ),
            models.CheckConstraint(
                name="studies_contrast_slice_of_a_difference",
                condition=~Q(estimand="slice_difference", slice=""),
            ),
            models.CheckConstraint(
                name="studies_contrast_source_is_said",
                condition=~Q(source="") & ~Q(estimand="judge_agreement", source=RATERS),
            ),
            models.CheckConstraint(name="studies_contrast_named", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Says beside the field what the database would refuse without a word."""
        wrong = {
            field: told
            for field, is_wrong, told in (
                ("system", self._lacks_systems(), _("Name two different systems.")),
                ("system", self._has_systems_too_many(), _("Only one system against another names systems.")),
                ("slice", self._is("slice_difference") and not self.slice, _("Name the tag.")),
                ("margin", not self._has_its_margin(), _("Above 0 and below 1 of an equivalence, else 0.")),
                ("alpha", not 0 < self.alpha < 1, _("Between 0 and 1.")),
                ("source", self._agrees_with_itself(), _("Name a judge, or the jury.")),
            )
            if is_wrong
        }
        if wrong:
            raise ValidationError(wrong)

    def _is(self, estimand: str) -> bool:
        return self.estimand == estimand

    def _is_equivalence(self) -> bool:
        return self.sidedness == self.Sidedness.EQUIVALENCE

    def _has_its_margin(self) -> bool:
        return 0 < self.margin < 1 if self._is_equivalence() else self.margin == 0

    def _lacks_systems(self) -> bool:
        named = self.system and self.against and self.system != self.against
        return self._is("system_vs_system") and not named

    def _has_systems_too_many(self) -> bool:
        return not self._is("system_vs_system") and bool(self.system or self.against)

    def _agrees_with_itself(self) -> bool:
        return self._is("judge_agreement") and self.source == RATERS
