"""People and their ratings. The state of a session is derived from its timestamps, never stored."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from raters import channels
from studies.comparison import Order
from studies.models import Dimension, Pair, Protocol, Study


def random_pseudonym() -> str:
    return f"r-{secrets.token_hex(5)}"


class Recruitment(models.Model):
    """Where a study's raters come from, and what they are given to be paid."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="recruitment")
    channel = models.CharField(
        max_length=20, choices=channels.CHOICES, default=channels.OPEN, help_text=_("Recruitment platform.")
    )
    completion_code = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("The platform's code. Empty: each rater gets a code of their own."),
    )
    stopped_code = models.CharField(
        max_length=60,
        blank=True,
        help_text=_(
            "Code for somebody who stops early and is paid for what they did. Empty: a code of their own."
        ),
    )

    def __str__(self) -> str:
        return f"{self.study}: {self.channel}"


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
    stopped_at = models.DateTimeField(null=True, blank=True)
    timed_out_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    booklet: Booklet

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


class BookletQuerySet(models.QuerySet["Booklet"]):
    def unclaimed(self, study: Study) -> Self:
        return self.filter(protocol__study=study, session__isnull=True)


class Booklet(models.Model):
    """Ordered pairs with their sides, planned for one rater. Claimed whole, by one guarded UPDATE."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="booklets")
    number = models.PositiveIntegerField()
    dimension_keys = models.JSONField[list[str]](help_text=_("The rubric rows in this rater's order."))
    session = models.OneToOneField(
        RatingSession, null=True, blank=True, on_delete=models.PROTECT, related_name="booklet"
    )
    remainder_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="remainders"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)

    objects = BookletQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["protocol", "number"], name="raters_booklet_number_once"),
            models.CheckConstraint(
                name="raters_booklet_claimed_means_by_whom_and_when",
                condition=Q(session__isnull=True, claimed_at__isnull=True)
                | Q(session__isnull=False, claimed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"booklet {self.number}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def live(self) -> Self:
        return self.filter(released_at__isnull=True)

    def unrated(self) -> Self:
        return self.filter(ratings__isnull=True)


class Assignment(models.Model):
    """One pair in one order at one place of a booklet. Never deleted; released when somebody else gets it."""

    class Kind(models.TextChoices):
        MAIN = "main", _("main")
        REPEAT = "repeat", _("repeat")
        DECOY = "decoy", _("decoy")
        CHECK = "check", _("attention check")
        TRAINING = "training", _("training")

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    booklet = models.ForeignKey(Booklet, on_delete=models.PROTECT, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="assignments")
    order = models.CharField(max_length=2, choices=[(o.value, o.value) for o in Order])
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MAIN)
    shown_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["booklet", "position"], name="raters_assignment_position_once"),
            models.CheckConstraint(name="raters_assignment_order_known", condition=Q(order__in=["AB", "BA"])),
        )

    def __str__(self) -> str:
        return f"{self.booklet_id}.{self.position}"


class Rating(models.Model):
    """A rater's answers on one assignment in one phase. A second submit corrects it; it never adds one."""

    class Layout(models.TextChoices):
        SIDE = "side", _("side by side")
        STACKED = "stacked", _("one above the other")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="ratings")
    phase = models.CharField(max_length=12, default="main")
    reason = models.TextField(blank=True)
    seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("From the first showing of the page to the first submit.")
    )
    layout = models.CharField(max_length=7, choices=Layout.choices, blank=True)
    rated_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True, blank=True)

    scores: models.Manager[RatingScore]

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["assignment", "phase"], name="raters_rating_once_per_phase"),
        )

    def __str__(self) -> str:
        return f"rating of {self.assignment_id}"


class RatingScore(models.Model):
    """One answer as it was shown and clicked: < 0 the first shown is better, 0 no difference."""

    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, related_name="scores")
    dimension = models.ForeignKey(Dimension, on_delete=models.PROTECT, related_name="rating_scores")
    value = models.SmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["rating", "dimension"], name="raters_score_once_per_dimension"),
            models.CheckConstraint(
                name="raters_score_within_widest_scale", condition=Q(value__gte=-2, value__lte=2)
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension_id}: {self.value:+d}"


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

    session = models.ForeignKey(RatingSession, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    data = models.JSONField[dict[str, Any]](default=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class ExportJob(models.Model):
    """An export as a row: who asked for it, what it held, where the file is."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="exports")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    file = models.FileField(upload_to="exports/%Y/%m/", blank=True, max_length=300)
    sha256 = models.CharField(max_length=64, blank=True)
    manifest = models.JSONField[dict[str, Any]](default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="raters_export_done_means_a_checksum", condition=~Q(status="done") | ~Q(sha256="")
            ),
        )

    def __str__(self) -> str:
        return f"export {self.pk} of {self.study_id}"
