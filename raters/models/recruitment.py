"""Where raters come from, and what they are paid."""

from __future__ import annotations

import secrets

from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from raters import channels
from studies.models import Study


def random_invitation() -> str:
    return secrets.token_urlsafe(18)


class Recruitment(models.Model):
    """Where a study's raters come from, and what they are given to be paid. No part of the protocol."""

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
    no_consent_code = models.CharField(
        max_length=60,
        blank=True,
        help_text=_("Code for somebody who does not consent. Empty: they are asked to return."),
    )
    screened_out_code = models.CharField(
        max_length=60,
        blank=True,
        help_text=_(
            "Code for somebody who does not pass the comprehension check. Empty: they are asked to return."
        ),
    )
    failed_checks_code = models.CharField(
        max_length=60,
        blank=True,
        help_text=_(
            "Code for a complete session that fails the attention checks. Empty: the completion code."
        ),
    )
    platform_minutes = models.PositiveSmallIntegerField(
        _("the platform's maximum time in minutes"),
        null=True,
        blank=True,
        help_text=_("The study's own time limit must not be shorter."),
    )
    reward_minor = models.PositiveIntegerField(
        _("reward for a whole session, in pence or cents"), null=True, blank=True
    )
    screened_out_minor = models.PositiveIntegerField(
        _("payment for the comprehension check alone, in pence or cents"), null=True, blank=True
    )
    currency = models.CharField(max_length=3, default="GBP", validators=[MinLengthValidator(3)])
    minimum_hourly_minor = models.PositiveIntegerField(
        _("the least an hour must pay, in pence or cents"),
        null=True,
        blank=True,
        help_text=_("Empty: the platform's own minimum, where it has one."),
    )

    def __str__(self) -> str:
        return f"{self.study}: {self.channel}"


class Invitation(models.Model):
    """A link for one person. Whoever holds it is that person: it opens their session again, too."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=40, unique=True, default=random_invitation, editable=False)
    label = models.CharField(
        max_length=80, blank=True, help_text=_("For you, to know whom you sent it to. Never exported.")
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.label or f"invitation {self.pk}"
