"""Providers, systems under test, judges and coders in the admin: where models are asked, and how."""

from __future__ import annotations

import os
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from studies.forms import CoderForm, JudgeForm, ProviderForm, SystemForm
from studies.forms.machines import PARAMETERS
from studies.models import (
    BenchmarkScore,
    Coder,
    Coding,
    Generation,
    Judge,
    Judgment,
    LLMCall,
    Provider,
    System,
)
from studies.models.asking import SETTINGS


@admin.display(boolean=True, description=_("for trying out only"), ordering="provider__for_trial")
def is_trial(row: System | Judge | Coder | Generation | Judgment | Coding | LLMCall) -> bool:
    return row.provider is not None and row.provider.for_trial


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin[Provider]):
    """Once a run was planned with it, its address is part of the record and stays."""

    form = ProviderForm
    list_display = ("name", "api", "base_url", "key", "max_in_flight", "for_trial", "is_own", "held")
    fieldsets = (
        (None, {"fields": ("name", "api", "base_url", "key_name", "key", "for_trial", "is_own")}),
        (_("How fast"), {"fields": ("max_in_flight", "requests_per_minute", "tokens_per_minute", "held")}),
        (_("Prices"), {"fields": ("prices",)}),
    )

    class Media:
        css = {"all": ("css/run.css",)}

    @admin.display(description=_("key"))
    def key(self, provider: Provider) -> str:
        """Whether this process knows the key. Its value is never looked at further than that."""
        if not provider.key_name:
            return str(_("none is sent"))
        if os.environ.get(provider.key_name, "").strip():
            return str(_("set here"))
        return str(_("not set here: the workers need it"))

    @admin.display(description=_("asked to wait"))
    def held(self, provider: Provider) -> str:
        if provider.held_until is None or provider.held_until <= timezone.now():
            return str(_("no"))
        return str(_("asked to wait until %s") % timezone.localtime(provider.held_until).strftime("%H:%M:%S"))

    def get_readonly_fields(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        was_planned = obj is not None and _is_planned(obj)
        return ("key", "held", *(("api", "base_url", "for_trial", "is_own") if was_planned else ()))


def _is_planned(provider: Provider) -> bool:
    """Whether a reply, a judgment or a coding is to be asked of it, or was."""
    return any(rows.objects.filter(provider=provider).exists() for rows in (Generation, Judgment, Coding))


class BenchmarkInline(admin.TabularInline[BenchmarkScore, System]):
    model = BenchmarkScore
    extra = 1
    verbose_name_plural = _("Scores on other benchmarks, where published")


@admin.register(System)
class SystemAdmin(admin.ModelAdmin[System]):
    """People are imported; a model may be added here, to have its replies fetched.

    How it is asked stays once a reply was planned. Its family stays once the study's pairs were given to
    judges, because juries are drawn by it: not from the freezing on, since a family that was forgotten until
    then would leave the study without judges. Parameter counts are facts for the tables and can be corrected.
    """

    form = SystemForm
    list_display = ("name", "study", "kind", "provider", "family", "model_id", is_trial)
    list_filter = ("study", "kind")
    list_select_related = ("study", "provider")

    def get_inlines(self, request: HttpRequest, obj: System | None) -> Any:
        return (BenchmarkInline,) if obj is not None and obj.kind == System.Kind.LLM else ()

    def get_fieldsets(self, request: HttpRequest, obj: System | None = None) -> Any:
        if obj is not None and obj.kind != System.Kind.LLM:
            return ((None, {"fields": ("study", "name", "kind")}),)
        known = ("study", "name") if obj is None else ("study", "name", "kind")
        return (
            (None, {"fields": (*known, "provider", "model_id", "family", *PARAMETERS)}),
            (_("How it is asked"), {"fields": SETTINGS}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: System | None = None) -> Any:
        if obj is None:
            return ()
        fixed = ["study", "name", "kind"]
        if Generation.objects.filter(system=obj).exists():
            fixed += ["provider", "model_id", *SETTINGS]
        if Judgment.objects.filter(pair__dialogue__study=obj.study_id).exists():
            fixed.append("family")
        return fixed

    def get_form(
        self, request: HttpRequest, obj: System | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """People and decoys have no fields to fill in, so their page needs none of a model's rules."""
        if obj is not None and obj.kind != System.Kind.LLM:
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)


@admin.register(Judge)
class JudgeAdmin(admin.ModelAdmin[Judge]):
    """Once a judgment was planned, a judge is what it is: another setting is another judge."""

    form = JudgeForm
    list_display = ("name", "study", "provider", "model_id", "family", "variant", is_trial)
    list_filter = ("study", "variant")
    list_select_related = ("study", "provider")
    fieldsets = (
        (None, {"fields": ("study", "name", "provider", "model_id", "family", "variant")}),
        (_("How it is asked"), {"fields": (*SETTINGS, "longest_text")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Judge | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _has_judged(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Judge | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _has_judged(obj))


def _has_judged(judge: Judge) -> bool:
    return Judgment.objects.filter(judge=judge).exists()


@admin.register(Coder)
class CoderAdmin(admin.ModelAdmin[Coder]):
    """Once a coding was planned, a coder is what it is: another setting is another coder."""

    form = CoderForm
    list_display = ("name", "study", "provider", "model_id", "family", is_trial)
    list_filter = ("study",)
    list_select_related = ("study", "provider")
    fieldsets = (
        (None, {"fields": ("study", "name", "provider", "model_id", "family")}),
        (_("How it is asked"), {"fields": (*SETTINGS, "longest_text")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Coder | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and _has_coded(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Coder | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and _has_coded(obj))


def _has_coded(coder: Coder) -> bool:
    return Coding.objects.filter(coder=coder).exists()
