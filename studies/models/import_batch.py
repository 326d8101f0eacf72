"""Imports as rows: who brought which file in, what was found in it, what was acknowledged or left out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.models.study import Study


class ImportBatch(models.Model):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="import_batches")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/%Y/%m/", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64)
    format = models.CharField(max_length=20)
    options = models.JSONField[dict[str, Any]](
        default=dict, help_text=_("Choices that shaped the data: first speaker, merging, cut, exclusions.")
    )
    licence = models.CharField(max_length=200, blank=True)
    non_commercial = models.BooleanField(default=False)
    report = models.JSONField[dict[str, Any]](
        default=dict,
        help_text=_("Counts, role aliases mapped, findings by kind, replies left out by system."),
    )
    warnings_acknowledged = models.BooleanField(default=False)
    loaded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Empty while the file has only been looked at.")
    )

    class Meta:
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.file_name} ({self.format})"
