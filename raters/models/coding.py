"""People who code passages: who they are here, what each was dealt, and the codes they gave."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters.models.rating import Rating
from studies.models import Code, Codebook, Passage, Study


def random_coder_pseudonym() -> str:
    return f"c-{secrets.token_hex(5)}"


class CodingSession(models.Model):
    """One person's coding for one study. Its address is its only key: coders have no account, as raters."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="coding_sessions")
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="sessions")
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=20, unique=True, default=random_coder_pseudonym, editable=False)
    label = models.CharField(
        max_length=120,
        blank=True,
        help_text=_("Whose link it is, for your eyes only: in no export and on no coder's page."),
    )
    invited_at = models.DateTimeField()
    started_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Read what awaits them, and agreed to begin.")
    )
    last_seen_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Ended early; what was open goes to somebody else.")
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_coding_session_stopped_only_after_start",
                condition=Q(stopped_at__isnull=True) | Q(started_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.pseudonym


class CodingAssignmentQuerySet(models.QuerySet["CodingAssignment"]):
    def live(self) -> Self:
        """Neither given back nor about a text that is gone."""
        return self.filter(released_at__isnull=True, passage__erased_at__isnull=True)

    def handed_over(self) -> Self:
        """Given back for others. A coding of a text that was erased since is given back too, for nobody."""
        return self.filter(released_at__isnull=False, passage__erased_at__isnull=True)

    def done(self) -> Self:
        return self.filter(Q(coded_at__isnull=False) | Q(skipped_at__isnull=False))

    def open(self) -> Self:
        return self.live().filter(coded_at__isnull=True, skipped_at__isnull=True)


class CodingAssignment(models.Model):
    """One passage for one coder. Coded and without marks means: none of the codes applies.

    `draft` is what stood in the form last, and never an answer.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(
        CodingSession, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, related_name="assignments")
    position = models.PositiveIntegerField()
    shown_at = models.DateTimeField(null=True, blank=True)
    coded_at = models.DateTimeField(null=True, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    skipped_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("From the first showing to the first submit.")
    )
    note = models.TextField(blank=True, help_text=_("What was hard about it, in the coder's words."))
    draft = models.JSONField[dict[str, Any]](default=dict, blank=True)

    marks: models.Manager[CodeMark]

    objects = CodingAssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["session", "passage"], name="raters_coding_passage_once_per_coder"
            ),
            models.UniqueConstraint(fields=["session", "position"], name="raters_coding_position_once"),
            models.CheckConstraint(
                name="raters_coding_coded_or_skipped",
                condition=Q(coded_at__isnull=True) | Q(skipped_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id}.{self.position}"


class CodeMark(models.Model):
    """One code that a person gave to a passage."""

    assignment = models.ForeignKey(
        CodingAssignment, on_delete=models.CASCADE, related_name="marks", db_index=False
    )
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="code_marks")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["assignment", "code"], name="raters_code_mark_once"),)

    def __str__(self) -> str:
        return str(self.code_id)


class RaterPassage(models.Model):
    """Which rating a passage's words come from, so that erasing the one empties the other.

    It stands here and not in Passage: material knows no people.
    """

    passage = models.OneToOneField(Passage, on_delete=models.CASCADE, related_name="of_rater")
    rating = models.OneToOneField(
        Rating, null=True, blank=True, on_delete=models.SET_NULL, related_name="passage"
    )

    def __str__(self) -> str:
        return str(self.passage_id)
