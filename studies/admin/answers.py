"""Judgments, fetched replies and codings, to look at: what was said, and the calls that it took."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studies.admin.calls import ManyRows, RunFilter
from studies.admin.machines import is_trial
from studies.models import Coding, Generation, Judgment
from studies.run_progress import UNKNOWN, money


class AnswerAdmin(ManyRows):
    """Judgments, fetched replies and codings: all have calls."""

    @admin.display(description=gettext_lazy("calls, in order"))
    def calls_in_order(self, row: Any) -> SafeString:
        calls = row.calls.select_related("run").defer("prompt", "raw").order_by("attempt")
        return format_html(
            '<div class="run-scroll"><table>{}</table></div>',
            format_html_join(
                "",
                '<tr><td>{}</td><td><a href="{}">{}</a></td><td>{}</td><td>{}</td><td>{}</td></tr>',
                (
                    (
                        call.attempt,
                        reverse("admin:studies_llmcall_change", args=[call.pk]),
                        call,
                        call.get_result_display() or _("under way"),
                        call.error or call.reading_detail or call.reading,
                        money(call.cost_micros, call.currency or call.run.currency),
                    )
                    for call in calls
                ),
            ),
        )


@admin.register(Judgment)
class JudgmentAdmin(AnswerAdmin):
    list_display = (
        "__str__",
        "run",
        "judge",
        "pair",
        "order",
        "replicate",
        "role",
        "status",
        "outcome",
        is_trial,
    )
    list_filter = (RunFilter, "status", "outcome", "role", "order", "is_pilot")
    list_select_related = ("run__study", "judge", "pair", "provider")
    search_fields = ("=pair__key", "=judge__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "run_link",
                    "judge",
                    "pair",
                    "order",
                    "replicate",
                    "role",
                    "same_family",
                    "is_pilot",
                    "status",
                    "outcome",
                    "error_kind",
                    "error",
                )
            },
        ),
        (gettext_lazy("What it says"), {"fields": ("verdicts", "reason", "seen")}),
        (gettext_lazy("Calls"), {"fields": ("attempts", "samples", "failures", "calls_in_order")}),
    )
    readonly_fields = ("run_link", "verdicts", "seen", "calls_in_order")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Judgment]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description=gettext_lazy("verdicts: below 0 the first shown is better"))
    def verdicts(self, row: Judgment) -> SafeString:
        scores = row.scores.select_related("dimension").order_by("dimension__position", "dimension_id")
        reasons = row.reasons
        return format_html(
            '<div class="run-scroll"><table>{}</table></div>',
            format_html_join(
                "",
                '<tr><th scope="row">{}</th><td>{}</td><td dir="auto">{}</td></tr>',
                (
                    (score.dimension.key, f"{score.value:+d}", reasons.get(score.dimension.key, ""))
                    for score in scores
                ),
            ),
        )

    @admin.display(description=gettext_lazy("seen in the first and the second shown"))
    def seen(self, row: Judgment) -> SafeString:
        noted = ((text,) for text in row.evidence)
        return format_html_join("", '<p dir="auto">{}</p>', noted)


@admin.register(Generation)
class GenerationAdmin(AnswerAdmin):
    list_display = (
        "__str__",
        "run",
        "dialogue",
        "system",
        "replicate",
        "status",
        "outcome",
        "found",
        is_trial,
    )
    list_filter = (RunFilter, "status", "outcome")
    list_select_related = ("run__study", "dialogue", "system", "provider")
    search_fields = ("=dialogue__external_id", "=system__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "run_link",
                    "dialogue",
                    "system",
                    "replicate",
                    "status",
                    "outcome",
                    "error_kind",
                    "error",
                )
            },
        ),
        (gettext_lazy("What it says"), {"fields": ("found", "reply", "response")}),
        (gettext_lazy("Calls"), {"fields": ("attempts", "samples", "failures", "calls_in_order")}),
    )
    readonly_fields = ("run_link", "found", "reply", "calls_in_order")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Generation]:
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.defer("dialogue__turns", "dialogue__meta")

    @admin.display(description=gettext_lazy("flags"), empty_value=UNKNOWN)
    def found(self, row: Generation) -> str:
        return ", ".join(row.flags)

    @admin.display(description=gettext_lazy("reply, as it came"))
    def reply(self, row: Generation) -> SafeString:
        return format_html('<pre class="run-text" dir="auto">{}</pre>', row.text)


@admin.register(Coding)
class CodingAdmin(AnswerAdmin):
    list_display = (
        "__str__",
        "run",
        "coder",
        "passage",
        "replicate",
        "same_family",
        "status",
        "outcome",
        is_trial,
    )
    list_filter = (RunFilter, "status", "outcome", "same_family", "passage__kind")
    list_select_related = ("run__study", "coder", "passage", "provider")
    search_fields = ("=passage__key", "=coder__name")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "run_link",
                    "coder",
                    "codebook",
                    "passage",
                    "replicate",
                    "same_family",
                    "status",
                    "outcome",
                    "error_kind",
                    "error",
                )
            },
        ),
        (gettext_lazy("What it says"), {"fields": ("words", "codes", "note")}),
        (gettext_lazy("Calls"), {"fields": ("attempts", "samples", "failures", "calls_in_order")}),
    )
    readonly_fields = ("run_link", "words", "codes", "calls_in_order")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Coding]:
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        return rows.defer("passage__text")

    @admin.display(description=gettext_lazy("passage, as it was shown"))
    def words(self, row: Coding) -> SafeString:
        return format_html('<pre class="run-text" dir="auto">{}</pre>', row.passage.text)

    @admin.display(description=gettext_lazy("codes"), empty_value=UNKNOWN)
    def codes(self, row: Coding) -> str | None:
        """A dash where there is no answer; one without codes says that none applies."""
        if row.outcome != Coding.Outcome.OK:
            return None
        keys = row.marks.order_by("code__position", "code_id").values_list("code__key", flat=True)
        return ", ".join(keys) or _("none applies")
