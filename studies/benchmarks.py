"""Scores of other benchmarks for a study's systems, from a table: all of its rows, or none."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, TextIO

from django.db import transaction

from studies.models import BenchmarkScore, Study, System

COLUMNS: Final = ("system", "benchmark", "score", "source")
#: Problems that are named; the rest is counted.
NAMED: Final = 20
_LARGEST: Final = Decimal(10) ** 8


class BadTable(Exception):
    """The table cannot be taken; `problems` has a sentence for each line, and nothing was stored."""

    def __init__(self, problems: list[str]) -> None:
        left_out = len(problems) - NAMED
        more = [f"and {left_out} more"] if left_out > 0 else []
        super().__init__("; ".join([*problems[:NAMED], *more]))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Stored:
    added: int
    changed: int


@transaction.atomic
def store(*, study: Study, file: TextIO) -> Stored:
    """Takes a CSV file with the columns `system`, `benchmark`, `score`, `source`; scores may be corrected.

    Raises BadTable, which says which line and how to mend it.
    """
    systems = {system.name: system for system in study.systems.filter(kind=System.Kind.LLM)}
    problems: list[str] = []
    rows = list(_rows(file, systems, problems))
    if problems:
        raise BadTable(problems)
    added = 0
    for system, benchmark, score, source in rows:
        _row, is_new = BenchmarkScore.objects.update_or_create(
            system=system, benchmark=benchmark, defaults={"score": score, "source": source}
        )
        added += is_new
    return Stored(added, len(rows) - added)


def _rows(
    file: TextIO, systems: dict[str, System], problems: list[str]
) -> Iterator[tuple[System, str, Decimal, str]]:
    reader = csv.DictReader(file)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        problems.append(f"the first line lacks {', '.join(missing)}; it must name {', '.join(COLUMNS)}")
        return
    seen: set[tuple[str, str]] = set()
    for line in reader:
        told = {name: (line[name] or "").strip() for name in COLUMNS}
        fault = _fault(told, systems, seen)
        if fault:
            problems.append(f"line {reader.line_num}: {fault}")
            continue
        seen.add((told["system"], told["benchmark"]))
        yield systems[told["system"]], told["benchmark"], Decimal(told["score"]), told["source"]


def _fault(told: dict[str, str], systems: dict[str, System], seen: set[tuple[str, str]]) -> str:
    """What is wrong with a line, or nothing."""
    empty = [name for name in COLUMNS if not told[name]]
    if empty:
        return f"{', '.join(empty)} is empty"
    if told["system"] not in systems:
        return f"the study has no model {told['system']!r}; it has {', '.join(sorted(systems)) or 'none'}"
    if (told["system"], told["benchmark"]) in seen:
        return f"{told['system']} has a score on {told['benchmark']} already, further up"
    too_long = [name for name, most in (("benchmark", 80), ("source", 300)) if len(told[name]) > most]
    if too_long:
        return f"{too_long[0]} is too long"
    return "" if _is_score(told["score"]) else f"{told['score']!r} is no score: write a number such as 71.5"


def _is_score(text: str) -> bool:
    try:
        score = Decimal(text)
    except InvalidOperation:
        return False
    return score.is_finite() and abs(score) < _LARGEST and score == round(score, 4)
