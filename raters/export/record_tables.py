"""The tables of what researchers note beside a study: published benchmarks, and answers to the datasheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from raters.export.tables import Table
from studies.models import BenchmarkScore, Study


class BenchmarkRow(NamedTuple):
    system: str
    benchmark: str
    score: str
    source: str


class SheetRow(NamedTuple):
    element_id: str
    criterion: str
    value: str
    comment: str


def benchmark_rows(study: Study) -> Iterator[BenchmarkRow]:
    rows = BenchmarkScore.objects.filter(system__study=study).order_by("system", "pk")
    for name, benchmark, score, source in rows.values_list("system__name", "benchmark", "score", "source"):
        yield BenchmarkRow(name, benchmark, f"{score.normalize():f}", source)


def sheet_rows(study: Study) -> Iterator[SheetRow]:
    rows = study.sheet_answers.order_by("pk").values_list("question", "criterion", "value", "comment")
    yield from map(SheetRow._make, rows)


RECORD_TABLES: Final = (
    Table("benchmarks.csv", BenchmarkRow._fields, benchmark_rows),
    Table("sheet.csv", SheetRow._fields, sheet_rows),
)
