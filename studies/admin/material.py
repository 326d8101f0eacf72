"""The study's base page, and everything that is compared, to look at."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from studies import presets, training_pairs
from studies.admin.codebook import CodeInline
from studies.admin.imports import import_urls
from studies.admin.models_page import models_urls
from studies.admin.planning_page import planning_urls
from studies.admin.run_page import run_urls
from studies.admin.shown import shown_urls
from studies.models import (
    Contrast,
    Dialogue,
    Dimension,
    ImportBatch,
    Pair,
    Protocol,
    Question,
    Response,
    Study,
)

ETHICS = ("responsible", "contact_email", "reward", "retention", "complaint_right", "adults_only")
TEXTS = (
    "language",
    "content_note",
    "consent",
    "instructions",
    "debrief",
    "support_contacts",
    "support_contacts_checked_on",
    "who_reads",
    "words_may_leave",
)
DESIGN = (
    "scale",
    "reason",
    "dimension_order",
    "ratings_per_pair",
    "pairs_per_rater",
    "max_pairs_per_dialogue",
    "session_minutes",
    "shown_profile",
    "max_words",
    "max_sentences",
    "seed",
)
JOURNEY = (
    "asking",
    "reason_percent",
    "training_pairs",
    "repeats_percent",
    "decoys_per_rater",
    "checks_per_rater",
    "exclude_decoys_lost",
    "exclude_checks_failed",
    "blinding_pairs",
)
WELFARE = (
    "themes",
    "break_minutes",
    "break_tagged_pairs",
    "sitting_minutes",
    "risk_phrases",
    "withdrawal",
    "identity_days",
    "texts_days",
)
ANALYSIS = ("agreement_margin", "epsilon", "stopping_rule")
FROZEN = (*ETHICS, *TEXTS, *DESIGN, *JOURNEY, *WELFARE, *ANALYSIS, "slug", "title")


class LookOnly(admin.ModelAdmin[Any]):
    """Rows that verbs write: the admin shows them and changes nothing."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewStudyForm(forms.ModelForm[Study]):
    """A new study starts from a preset; the rest is filled in on the next page."""

    preset = forms.ChoiceField(
        choices=[(name, name) for name in presets.PRESETS],
        help_text=_("Rubric, answer scale and design to start from. All can be changed until freezing."),
    )

    class Meta:
        model = Study
        fields = ("title", "slug")


class FrozenWithTheStudy(InlineModelAdmin[Any, Study]):
    """Rows of a study that nobody changes once it is frozen."""

    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.is_frozen()) and super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.is_frozen()) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not (obj and obj.is_frozen()) and super().has_delete_permission(request, obj)


class DimensionInline(FrozenWithTheStudy, admin.TabularInline[Any, Study]):
    model = Dimension
    verbose_name_plural = _("rubric: one row a question")


class QuestionInline(FrozenWithTheStudy, admin.TabularInline[Any, Study]):
    model = Question
    verbose_name_plural = _("questions around the pairs")


class ContrastInline(FrozenWithTheStudy, admin.StackedInline[Any, Study]):
    """A block each: eleven fields are too many for a row."""

    model = Contrast
    fields = (
        ("name", "position"),
        ("estimand", "source"),
        ("system", "against"),
        ("dimension", "slice"),
        ("sidedness", "margin", "alpha"),
    )
    verbose_name_plural = _("confirmatory contrasts: what the study is to show; none: it is exploratory")


class StudyAdminBase(admin.ModelAdmin[Study]):
    """Everything of a study that is not about raters. A frozen study can be looked at, not changed."""

    list_display = ("slug", "title", "state", "created_at")
    search_fields = ("slug", "title")
    inlines = (DimensionInline, QuestionInline, ContrastInline, CodeInline)
    fieldsets = (
        (None, {"fields": ("title", "slug", "notes")}),
        (_("What raters read"), {"fields": TEXTS}),
        (_("Ethics and payment"), {"fields": ETHICS}),
        (_("Design"), {"fields": DESIGN}),
        (_("The rater's journey"), {"fields": JOURNEY}),
        (_("Welfare and rights"), {"fields": WELFARE}),
        (_("Analysis"), {"fields": ANALYSIS}),
    )

    @admin.display(description=_("state"))
    def state(self, study: Study) -> str:
        if study.closed_at:
            return str(_("closed"))
        if study.opened_at:
            return str(_("open"))
        return str(_("frozen")) if study.is_frozen() else str(_("being written"))

    def get_urls(self) -> list[URLPattern]:
        own = import_urls + models_urls + planning_urls + run_urls + shown_urls
        return own + super().get_urls()

    def get_form(
        self, request: HttpRequest, obj: Study | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            return NewStudyForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Study | None = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("title", "slug", "preset")}),)
        return super().get_fieldsets(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Study | None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Study | None = None) -> Any:
        return {} if obj else {"slug": ("title",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> Any:
        return FROZEN if obj and obj.is_frozen() else ()

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Study:
        """A new study is made by its verb, rubric and all; nothing is left to save then."""
        if change:
            return cast(Study, super().save_form(request, form, change))
        return presets.create_study(**form.cleaned_data)

    def save_model(self, request: HttpRequest, obj: Study, form: Any, change: bool) -> None:
        """Writes the changed fields only: the study may have been opened meanwhile."""
        if change and form.changed_data:
            obj.save(update_fields=form.changed_data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if change:
            super().save_related(request, form, formsets, change)

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return not (obj and obj.is_frozen()) and super().has_delete_permission(request, obj)


@admin.register(Dialogue)
class DialogueAdmin(LookOnly):
    list_display = ("external_id", "study", "number_of_turns", "tags")
    list_filter = ("study",)
    search_fields = ("external_id",)

    @admin.display(description=_("turns"))
    def number_of_turns(self, dialogue: Dialogue) -> int:
        return len(dialogue.turns)


@admin.register(Response)
class ResponseAdmin(LookOnly):
    list_display = ("dialogue", "system", "replicate", "writer", "text")
    list_filter = ("dialogue__study", "system")
    list_select_related = ("dialogue", "system")
    search_fields = ("dialogue__external_id", "text")


@admin.register(Pair)
class PairAdmin(LookOnly):
    """To look at; what raters learn from a training pair can be written until the study is frozen."""

    fields = ("key", "dialogue", "first", "second", "kind", "expected", "feedback")
    readonly_fields = fields[:-1]
    list_display = ("key", "dialogue", "first_system", "second_system", "kind")
    list_filter = ("dialogue__study", "kind")
    list_select_related = ("dialogue", "first__system", "second__system")
    search_fields = ("key", "dialogue__external_id")

    @admin.display(description=_("first"))
    def first_system(self, pair: Pair) -> str:
        return pair.first.system.name

    @admin.display(description=_("second"))
    def second_system(self, pair: Pair) -> str:
        return pair.second.system.name

    def has_change_permission(self, request: HttpRequest, obj: Pair | None = None) -> bool:
        if obj is None or obj.kind != Pair.Kind.TRAINING or obj.dialogue.study.is_frozen():
            return False
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def save_model(self, request: HttpRequest, obj: Pair, form: Any, change: bool) -> None:
        try:
            training_pairs.set_feedback(pair=obj, feedback=obj.feedback)
        except training_pairs.CannotChangeFeedback as error:
            messages.error(request, str(error))


@admin.register(Protocol)
class ProtocolAdmin(LookOnly):
    list_display = ("study", "version", "sha256", "frozen_at")
    list_filter = ("study",)


@admin.register(ImportBatch)
class ImportBatchAdmin(LookOnly):
    list_display = ("file_name", "study", "format", "created_at", "created_by", "licence", "loaded_at")
    list_filter = ("study", "format")
    exclude = ("file",)
