"""Pairs: two replies to the same dialogue that are compared with each other."""

from __future__ import annotations

from typing import Final, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from studies.models.dialogue import Dialogue
from studies.models.response import Response
from studies.models.study import Study

#: The decoy system whose replies order the judge to choose them.
INJECTED: Final = "decoy: injected"


class PairQuerySet(models.QuerySet["Pair"]):
    def of(self, study: Study) -> Self:
        return self.filter(dialogue__study=study)

    def main(self) -> Self:
        return self.filter(kind=Pair.Kind.MAIN)

    def decoys(self) -> Self:
        return self.filter(kind=Pair.Kind.DECOY)

    def decoys_for_raters(self) -> Self:
        """Those that a person can take for a reply: no orders to a machine."""
        return self.decoys().exclude(second__system__name=INJECTED)

    def training(self) -> Self:
        return self.filter(kind=Pair.Kind.TRAINING)


class Pair(models.Model):
    """Two replies in a stored order: the baseline first, else by system name, so that a sign has a meaning.

    The order in which a rater or judge sees them is drawn anew for each assignment or judgment.
    """

    class Kind(models.TextChoices):
        MAIN = "main", _("main")
        DECOY = "decoy", _("decoy: one reply is plainly broken")
        TRAINING = "training", _("training")

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Response, on_delete=models.RESTRICT, related_name="pairs_as_first")
    second = models.ForeignKey(Response, on_delete=models.RESTRICT, related_name="pairs_as_second")
    key = models.CharField(max_length=12, help_text=_("The pair in exports; the same on every database."))
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MAIN)
    expected = models.SmallIntegerField(
        null=True, blank=True, help_text=_("Sign of the answer expected on a decoy or training pair.")
    )
    feedback = models.TextField(
        blank=True, help_text=_("Training pairs: what a rater reads after answering, and why.")
    )

    objects = PairQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Least("first", "second"),
                Greatest("first", "second"),
                name="studies_pair_once_in_either_order",
            ),
            models.UniqueConstraint(fields=["dialogue", "key"], name="studies_pair_key_once"),
            models.CheckConstraint(
                name="studies_pair_two_different_responses", condition=~Q(first=F("second"))
            ),
            # A CHECK that evaluates to NULL passes, so each branch says isnull outright.
            models.CheckConstraint(
                name="studies_pair_expected_answer_on_checks_only",
                condition=(
                    Q(kind="main", expected__isnull=True)
                    | Q(
                        kind__in=["decoy", "training"],
                        expected__isnull=False,
                        expected__in=[-1, 1],
                    )
                ),
            ),
        )

    def __str__(self) -> str:
        return self.key
