"""Replies to a dialogue: one text by one system."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models.dialogue import Dialogue
from studies.models.import_batch import ImportBatch
from studies.models.study import Study, System


class ResponseQuerySet(models.QuerySet["Response"]):
    def of(self, study: Study) -> Self:
        return self.filter(dialogue__study=study)

    def flawed(self, keep: Collection[str] = ()) -> Self:
        """Fetched replies that came to something else than a reply, those left out whose outcome is kept."""
        return self.filter(generation__isnull=False).exclude(generation__outcome__in=["ok", *keep])

    def genuine(self) -> Self:
        """Those that are compared; decoys only show whether somebody reads."""
        return self.exclude(system__kind=System.Kind.DECOY)


class Response(models.Model):
    """One reply. `replicate` counts independent replies of the same system to the same dialogue, from 1."""

    # No index of its own: the unique constraint below begins with it, and bulk import pays for each one.
    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="responses", db_index=False)
    system = models.ForeignKey(System, on_delete=models.RESTRICT, related_name="responses")
    replicate = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    writer = models.CharField(
        max_length=120, blank=True, help_text=_("Pseudonym of the person who wrote it, where one did.")
    )
    import_batch = models.ForeignKey(
        ImportBatch,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="responses",
        db_index=False,
        help_text=_("Empty: it came by no import."),
    )

    objects = ResponseQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["dialogue", "system", "replicate"], name="studies_response_once_per_replicate"
            ),
            models.CheckConstraint(name="studies_response_replicate_from_one", condition=Q(replicate__gte=1)),
            models.CheckConstraint(name="studies_response_has_text", condition=~Q(text="")),
        )

    def __str__(self) -> str:
        return f"{self.dialogue_id}/{self.system_id}.{self.replicate}"
