"""Coding: the codebook, the texts that are read with it, and what language models find in them.

What people find stands in `raters.models.coding`; both are coded from the same `Passage`.
"""

from __future__ import annotations

from typing import Self

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies import codebook
from studies.comparison import Order
from studies.models.asking import Asked
from studies.models.dialogue import Dialogue
from studies.models.pair import Pair
from studies.models.provider import Provider
from studies.models.response import Response
from studies.models.study import Study
from studies.models.work import WorkRow


class Code(models.Model):
    """One label of the codebook as its researcher edits it. `studies.codebook` holds what is frozen of it."""

    class Kind(models.TextChoices):
        DIMENSION = "dimension", _("dimension: what a reason stresses")
        STRATEGY = "strategy", _("strategy: what a reply does, or a reason names")

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="codes")
    key = models.CharField(
        max_length=40,
        validators=[RegexValidator(codebook.KEY, _("Small letters, digits and _, a letter first."))],
        help_text=_("Column value in every export."),
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    name = models.CharField(max_length=80)
    definition = models.TextField(help_text=_("When the code applies, in a sentence or two."))
    example = models.TextField(blank=True, help_text=_("A text that gets the code."))
    counter_example = models.TextField(blank=True, help_text=_("One that looks like it and does not."))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=["study", "key"], name="studies_code_once_per_study"),
            models.CheckConstraint(
                name="studies_code_kind_known", condition=Q(kind__in=["dimension", "strategy"])
            ),
            models.CheckConstraint(name="studies_code_has_a_definition", condition=~Q(definition="")),
        )

    def __str__(self) -> str:
        return self.key


class Codebook(models.Model):
    """A frozen version of the codebook. Codings point to it; nothing ever changes it."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="codebooks")
    version = models.PositiveSmallIntegerField()
    canonical = models.TextField(help_text=_("Canonical JSON."))
    sha256 = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["study", "version"], name="studies_codebook_version_once_per_study"
            ),
        )

    def __str__(self) -> str:
        return f"{self.study_id} codebook v{self.version} {self.sha256[:12]}"

    def document(self) -> codebook.CodebookDocument:
        return codebook.read(self.canonical)


class PassageQuerySet(models.QuerySet["Passage"]):
    def legible(self) -> Self:
        """Those whose text is still there."""
        return self.filter(erased_at__isnull=True)


class Passage(models.Model):
    """One text that is coded: a written reason, or a reply, as every coder reads it.

    `text` is masked and evenly set (`studies.coding.masking`). Who wrote it stands in `source_kind` and
    `source`, which no coder sees. `place` is its place in the order drawn from the study's seed. A rater's
    words may be sent to an outside provider only where `may_leave`: what the rater consented to.
    """

    class Kind(models.TextChoices):
        REASON = "reason", _("reason")
        REPLY = "reply", _("reply")

    class Source(models.TextChoices):
        RATER = "rater", _("rater")
        JUDGE = "judge", _("judge")
        SYSTEM = "system", _("system")

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="passages", db_index=False)
    key = models.CharField(max_length=12, help_text=_("The passage in exports; the same on every database."))
    kind = models.CharField(max_length=6, choices=Kind.choices)
    source_kind = models.CharField(max_length=6, choices=Source.choices)
    source = models.CharField(max_length=120)
    variant = models.CharField(
        max_length=12, blank=True, help_text=_("A rater's phase; whether a judge had the rubric.")
    )
    dialogue = models.ForeignKey(Dialogue, on_delete=models.PROTECT, related_name="passages")
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.PROTECT, related_name="passages")
    order = models.CharField(max_length=2, blank=True, choices=[(o.value, o.value) for o in Order])
    occasion = models.PositiveSmallIntegerField(default=1)
    response = models.ForeignKey(
        Response, null=True, blank=True, on_delete=models.PROTECT, related_name="passages"
    )
    place = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    may_leave = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = PassageQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["study", "key"], name="studies_passage_key_once_per_study"),
            models.CheckConstraint(
                name="studies_passage_a_reason_has_a_pair_a_reply_a_response",
                condition=Q(
                    kind="reason",
                    source_kind__in=["rater", "judge"],
                    pair__isnull=False,
                    response__isnull=True,
                    order__in=["AB", "BA"],
                )
                | Q(kind="reply", source_kind="system", pair__isnull=True, response__isnull=False, order=""),
            ),
            models.CheckConstraint(
                name="studies_passage_erased_means_no_text",
                condition=(Q(erased_at__isnull=True) & ~Q(text="")) | Q(erased_at__isnull=False, text=""),
            ),
        )

    def __str__(self) -> str:
        return self.key


class Coder(Asked):
    """One language model as it is asked to code. Its family must be none of the judges'."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="coders")
    name = models.CharField(max_length=80, help_text=_("How it is called in every export."))
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="coders")
    model_id = models.CharField(max_length=160, help_text=_("Dated model id, as the provider calls it."))
    family = models.CharField(max_length=80, help_text=_("Maker's family, e.g. gpt, claude, llama."))
    longest_text = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Characters that its note may have, for small models that would write on and on. "
            "Some providers refuse such a bound."
        ),
    )

    class Meta:
        verbose_name = _("LLM coder")
        constraints = (
            models.UniqueConstraint(fields=["study", "name"], name="studies_coder_once_per_study"),
            models.CheckConstraint(name="studies_coder_has_a_family", condition=~Q(family="")),
        )

    def __str__(self) -> str:
        return self.name


class Coding(WorkRow):
    """One passage by one LLM coder with one version of the codebook. Done and without marks: no code applies.

    A row whose text may not leave for an outside provider is failed from the start, with the error kind
    `withheld`: it is refused in words, and never sent.
    """

    class Outcome(models.TextChoices):
        OK = "ok", _("codes")
        REFUSED = "refused", _("refused")
        TRUNCATED = "truncated", _("cut off")
        UNPARSEABLE = "unparseable", _("could not be read")

    coder = models.ForeignKey(Coder, on_delete=models.PROTECT, related_name="codings", db_index=False)
    codebook = models.ForeignKey(Codebook, on_delete=models.PROTECT, related_name="codings", db_index=False)
    passage = models.ForeignKey(Passage, on_delete=models.PROTECT, related_name="codings")
    same_family = models.BooleanField(
        default=False, help_text=_("The passage was written by a model of the coder's family.")
    )
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    note = models.TextField(blank=True)

    marks: models.Manager[CodingMark]

    class Meta(WorkRow.Meta):
        abstract = False
        constraints = (
            *WorkRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["coder", "passage", "codebook", "replicate"], name="studies_coding_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.coder_id} on {self.passage_id}.{self.replicate}"


class CodingMark(models.Model):
    """One code that an LLM coder gave to a passage."""

    coding = models.ForeignKey(Coding, on_delete=models.CASCADE, related_name="marks", db_index=False)
    code = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="coding_marks")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["coding", "code"], name="studies_coding_mark_once"),)

    def __str__(self) -> str:
        return str(self.code_id)
