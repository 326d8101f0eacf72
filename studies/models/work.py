"""Rows that are jobs: a pending one is to be done, and a message to a worker is only a nudge."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models.provider import Provider
from studies.models.run import Run


class WorkQuerySet(models.QuerySet[Any]):
    def waiting(self, run: Run) -> Self:
        return self.filter(run=run, status=WorkRow.Status.PENDING)

    def open(self) -> Self:
        return self.filter(status__in=[WorkRow.Status.PENDING, WorkRow.Status.RUNNING])


class WorkRow(models.Model):
    """One answer that is wanted from a language model.

    `status` is the life of the job. `outcome` says what a finished one came to: a refusal is a result, and
    so is an answer that could not be read. `failures` counts calls in a row that came to nothing, `samples`
    answers that could not be read.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", db_index=False)
    replicate = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    samples = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)
    call = models.ForeignKey(
        "studies.LLMCall",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The attempt whose answer was taken."),
    )

    objects = WorkQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = (
            models.Index(
                fields=["run", "provider", "not_before", "id"],
                condition=Q(status="pending"),
                name="%(app_label)s_%(class)s_due",
            ),
            models.Index(fields=["run", "status"], name="%(app_label)s_%(class)s_status"),
        )
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_status_known",
                condition=Q(status__in=["pending", "running", "done", "failed"]),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_done_has_outcome",
                condition=(~Q(status="done") & Q(outcome="")) | (Q(status="done") & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_done_names_its_call",
                condition=~Q(status="done") | Q(call__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_failed_says_why", condition=~Q(status="failed") | ~Q(error="")
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_running_has_lease",
                condition=(
                    Q(status="running", lease_until__isnull=False)
                    | (~Q(status="running") & Q(lease_until__isnull=True))
                ),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_ended_has_time",
                condition=(
                    Q(status__in=["done", "failed"], finished_at__isnull=False)
                    | Q(status__in=["pending", "running"], finished_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_replicate_from_one", condition=Q(replicate__gte=1)
            ),
        )
