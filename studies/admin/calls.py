"""Calls, to look at: what was asked, what came back, what it cost and how long it took."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from studies.admin.machines import is_trial
from studies.admin.material import LookOnly
from studies.calling.strict_json import Kind
from studies.llm.port import ErrorKind
from studies.models import Generation, LLMCall, Run
from studies.run_progress import UNKNOWN, money

#: What a page shows of a provider's answer as it came.
MOST_RAW: Final = 64 * 1024
READINGS: Final = (
    "ok",
    "fenced",
    *Kind,
    "refusal",
    "truncated",
    *(one for one in Generation.Outcome.values if one not in ("ok", "truncated", "empty")),
    "crashed",
)


class RunFilter(admin.SimpleListFilter):
    """Runs with their study's name, which Django's own filter would look up one by one."""

    title = gettext_lazy("run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        runs = Run.objects.select_related("study").order_by("study__slug", "number")
        return [(run.pk, str(run)) for run in runs]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(run=int(chosen)) if chosen and chosen.isdecimal() else queryset


class ErrorKindFilter(admin.SimpleListFilter):
    """All kinds there are: looking which ones occur would read the whole table."""

    title = gettext_lazy("kind of error")
    parameter_name = "error_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(kind, kind.replace("_", " ")) for kind in (*ErrorKind, "lost", "crashed", "cancelled")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(error_kind=self.value()) if self.value() else queryset


class ReadingFilter(admin.SimpleListFilter):
    title = gettext_lazy("reading")
    parameter_name = "reading"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(reading, reading.replace("_", " ")) for reading in READINGS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reading=self.value()) if self.value() else queryset


class ManyRows(LookOnly):
    """A table that may hold a million rows: pages do not count them all.

    Every row has a provider; a row's own page says so where that is for trying out only.
    """

    change_form_template = "admin/studies/row_change_form.html"
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-pk",)

    class Media:
        css = {"all": ("css/run.css",)}

    @admin.display(description=gettext_lazy("run"))
    def run_link(self, row: Any) -> SafeString:
        address = reverse("admin:studies_study_run", args=[row.run.study_id, row.run.number])
        return format_html('<a href="{}">{}</a>', address, row.run)


@admin.register(LLMCall)
class LLMCallAdmin(ManyRows):
    list_display = (
        "id",
        "run",
        "purpose",
        "asker",
        "model_requested",
        "model_returned",
        "result",
        "reading",
        "tokens",
        "cost",
        "latency",
        "started_at",
        is_trial,
    )
    list_filter = (RunFilter, "result", ErrorKindFilter, ReadingFilter)
    list_select_related = (
        *("run__study", "provider", "judgment__judge", "generation__system"),
        *("coding__coder", "coding__passage"),
    )
    search_fields = ("=response_id",)
    search_help_text = gettext_lazy("The provider's id of a response, whole.")
    fieldsets = (
        (None, {"fields": ("run_link", "purpose", "asker", "row_link", "attempt", "result", "error_kind")}),
        (None, {"fields": ("error",)}),
        (
            gettext_lazy("Asked"),
            {
                "fields": (
                    "provider",
                    "api",
                    "host",
                    "model_requested",
                    "family",
                    "settings_sent",
                    "settings_dropped",
                    "output_mode",
                    "slot_first",
                    "slot_second",
                    "template_version",
                    "template_sha256",
                    "prompt_sha256",
                    "schema_sha256",
                    "prompt_text",
                )
            },
        ),
        (
            gettext_lazy("Came back"),
            {
                "fields": (
                    "model_returned",
                    "finish_reason",
                    "refusal",
                    "reading",
                    "reading_detail",
                    "response_id",
                    "request_id",
                    "system_fingerprint",
                    "http_status",
                    "retry_after_ms",
                    "raw_sha256",
                    "raw_body",
                )
            },
        ),
        (
            gettext_lazy("Cost and time"),
            {
                "fields": (
                    "cost",
                    "price_source",
                    "cost_reason",
                    "input_tokens",
                    "cached_tokens",
                    "output_tokens",
                    "reasoning_tokens",
                    "reserved_tokens",
                    "reserved",
                    "queued_at",
                    "started_at",
                    "finished_at",
                    "first_token_ms",
                    "latency_ms",
                    "client",
                    "worker",
                )
            },
        ),
    )
    readonly_fields = (
        "run_link",
        "purpose",
        "asker",
        "row_link",
        "prompt_text",
        "raw_body",
        "cost",
        "reserved",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[LLMCall]:
        """Texts are read for the one call that is looked at."""
        rows = super().get_queryset(request).select_related(*self.list_select_related)
        texts = ("generation__text", "judgment__reasons", "judgment__evidence", "coding__passage__text")
        return rows.defer("prompt", "raw", *texts)

    @admin.display(description=gettext_lazy("purpose"))
    def purpose(self, call: LLMCall) -> str:
        if call.coding_id:
            return _("coding")
        return _("judging") if call.judgment_id else _("a reply")

    @admin.display(description=gettext_lazy("system, judge or coder"))
    def asker(self, call: LLMCall) -> str:
        if call.coding is not None:
            return call.coding.coder.name
        if call.judgment is not None:
            return call.judgment.judge.name
        return call.generation.system.name if call.generation else ""

    @admin.display(description=gettext_lazy("judgment, reply or coding"))
    def row_link(self, call: LLMCall) -> SafeString:
        row = call.judgment or call.generation or call.coding
        assert row is not None  # the database checks it
        address = reverse(f"admin:studies_{row._meta.model_name}_change", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, row)

    @admin.display(description=gettext_lazy("tokens"), empty_value=UNKNOWN)
    def tokens(self, call: LLMCall) -> str | None:
        if call.input_tokens is None:
            return None
        return f"{call.input_tokens:,} + {call.output_tokens or 0:,}"

    @admin.display(description=gettext_lazy("cost"), ordering="cost_micros")
    def cost(self, call: LLMCall) -> str:
        return money(call.cost_micros, call.currency or call.run.currency)

    @admin.display(description=gettext_lazy("reserved money"))
    def reserved(self, call: LLMCall) -> str:
        return money(call.reserved_micros, call.run.currency)

    @admin.display(description=gettext_lazy("seconds"), ordering="latency_ms", empty_value=UNKNOWN)
    def latency(self, call: LLMCall) -> str | None:
        return None if call.latency_ms is None else f"{call.latency_ms / 1000:.1f}"

    @admin.display(description=gettext_lazy("prompt, as it was sent"))
    def prompt_text(self, call: LLMCall) -> SafeString:
        said = json.loads(zlib.decompress(bytes(call.prompt)))
        return format_html_join("", '<strong>{}</strong><pre class="run-text" dir="auto">{}</pre>', said)

    @admin.display(description=gettext_lazy("answer, as it came"), empty_value=UNKNOWN)
    def raw_body(self, call: LLMCall) -> SafeString | None:
        if call.raw is None:
            return None
        text, is_whole = unpacked(bytes(call.raw), MOST_RAW)
        notes = [] if is_whole else [_("Only the first 64 KiB are shown.")]
        if call.raw_truncated:
            notes.append(_("Only its beginning was kept; the hash is of the whole."))
        return format_html('{}<pre class="run-text" dir="auto">{}</pre>', " ".join(notes), text)


def unpacked(packed: bytes, most: int) -> tuple[str, bool]:
    """At most so many bytes of a compressed text, and whether that is all of it."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(packed, most)
    is_whole = not unpacking.unconsumed_tail and not unpacking.decompress(unpacking.unconsumed_tail, 1)
    return found.decode("utf-8", "replace"), is_whole
