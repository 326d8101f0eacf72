"""Runs: replies fetched, pairs judged or passages coded by language models, with what may be spent on it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from studies.models.study import Protocol, Study

#: A run that calls models now: started, and nothing has stopped it since.
CALLING: Final = Q(
    started_at__isnull=False, paused_at__isnull=True, finished_at__isnull=True, cancelled_at__isnull=True
)


class RunQuerySet(models.QuerySet["Run"]):
    def calling(self) -> RunQuerySet:
        return self.filter(CALLING)


class Run(models.Model):
    """What is done with each row is the row's; what holds for all of them together stands here.

    `design` is what was decided before the first call, `plan` what it comes to in calls, tokens and money.
    Money is in millionths of `currency`. What is under way is reserved before the call and settled after.
    """

    class Kind(models.TextChoices):
        GENERATE = "generate", _("fetch replies")
        JUDGE = "judge", _("judge pairs")
        CODE = "code", _("code passages")

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    protocol = models.ForeignKey(
        Protocol, on_delete=models.PROTECT, null=True, blank=True, related_name="runs"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    design = models.JSONField[dict[str, Any]]()
    design_sha256 = models.CharField(max_length=64)
    plan = models.JSONField[dict[str, Any]](default=dict)
    priced_at = models.DateTimeField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="USD")

    cap_calls = models.PositiveIntegerField(null=True, blank=True)
    cap_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cap_micros = models.PositiveBigIntegerField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    reserved_tokens = models.PositiveBigIntegerField(default=0)
    reserved_micros = models.PositiveBigIntegerField(default=0)
    spent_tokens = models.PositiveBigIntegerField(default=0)
    spent_micros = models.PositiveBigIntegerField(default=0)

    started_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    has_pilot = models.BooleanField(default=False, help_text=_("The pilot's pairs come before the others."))
    gate = models.JSONField[dict[str, Any]](
        default=dict, help_text=_("What the pilot showed, check by check.")
    )
    gate_decided_at = models.DateTimeField(null=True, blank=True)
    gate_passed = models.BooleanField(null=True, blank=True)
    gate_waived_at = models.DateTimeField(null=True, blank=True)
    gate_waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    gate_waiver = models.TextField(blank=True, help_text=_("Why the run went on without passing."))

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "number"], name="studies_run_number_once_per_study"),
            models.CheckConstraint(
                name="studies_run_kind_known", condition=Q(kind__in=["generate", "judge", "code"])
            ),
            models.CheckConstraint(
                name="studies_run_judges_by_a_protocol",
                condition=~Q(kind="judge") | Q(protocol__isnull=False),
            ),
            models.CheckConstraint(
                name="studies_run_calls_within_cap",
                condition=Q(cap_calls__isnull=True) | Q(calls__lte=F("cap_calls")),
            ),
            models.CheckConstraint(
                name="studies_run_started_before_it_pauses",
                condition=Q(paused_at__isnull=True) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="studies_run_waiver_says_why",
                condition=Q(gate_waived_at__isnull=True) | ~Q(gate_waiver=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.study} run {self.number}"

    @property
    def state(self) -> str:
        """planned, running, paused, finished or cancelled."""
        if self.cancelled_at:
            return "cancelled"
        if self.finished_at:
            return "finished"
        if self.paused_at:
            return "paused"
        return "running" if self.started_at else "planned"

    @property
    def is_past_gate(self) -> bool:
        """Whether rows beyond the pilot may be called."""
        return not self.has_pilot or bool(self.gate_passed) or self.gate_waived_at is not None
