"""Exports and reports as rows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models import Study


class ExportJob(models.Model):
    """An export, or what is made of one, as a row: who asked for it, what it held, where the files are.

    `file` is the zip file. A report has its page beside it, so that it can be opened without unpacking;
    `manifest` is that of the export which it analyses.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("export")
        REPORT = "report", _("report")
        BUNDLE = "bundle", _("replication bundle")
        PACKET = "packet", _("preregistration packet")

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.EXPORT)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    file = models.FileField(upload_to="exports/%Y/%m/", blank=True, max_length=300)
    page = models.FileField(upload_to="reports/%Y/%m/", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField[dict[str, Any]](default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_export_done_means_a_checksum", condition=~Q(status="done") | ~Q(sha256="")
            ),
            models.CheckConstraint(
                name="raters_export_kind_known",
                condition=Q(kind__in=["export", "report", "bundle", "packet"]),
            ),
            models.CheckConstraint(
                name="raters_export_done_report_has_its_page",
                condition=(~Q(kind="report") & Q(page=""))
                | (Q(kind="report") & (~Q(status="done") | ~Q(page=""))),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} of {self.study_id}"
