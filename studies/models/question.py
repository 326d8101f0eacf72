"""Questions around the pairs: whether the instructions were understood, and a short survey at the end."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models.study import Study


class Question(models.Model):
    """One question with its options, or free text where there are none."""

    class Use(models.TextChoices):
        COMPREHENSION = "comprehension", _("comprehension check, before the pairs")
        SURVEY = "survey", _("survey, after the pairs; every answer is optional")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="questions")
    use = models.CharField(max_length=13, choices=Use.choices)
    key = models.SlugField(max_length=40, help_text=_("Column value in every export."))
    text = models.CharField(_("question"), max_length=300)
    options = models.TextField(blank=True, help_text=_("One a line; empty: free text (survey only)."))
    right = models.PositiveSmallIntegerField(
        _("right option"),
        null=True,
        blank=True,
        help_text=_("Comprehension only: the number of the right option, from 1."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("use", "position", "id")
        constraints = (
            models.UniqueConstraint(fields=["study", "key"], name="studies_question_once_per_study"),
            models.CheckConstraint(
                name="studies_question_right_option_of_a_check_only",
                condition=Q(use="survey", right__isnull=True)
                | (Q(use="comprehension", right__isnull=False, right__gte=1) & ~Q(options="")),
            ),
        )

    def __str__(self) -> str:
        return self.key
