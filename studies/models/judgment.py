"""Judges and their judgments: what a rating is for people, made by a language model."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.comparison import Order
from studies.models.asking import Asked
from studies.models.pair import Pair
from studies.models.provider import Provider
from studies.models.study import Dimension, Protocol, Study
from studies.models.work import WorkRow


class Judge(Asked):
    """One language model as it is asked to judge. `family` decides which pairs it may sit on."""

    class Variant(models.TextChoices):
        RUBRIC = "rubric", _("all questions of the rubric, reasons before verdicts")
        NO_RUBRIC = "no_rubric", _("the overall question and why, as raters are asked without a rubric")

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="judges")
    name = models.CharField(max_length=80, help_text=_("How it is called in every export."))
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="judges")
    model_id = models.CharField(max_length=160, help_text=_("Dated model id, as the provider calls it."))
    family = models.CharField(max_length=80, help_text=_("Maker's family, e.g. gpt, claude, llama."))
    variant = models.CharField(max_length=10, choices=Variant.choices, default=Variant.RUBRIC)
    longest_text = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Characters that each free text may have, for small models that would write on and on. "
            "Some providers refuse such a bound."
        ),
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "name"], name="studies_judge_once_per_study"),
            models.CheckConstraint(name="studies_judge_has_a_family", condition=~Q(family="")),
            models.CheckConstraint(
                name="studies_judge_variant_known", condition=Q(variant__in=["rubric", "no_rubric"])
            ),
        )

    def __str__(self) -> str:
        return self.name


class Judgment(WorkRow):
    """One pair in one order by one judge. `reasons` by dimension key, `evidence` of both as shown."""

    class Outcome(models.TextChoices):
        OK = "ok", _("verdicts")
        REFUSED = "refused", _("refused")
        TRUNCATED = "truncated", _("cut off")
        UNPARSEABLE = "unparseable", _("could not be read")

    class Role(models.TextChoices):
        JURY = "jury", _("jury")
        SAME_FAMILY = "same_family", _("same family, to measure self-preference")
        PANEL = "panel", _("panel with families mixed, as in the paper")

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="judgments", db_index=False)
    judge = models.ForeignKey(Judge, on_delete=models.PROTECT, related_name="judgments", db_index=False)
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="judgments")
    order = models.CharField(max_length=2, choices=[(o.value, o.value) for o in Order])
    role = models.CharField(max_length=12, choices=Role.choices)
    same_family = models.BooleanField(default=False)
    is_pilot = models.BooleanField(default=False)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    reason = models.TextField(blank=True)
    reasons = models.JSONField[dict[str, str]](default=dict, blank=True)
    evidence = models.JSONField[list[str]](default=list, blank=True)

    scores: models.Manager[JudgmentScore]

    class Meta(WorkRow.Meta):
        abstract = False
        constraints = (
            *WorkRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["judge", "pair", "order", "replicate", "role"], name="studies_judgment_once"
            ),
            models.CheckConstraint(name="studies_judgment_order_known", condition=Q(order__in=["AB", "BA"])),
            models.CheckConstraint(
                name="studies_judgment_role_known", condition=Q(role__in=["jury", "same_family", "panel"])
            ),
            models.CheckConstraint(
                name="studies_judgment_jury_is_of_other_families", condition=~Q(role="jury", same_family=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.judge_id} on {self.pair_id} {self.order}.{self.replicate}"


class JudgmentScore(models.Model):
    """One verdict as it was shown: < 0 the first shown is better, 0 no difference."""

    judgment = models.ForeignKey(Judgment, on_delete=models.CASCADE, related_name="scores", db_index=False)
    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="judgment_scores")
    value = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["judgment", "dimension"], name="studies_judgment_score_once_per_dimension"
            ),
            models.CheckConstraint(
                name="studies_judgment_score_within_widest_scale", condition=Q(value__gte=-2, value__lte=2)
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.value:+d}"
