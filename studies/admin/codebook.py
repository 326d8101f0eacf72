"""The codebook on a study's page: edited until somebody has coded, looked at from then on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from studies.coding import codebooks
from studies.models import Code, Study


class CodeInline(admin.StackedInline[Any, Study]):
    """Folded: the default codebook has 25 codes. Freezing the study leaves it open."""

    model = Code
    extra = 0
    classes = ("collapse",)
    fields = (("key", "kind", "position"), "name", "definition", "example", "counter_example")
    formfield_overrides = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 80})}}
    verbose_name_plural = _("codebook: what reasons and replies are coded with")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_open(obj) and super().has_delete_permission(request, obj)


def _is_open(study: Study | None) -> bool:
    return study is None or not codebooks.is_fixed(study)
