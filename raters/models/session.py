"""One person's visit to one study, who they are on the platform, and what happened when."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters import channels
from studies.models import Protocol, Study

if TYPE_CHECKING:
    from raters.models.booklet import Booklet


def random_pseudonym() -> str:
    return f"r-{secrets.token_hex(5)}"


class RatingSession(models.Model):
    """One person's visit to one study. Its address is its only key: raters have no account."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="sessions")
    protocol = models.ForeignKey(
        Protocol, on_delete=models.PROTECT, related_name="sessions", null=True, blank=True
    )
    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    pseudonym = models.CharField(max_length=20, unique=True, default=random_pseudonym, editable=False)
    channel = models.CharField(max_length=20, choices=channels.CHOICES, default=channels.OPEN)
    platform_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text=_("HMAC of the platform's id for the person; empty on the open link."),
    )
    rater_group = models.CharField(max_length=80, blank=True)
    is_pilot = models.BooleanField(default=False, help_text=_("Marks a trial run; exported as such."))
    code = models.CharField(max_length=60, blank=True, help_text=_("The code that was shown."))

    arrived_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    consented_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    instructed_at = models.DateTimeField(null=True, blank=True)
    understood_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Passed the comprehension check.")
    )
    turned_away_at = models.DateTimeField(null=True, blank=True, help_text=_("Did not pass it in two tries."))
    reviewed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Rating is over; from here on no answer on a pair changes.")
    )
    surveyed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Sent the survey, however much of it was answered.")
    )
    stopped_at = models.DateTimeField(null=True, blank=True)
    timed_out_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Gave the place back on the platform; the ratings are not analysed."),
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Withdrew; nothing more is collected.")
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Ratings, words and events were deleted.")
    )

    sitting_started_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Start of the present sitting.")
    )
    rested_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Last break that was suggested and ended.")
    )
    opted_out = models.JSONField[list[str]](
        default=list, blank=True, help_text=_("Tags of themes that this rater does not want to meet.")
    )

    booklet: Booklet
    identity: PlatformIdentity

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["study", "channel", "platform_hash"],
                condition=~Q(platform_hash=""),
                name="raters_session_once_per_person_and_study",
            ),
            models.CheckConstraint(
                name="raters_session_consent_names_its_protocol",
                condition=Q(consented_at__isnull=True) | Q(protocol__isnull=False),
            ),
            models.CheckConstraint(
                name="raters_session_completed_only_after_consent",
                condition=Q(completed_at__isnull=True) | Q(consented_at__isnull=False),
            ),
            models.CheckConstraint(
                name="raters_session_not_both_completed_and_stopped",
                condition=Q(completed_at__isnull=True) | Q(stopped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="raters_session_turned_away_or_understood",
                condition=Q(turned_away_at__isnull=True) | Q(understood_at__isnull=True),
            ),
            models.CheckConstraint(
                name="raters_session_turned_away_before_any_end",
                condition=Q(turned_away_at__isnull=True)
                | Q(completed_at__isnull=True, stopped_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.pseudonym


class PlatformIdentity(models.Model):
    """The plain platform ids, apart from everything else, so that this table can be emptied."""

    session = models.OneToOneField(RatingSession, on_delete=models.CASCADE, related_name="identity")
    participant_id = models.CharField(max_length=200)
    platform_study_id = models.CharField(max_length=200, blank=True)
    submission_id = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "platform identities"

    def __str__(self) -> str:
        return f"identity of session {self.session_id}"


class Event(models.Model):
    """What happened in a session, when. Append-only; no address, no user agent."""

    class Kind(models.TextChoices):
        CONSENTED = "consented", _("consented")
        DECLINED = "declined", _("declined")
        RATED = "rated", _("rated")
        CORRECTED = "corrected", _("corrected an answer")
        STOPPED = "stopped", _("stopped early")
        TIMED_OUT = "timed_out", _("timed out")
        COMPLETED = "completed", _("completed")
        UNDERSTOOD = "understood", _("passed the comprehension check")
        TURNED_AWAY = "turned_away", _("did not pass the comprehension check")
        SKIPPED = "skipped", _("skipped a pair")
        RESTED = "rested", _("went on after a suggested break")
        REVIEWED = "reviewed", _("ended the rating part")
        RETURNED = "returned", _("returned on the platform")
        WITHDRAWN = "withdrawn", _("withdrew")

    session = models.ForeignKey(RatingSession, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    data = models.JSONField[dict[str, Any]](default=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
