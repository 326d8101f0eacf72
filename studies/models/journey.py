"""What a rater goes through around the pairs, as the researcher sets it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

#: Phrases of somebody who speaks of themselves, not of the dialogue. One a line; the researcher edits them.
RISK_PHRASES: Final = "\n".join(
    (
        "I want to die",
        "kill myself",
        "killing myself",
        "end my life",
        "hurt myself",
        "hurting myself",
        "harm myself",
        "I am suicidal",
        "I'm suicidal",
        "don't want to live",
    )
)


class Journey(models.Model):
    """Settings of the rater's half hour. Zero switches a part off."""

    class Asking(models.TextChoices):
        ONE_PAGE = "one_page", _("everything on one page")
        PREFERENCE = "preference", _("preference and reason only; the rubric is for judges")
        TWO_PASS = "two_pass", _("all preferences first, then the rubric on the rater's own pairs")

    class Withdrawal(models.TextChoices):
        EITHER = "either", _("the rater chooses: keep or delete what was given")
        KEEP = "keep", _("what was given stays; nothing more is collected")

    language = models.CharField(
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text=_("Of the pages around your own texts. Texts on consent and crisis are yours to write."),
    )
    asking = models.CharField(
        _("layout of asking"), max_length=10, choices=Asking.choices, default=Asking.ONE_PAGE
    )
    reason_percent = models.PositiveSmallIntegerField(
        _("written reason on so many % of the pairs"),
        default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    training_pairs = models.PositiveSmallIntegerField(
        default=0, help_text=_("Shown first, with feedback; not analysed.")
    )
    repeats_percent = models.PositiveSmallIntegerField(
        _("% of pairs that come back"),
        default=0,
        validators=[MaxValueValidator(50)],
        help_text=_("At least 10 pairs later, half of them with the sides changed."),
    )
    decoys_per_rater = models.PositiveSmallIntegerField(
        default=0,
        help_text=_("Pairs with one plainly broken reply. They feed the exclusion rule only."),
    )
    checks_per_rater = models.PositiveSmallIntegerField(
        _("attention checks per rater"),
        default=0,
        help_text=_("A row that says which answer to choose. Prolific: two from five minutes on."),
    )
    exclude_decoys_lost = models.PositiveSmallIntegerField(
        _("leave out raters who lose so many decoys"), default=0, help_text=_("0: no such rule.")
    )
    exclude_checks_failed = models.PositiveSmallIntegerField(
        _("leave out raters who fail so many attention checks"), default=0, help_text=_("0: no such rule.")
    )
    blinding_pairs = models.PositiveSmallIntegerField(
        _("pairs in the blinding check"),
        default=0,
        help_text=_("At the end raters say what they think was compared, and who wrote the replies."),
    )
    break_minutes = models.PositiveSmallIntegerField(_("suggest a break after minutes"), default=15)
    break_tagged_pairs = models.PositiveSmallIntegerField(
        _("or after so many pairs on a theme below"), default=8
    )
    sitting_minutes = models.PositiveSmallIntegerField(_("longest sitting in minutes"), default=45)
    themes = models.TextField(
        blank=True,
        help_text=_(
            "Hard themes, one a line: the dialogues' tag | what raters read, such as: "
            "self-harm | self-harm or suicide. Raters may opt out of each before they start."
        ),
    )
    risk_phrases = models.TextField(
        blank=True,
        default=RISK_PHRASES,
        help_text=_("One a line. A written reason that holds one of them goes to the study's inbox."),
    )
    who_reads = models.TextField(
        _("who reads what raters write"),
        blank=True,
        help_text=_("Shown beside every text box: whether anybody reads it, and how soon."),
    )
    words_may_leave = models.BooleanField(
        _("raters' words may go to outside providers"),
        default=False,
        help_text=_(
            "Only if your consent text says so. An LLM coder at an outside provider may then read "
            "written reasons."
        ),
    )
    withdrawal = models.CharField(
        max_length=6,
        choices=Withdrawal.choices,
        default=Withdrawal.EITHER,
        help_text=_("What the consent text promises to somebody who withdraws."),
    )
    identity_days = models.PositiveSmallIntegerField(
        _("delete platform ids after days"),
        default=90,
        help_text=_("Counted from the end of the session. 0: never by itself."),
    )
    texts_days = models.PositiveSmallIntegerField(
        _("delete raters' own words after days"),
        default=0,
        help_text=_("Reasons, messages, drafts and events; counted from the end. 0: never by itself."),
    )

    class Meta:
        abstract = True


def journey_constraints() -> tuple[models.CheckConstraint, ...]:
    """For the Meta of the model that has these fields."""
    return (
        models.CheckConstraint(
            name="studies_study_asking_known", condition=Q(asking__in=list(Journey.Asking.values))
        ),
        models.CheckConstraint(
            name="studies_study_withdrawal_known", condition=Q(withdrawal__in=list(Journey.Withdrawal.values))
        ),
        models.CheckConstraint(
            name="studies_study_shares_are_percent",
            condition=Q(reason_percent__gte=1, reason_percent__lte=100, repeats_percent__lte=50),
        ),
    )
