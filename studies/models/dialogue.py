"""Dialogues: what was said before the reply."""

from __future__ import annotations

from typing import TypedDict

from django.db import models

from studies.models.import_batch import ImportBatch
from studies.models.study import Study


class Turn(TypedDict):
    """One turn as stored. `speaker` is "seeker" or "supporter", checked at import, never inferred."""

    speaker: str
    text: str


class Dialogue(models.Model):
    """The turns are one JSON column: nothing points to a single turn, and bulk import needs the speed."""

    # No index of its own: the unique constraint below begins with it.
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="dialogues", db_index=False)
    external_id = models.CharField(max_length=200)
    turns = models.JSONField[list[Turn]]()
    tags = models.JSONField[list[str]](default=list, blank=True)
    meta = models.JSONField[dict[str, object]](default=dict, blank=True)
    import_batch = models.ForeignKey(ImportBatch, on_delete=models.RESTRICT, related_name="dialogues")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "external_id"], name="studies_dialogue_once_per_study"),
        )

    def __str__(self) -> str:
        return self.external_id
