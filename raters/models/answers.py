"""Whatever else a rater says: unfinished answers, pairs left out, guesses, and questions around the pairs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters.models.booklet import Assignment
from raters.models.session import RatingSession


class Draft(models.Model):
    """What stands in a pair's form and was not sent yet, field by field. Gone once the pair is rated."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="drafts")
    phase = models.CharField(max_length=12)
    fields = models.JSONField[dict[str, str | list[str]]](default=dict)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["assignment", "phase"], name="raters_draft_once_per_phase"),
        )

    def __str__(self) -> str:
        return f"draft of {self.assignment_id}"


class Skip(models.Model):
    """A pair that a rater did not want to answer. It costs nothing."""

    class Reason(models.TextChoices):
        UPSETTING = "upsetting", _("too upsetting")
        BROKEN = "broken", _("something is broken")
        WRONG_SPEAKER = "wrong_speaker", _("somebody speaks in the wrong role")
        OTHER = "other", _("another reason")
        THEME = "theme", _("a theme that the rater opted out of before starting")

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="skips")
    phase = models.CharField(max_length=12)
    reason = models.CharField(max_length=13, choices=Reason.choices)
    note = models.TextField(blank=True)
    skipped_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["assignment", "phase"], name="raters_skip_once_per_phase"),
            models.CheckConstraint(
                name="raters_skip_reason_known",
                condition=Q(reason__in=["upsetting", "broken", "wrong_speaker", "other", "theme"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.reason} {self.assignment_id}"


class Guess(models.Model):
    """Who wrote the replies, as a rater guesses at the end; first and second as they were shown."""

    class Source(models.TextChoices):
        PERSON = "person", _("a person")
        AI = "ai", _("an AI program")
        UNKNOWN = "unknown", _("I don't know")

    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="guess")
    first = models.CharField(max_length=7, choices=Source.choices)
    first_certainty = models.PositiveSmallIntegerField()
    second = models.CharField(max_length=7, choices=Source.choices)
    second_certainty = models.PositiveSmallIntegerField()
    guessed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_guess_sources_known",
                condition=Q(first__in=["person", "ai", "unknown"], second__in=["person", "ai", "unknown"]),
            ),
            models.CheckConstraint(
                name="raters_guess_certainty_from_1_to_5",
                condition=Q(
                    first_certainty__gte=1,
                    first_certainty__lte=5,
                    second_certainty__gte=1,
                    second_certainty__lte=5,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"guess on {self.assignment_id}"


class Answer(models.Model):
    """An answer to a question around the pairs, in words as they were shown."""

    class Use(models.TextChoices):
        COMPREHENSION = "comprehension", _("comprehension check")
        BLINDING = "blinding", _("what the study compared, in the rater's words")
        SURVEY = "survey", _("survey")

    session = models.ForeignKey(RatingSession, on_delete=models.CASCADE, related_name="answers")
    use = models.CharField(max_length=13, choices=Use.choices)
    attempt = models.PositiveSmallIntegerField(default=1)
    key = models.CharField(max_length=40)
    value = models.TextField(blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["session", "use", "attempt", "key"], name="raters_answer_once_per_attempt"
            ),
            models.CheckConstraint(
                name="raters_answer_use_known", condition=Q(use__in=["comprehension", "blinding", "survey"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.use} {self.key}"
