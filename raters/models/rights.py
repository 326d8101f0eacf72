"""What reaches the researcher from raters, and what was deleted of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters.models.booklet import Assignment
from raters.models.session import RatingSession
from studies.models import Study


class Message(models.Model):
    """One entry of a study's inbox."""

    class Kind(models.TextChoices):
        QUESTION = "question", _("message from a rater")
        DISTRESS = "distress", _("found a pair too upsetting")
        DISCLOSURE = "disclosure", _("own words that may speak of a risk")

    session = models.ForeignKey(RatingSession, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    assignment = models.ForeignKey(
        Assignment, null=True, blank=True, on_delete=models.SET_NULL, related_name="messages"
    )
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_message_kind_known", condition=Q(kind__in=["question", "distress", "disclosure"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Erasure(models.Model):
    """What was deleted of somebody, when and why: the deletion's own record. Holds no personal data."""

    class Cause(models.TextChoices):
        RATER = "rater", _("the rater asked for it")
        RESEARCHER = "researcher", _("a researcher did it")
        RETENTION = "retention", _("the retention date was reached")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="erasures")
    pseudonym = models.CharField(max_length=20)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    counts = models.JSONField[dict[str, int]](help_text=_("How many rows of what."))
    exports = models.JSONField[list[str]](
        default=list, help_text=_("Exports made before, which still hold the data.")
    )
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_erasure_cause_known", condition=Q(cause__in=["rater", "researcher", "retention"])
            ),
        )

    def __str__(self) -> str:
        return f"{self.pseudonym} {self.at:%Y-%m-%d}"
