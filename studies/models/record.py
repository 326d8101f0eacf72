"""What a report needs beside the data: scores of other benchmarks, and answers to a datasheet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from studies.models.study import Study, System


class BenchmarkScore(models.Model):
    """What a system reached on somebody else's benchmark, as published there."""

    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="benchmark_scores")
    benchmark = models.CharField(max_length=80, help_text=_("Its name with its version, e.g. MMLU-Pro."))
    score = models.DecimalField(max_digits=12, decimal_places=4)
    source = models.CharField(max_length=300, help_text=_("Where it was published, and when it was read."))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["system", "benchmark"], name="studies_benchmark_once_per_system"),
            models.CheckConstraint(name="studies_benchmark_names_its_source", condition=~Q(source="")),
        )

    def __str__(self) -> str:
        return f"{self.benchmark}: {self.score}"


class SheetAnswer(models.Model):
    """What the researcher says on one question of the HEDS sheet; it wins over what the record says.

    `question` is the form's element id. `criterion` is a dimension's key where the question is asked for
    each; empty elsewhere.
    """

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="sheet_answers")
    question = models.CharField(max_length=160)
    criterion = models.CharField(max_length=40, blank=True)
    value = models.TextField(blank=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["study", "question", "criterion"], name="studies_sheet_answer_once"
            ),
            models.CheckConstraint(
                name="studies_sheet_answer_says_something", condition=~Q(value="", comment="")
            ),
        )

    def __str__(self) -> str:
        return self.question
