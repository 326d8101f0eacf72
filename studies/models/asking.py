"""What systems under test and judges have in common: how their model is asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.llm.port import CallSettings

#: The columns that decide what a provider is sent beside the prompt.
SETTINGS: Final = (
    "prompt_version",
    "max_tokens",
    "temperature",
    "top_p",
    "sampling_seed",
    "reasoning_effort",
    "timeout_seconds",
)


class Asked(models.Model):
    """Settings of a call. Empty leaves a setting to the provider. Fixed once the first call was made."""

    class Effort(models.TextChoices):
        NONE = "none", _("none")
        MINIMAL = "minimal", _("minimal")
        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")

    prompt_version = models.CharField(
        max_length=60, blank=True, help_text=_("Empty: the current one, noted when a run is planned.")
    )
    max_tokens = models.PositiveIntegerField(
        default=1200,
        validators=[MinValueValidator(1)],
        help_text=_("The most that one answer may have, hidden reasoning included."),
    )
    temperature = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(2))],
    )
    top_p = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    sampling_seed = models.BigIntegerField(
        null=True,
        blank=True,
        help_text=_("Sent where the provider takes one; a replicate's number is added to it."),
    )
    reasoning_effort = models.CharField(max_length=10, choices=Effort.choices, blank=True)
    timeout_seconds = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1), MaxValueValidator(1800)]
    )

    class Meta:
        abstract = True

    def call_settings(self, *, replicate: int = 1) -> CallSettings:
        """As the port takes them. Replicates differ in their seed, or they would be one answer twice."""
        return CallSettings(
            max_tokens=self.max_tokens,
            temperature=None if self.temperature is None else float(self.temperature),
            top_p=None if self.top_p is None else float(self.top_p),
            seed=None if self.sampling_seed is None else self.sampling_seed + replicate - 1,
            reasoning_effort=self.reasoning_effort,
            timeout_seconds=float(self.timeout_seconds),
        )
