"""Generations: replies that a language model was asked for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from studies.models.dialogue import Dialogue
from studies.models.response import Response
from studies.models.study import System
from studies.models.work import WorkRow


class Generation(WorkRow):
    """A job of its own and no Response: a text that is not there yet must never be paired or shown.

    `text` is the answer as it came, also where it is no reply. `flags` are what `generation.checks` found.
    """

    class Outcome(models.TextChoices):
        OK = "ok", _("a reply")
        REFUSED = "refused", _("refused")
        TRUNCATED = "truncated", _("cut off")
        EMPTY = "empty", _("empty")
        WRONG_ROLE = "wrong_role", _("spoke as the seeker")

    dialogue = models.ForeignKey(
        Dialogue, on_delete=models.PROTECT, related_name="generations", db_index=False
    )
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="generations")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    text = models.TextField(blank=True)
    flags = models.JSONField[list[str]](default=list, blank=True)
    response = models.OneToOneField(
        Response, null=True, blank=True, on_delete=models.RESTRICT, related_name="generation"
    )

    class Meta(WorkRow.Meta):
        abstract = False
        constraints = (
            *WorkRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["dialogue", "system", "replicate"], name="studies_generation_once_per_replicate"
            ),
        )

    def __str__(self) -> str:
        return f"{self.dialogue_id}/{self.system_id}.{self.replicate}"
