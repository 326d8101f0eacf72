"""Calls: one row for every HTTP attempt, written before it and finished exactly once."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models.coding import Coding
from studies.models.generation import Generation
from studies.models.judgment import Judgment
from studies.models.provider import Provider
from studies.models.run import Run


class LLMCallQuerySet(models.QuerySet["LLMCall"]):
    def under_way(self) -> LLMCallQuerySet:
        return self.filter(finished_at__isnull=True)


class LLMCall(models.Model):
    """What was asked, of whom, and what came back. Never a key, never an authorization header.

    Texts and bodies are compressed (zlib). `cost_micros` is empty where the cost is not known, and
    `cost_reason` says why. `slot_first` is what the reply shown first was called in the prompt.
    """

    class Result(models.TextChoices):
        ANSWERED = "answered", _("answered")
        FAILED = "failed", _("failed")
        LOST = "lost", _("lost: the worker died during the call")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="llm_calls", db_index=False)
    generation = models.ForeignKey(
        Generation, null=True, blank=True, on_delete=models.PROTECT, related_name="calls"
    )
    judgment = models.ForeignKey(
        Judgment, null=True, blank=True, on_delete=models.PROTECT, related_name="calls"
    )
    coding = models.ForeignKey(Coding, null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    attempt = models.PositiveSmallIntegerField()

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+", db_index=False)
    api = models.CharField(max_length=10)
    host = models.CharField(max_length=255, blank=True)
    model_requested = models.CharField(max_length=160)
    family = models.CharField(max_length=80, blank=True)
    template_version = models.CharField(max_length=60)
    template_sha256 = models.CharField(max_length=64)
    prompt = models.BinaryField(help_text=_("Roles and texts as JSON, compressed."))
    prompt_sha256 = models.CharField(max_length=64)
    schema_sha256 = models.CharField(max_length=64, blank=True)
    slot_first = models.CharField(max_length=12, blank=True)
    slot_second = models.CharField(max_length=12, blank=True)
    client = models.CharField(max_length=120)
    worker = models.CharField(max_length=120)
    reserved_tokens = models.PositiveIntegerField()
    reserved_micros = models.PositiveBigIntegerField()
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField()

    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=8, choices=Result.choices, blank=True)
    output_mode = models.CharField(max_length=10, blank=True)
    settings_sent = models.JSONField[dict[str, Any]](default=dict, blank=True)
    settings_dropped = models.JSONField[dict[str, Any]](default=dict, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    model_returned = models.CharField(max_length=160, blank=True)
    response_id = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    system_fingerprint = models.CharField(max_length=120, blank=True)
    finish_reason = models.CharField(max_length=20, blank=True)
    refusal = models.TextField(blank=True)
    reading = models.CharField(
        max_length=20, blank=True, help_text=_("How the answer could be read: ok, fenced, schema, …")
    )
    reading_detail = models.TextField(blank=True)
    raw = models.BinaryField(null=True, blank=True)
    raw_sha256 = models.CharField(max_length=64, blank=True)
    raw_truncated = models.BooleanField(default=False)
    input_tokens = models.PositiveIntegerField(null=True, blank=True)
    cached_tokens = models.PositiveIntegerField(null=True, blank=True)
    output_tokens = models.PositiveIntegerField(null=True, blank=True)
    reasoning_tokens = models.PositiveIntegerField(null=True, blank=True)
    cost_micros = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    price_source = models.CharField(max_length=120, blank=True)
    cost_reason = models.TextField(blank=True)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    retry_after_ms = models.PositiveBigIntegerField(null=True, blank=True)
    error_kind = models.CharField(max_length=20, blank=True)
    error = models.TextField(blank=True)

    objects = LLMCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("LLM call")
        indexes = (
            models.Index(
                fields=["provider"], condition=Q(finished_at__isnull=True), name="studies_llmcall_under_way"
            ),
            # With the models' names, so that counting them reads no row with its prompt.
            models.Index(
                fields=["run", "result", "model_requested", "model_returned"], name="studies_llmcall_result"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["generation", "attempt"],
                condition=Q(generation__isnull=False),
                name="studies_llmcall_attempt_once_per_generation",
            ),
            models.UniqueConstraint(
                fields=["judgment", "attempt"],
                condition=Q(judgment__isnull=False),
                name="studies_llmcall_attempt_once_per_judgment",
            ),
            models.UniqueConstraint(
                fields=["coding", "attempt"],
                condition=Q(coding__isnull=False),
                name="studies_llmcall_attempt_once_per_coding",
            ),
            models.CheckConstraint(
                name="studies_llmcall_for_one_row",
                condition=Q(generation__isnull=False, judgment__isnull=True, coding__isnull=True)
                | Q(generation__isnull=True, judgment__isnull=False, coding__isnull=True)
                | Q(generation__isnull=True, judgment__isnull=True, coding__isnull=False),
            ),
            models.CheckConstraint(
                name="studies_llmcall_finished_has_a_result",
                condition=Q(finished_at__isnull=True, result="")
                | Q(finished_at__isnull=False, result__in=["answered", "failed", "lost"]),
            ),
            models.CheckConstraint(
                name="studies_llmcall_cost_or_reason",
                condition=Q(finished_at__isnull=True) | Q(cost_micros__isnull=False) | ~Q(cost_reason=""),
            ),
            models.CheckConstraint(
                name="studies_llmcall_failed_says_why",
                condition=Q(result__in=["", "answered"]) | ~Q(error=""),
            ),
        )

    def __str__(self) -> str:
        return f"call {self.pk} to {self.model_requested}"
