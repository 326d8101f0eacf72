"""The study, its rubric, its systems, and its frozen protocol."""

from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies import normalising, protocol
from studies.models.analysis_plan import AnalysisPlan, analysis_constraints
from studies.models.asking import Asked
from studies.models.journey import Journey, journey_constraints
from studies.models.provider import Provider


def random_seed() -> int:
    return secrets.randbelow(2**31)


class Study(Journey, AnalysisPlan):
    """One study as its researcher edits it. Once a Protocol exists, the protocol speaks, not these fields."""

    class Scale(models.IntegerChoices):
        TWO = 2, _("2: A or B, forced choice")
        THREE = 3, _("3: A, no difference, B")
        FOUR = 4, _("4: A much, A a little, B a little, B much")
        FIVE = 5, _("5: as 4, with 'no difference' in the middle")

    class DimensionOrder(models.TextChoices):
        FIXED = "fixed", _("the rubric's order for everybody")
        PER_RATER = "per_rater", _("one random order for each rater")

    class Reason(models.TextChoices):
        REQUIRED = "required", _("required")
        OPTIONAL = "optional", _("optional")
        NONE = "none", _("not asked")

    slug = models.SlugField(unique=True, help_text=_("Stands in the join link."))
    title = models.CharField(max_length=200, help_text=_("Shown to raters: do not name what is compared."))
    notes = models.TextField(blank=True, help_text=_("For researchers only; raters never see it."))

    content_note = models.TextField(blank=True, help_text=_("Themes a rater may meet; shown before consent."))
    consent = models.TextField(_("consent text"), blank=True)
    instructions = models.TextField(blank=True)
    debrief = models.TextField(blank=True, help_text=_("Shown with the completion code."))
    support_contacts = models.TextField(
        blank=True,
        help_text=_("One a line: United Kingdom | Samaritans, 116 123. Without a country: for all."),
    )
    support_contacts_checked_on = models.DateField(null=True, blank=True)

    responsible = models.CharField(_("who is responsible"), max_length=300, blank=True)
    contact_email = models.EmailField(blank=True)
    reward = models.CharField(max_length=300, blank=True, help_text=_("What a rater is paid, in words."))
    retention = models.TextField(blank=True, help_text=_("What is kept, where, how long."))
    complaint_right = models.TextField(blank=True, help_text=_("Where a rater can complain."))
    adults_only = models.BooleanField(default=False, help_text=_("Raters must be adults. Required to open."))

    scale = models.PositiveSmallIntegerField(choices=Scale.choices, default=Scale.FIVE)
    reason = models.CharField(max_length=10, choices=Reason.choices, default=Reason.REQUIRED)
    dimension_order = models.CharField(
        max_length=10, choices=DimensionOrder.choices, default=DimensionOrder.FIXED
    )
    ratings_per_pair = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    pairs_per_rater = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(1)])
    max_pairs_per_dialogue = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("How many pairs of one dialogue a single rater may see."),
    )
    session_minutes = models.PositiveIntegerField(
        _("time limit in minutes"),
        default=90,
        validators=[MinValueValidator(5), MaxValueValidator(60 * 24 * 30)],
        help_text=_(
            "After this long without finishing, a rater's open pairs go to somebody else. "
            "Never shorter than the platform's own maximum."
        ),
    )
    shown_profile = models.CharField(
        max_length=20,
        choices=[(name, name) for name in normalising.PROFILES],
        default="none",
        help_text=_(
            "How replies are shown to raters and judges alike: as they came (none), or with even typography "
            "(plain-1: quotes, dashes, markdown, spaces). Words are never touched; exports keep the raw text."
        ),
    )
    max_words = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Length policy of replies that models are asked for here; empty is no limit. Longer replies are "
            "flagged, never cut. HEART's replies had at most 40 words."
        ),
    )
    max_sentences = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("As above, in sentences; empty is no limit."),
    )
    seed = models.BigIntegerField(default=random_seed, help_text=_("Every random draw comes from it."))

    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    dimensions: models.Manager[Dimension]
    systems: models.Manager[System]
    protocols: models.Manager[Protocol]

    class Meta:
        verbose_name_plural = "studies"
        constraints = (
            models.CheckConstraint(name="studies_study_scale_known", condition=Q(scale__in=[2, 3, 4, 5])),
            models.CheckConstraint(
                name="studies_study_closed_only_after_opened",
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False),
            ),
            models.CheckConstraint(
                name="studies_study_counts_positive",
                condition=Q(ratings_per_pair__gte=1, pairs_per_rater__gte=1, max_pairs_per_dialogue__gte=1),
            ),
            models.CheckConstraint(
                name="studies_study_shown_profile_known",
                condition=Q(shown_profile__in=list(normalising.PROFILES)),
            ),
            models.CheckConstraint(
                name="studies_study_length_policy_positive",
                condition=(Q(max_words__isnull=True) | Q(max_words__gte=1))
                & (Q(max_sentences__isnull=True) | Q(max_sentences__gte=1)),
            ),
            *journey_constraints(),
            *analysis_constraints(),
        )

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    def is_frozen(self) -> bool:
        return self.protocols.exists()


class Dimension(models.Model):
    """One row of the rubric. The one with key "overall" asks for the preference as a whole."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="dimensions")
    key = models.SlugField(max_length=40, help_text=_("Column value in every export."))
    name = models.CharField(max_length=80, help_text=_("The construct; never shown to raters."))
    question = models.CharField(max_length=200, help_text=_("What raters read."))
    low = models.CharField(_("low anchor"), max_length=200, blank=True)
    high = models.CharField(_("high anchor"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["study", "key"], name="studies_dimension_once_per_study"),
        )

    def __str__(self) -> str:
        return self.key


class System(Asked):
    """A source of replies: people of one kind, one language model as it was asked, or one kind of decoy.

    Without a provider nothing is fetched: its replies were imported, or made to lose.
    """

    class Kind(models.TextChoices):
        HUMAN = "human", _("human")
        LLM = "llm", _("language model")
        DECOY = "decoy", _("decoy: replies that must lose")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="systems")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=5, choices=Kind.choices)
    family = models.CharField(
        max_length=80, blank=True, help_text=_("Maker's family, e.g. gpt, claude, llama.")
    )
    model_id = models.CharField(max_length=160, blank=True, help_text=_("Dated model id."))
    params_total = models.BigIntegerField(null=True, blank=True, help_text=_("Parameters, where published."))
    params_active = models.BigIntegerField(null=True, blank=True)
    provider = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="systems",
        help_text=_("Where its replies are fetched. Empty: they were imported."),
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "name"], name="studies_system_once_per_study"),
            models.CheckConstraint(
                name="studies_system_kind_known", condition=Q(kind__in=["human", "llm", "decoy"])
            ),
            models.CheckConstraint(
                name="studies_system_fetched_is_a_model",
                condition=Q(provider__isnull=True) | (Q(kind="llm") & ~Q(model_id="")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Protocol(models.Model):
    """A frozen protocol. Sessions, ratings and judgments point to it; nothing ever changes it."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="protocols")
    version = models.PositiveSmallIntegerField()
    canonical = models.TextField(help_text=_("Canonical JSON."))
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["study", "version"], name="studies_protocol_version_once_per_study"
            ),
        )

    def __str__(self) -> str:
        return f"{self.study_id} v{self.version} {self.sha256[:12]}"

    def document(self) -> protocol.ProtocolDocument:
        return protocol.read(self.canonical)
