"""What is known of models beside the answers: parameters, family, speed, scores elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.reading import CannotRead, TextTable, repeated

SYSTEMS: Final = "systems.csv"
CALLS: Final = "llm_calls.csv"
BENCHMARKS: Final = "benchmarks.csv"
#: Column and what is read of it.
SIZES: Final[Mapping[str, str]] = {"params_total": "total", "params_active": "active"}
SPEEDS: Final[Mapping[str, str]] = {"first_token_ms": "first token", "latency_ms": "whole answer"}
_UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Known:
    """One fact of systems: `name` is read, `log` the decimal logarithm (or the score itself) by system."""

    name: str
    log: Mapping[str, float]


def sizes(evidence: Evidence) -> list[Known]:
    """Total, then active parameters, of models with published counts. Raises CannotRead with the row."""
    table = evidence.tables.get(SYSTEMS)
    if table is None:
        return []
    twice = repeated(table["system"])
    if twice is not None:
        raise CannotRead(f"{SYSTEMS}, row {twice + 1}: {table['system'].texts()[twice]} has a row already")
    return [Known(name, _logs(table, column)) for column, name in SIZES.items() if column in table]


def families(evidence: Evidence) -> dict[str, str]:
    """The family of each system that has one."""
    table = evidence.tables.get(SYSTEMS)
    if table is None or "family" not in table:
        return {}
    pairs = zip(table["system"].texts(), table["family"].texts(), strict=True)
    return {system: family for system, family in pairs if family}


def speeds(evidence: Evidence) -> list[Known]:
    """Median time to the first token, and to the end, of the answers that replies were fetched with."""
    table = evidence.tables.get(CALLS)
    if table is None or "system" not in table or "result" not in table:
        return []
    rows = table["purpose"].equals("generate") & table["result"].equals("answered")
    found = []
    for column, name in SPEEDS.items():
        if column in table:
            times = table.integers(column, empty=_UNKNOWN)
            told = rows & (times > 0)
            found.append(Known(name, _medians(table, times, told)))
    return found


def benchmarks(evidence: Evidence) -> list[Known]:
    """Each benchmark's scores as they were given. Raises CannotRead with the row."""
    table = evidence.tables.get(BENCHMARKS)
    if table is None or "score" not in table:
        return []
    found: dict[str, dict[str, float]] = {}
    columns = (table[name].texts() for name in ("system", "benchmark", "score"))
    for row, (system, benchmark, score) in enumerate(zip(*columns, strict=True), 1):
        if not score:
            continue
        scores = found.setdefault(benchmark, {})
        if system in scores:
            raise CannotRead(f"{BENCHMARKS}, row {row}: {system} has a score on {benchmark} already")
        scores[system] = _number(score, row)
    return [Known(name, scores) for name, scores in sorted(found.items())]


def _number(score: str, row: int) -> float:
    try:
        number = float(score)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise CannotRead(f"{BENCHMARKS}, row {row}: score is {score!r}, no decimal number such as 71.4")
    return number


def _logs(table: TextTable, column: str) -> dict[str, float]:
    counts = table.integers(column, empty=0)
    names = table["system"].texts()
    models = ~table["kind"].equals("human") & ~table["kind"].equals("decoy")
    return {
        name: math.log10(int(count))
        for name, count, model in zip(names, counts, models, strict=True)
        if count > 0 and model
    }


def _medians(table: TextTable, times: np.ndarray, told: np.ndarray) -> dict[str, float]:
    system = table["system"]
    return {
        name: math.log10(float(np.median(times[told & system.equals(name)])) / 1000)
        for name in filter(None, system.labels)
        if (told & system.equals(name)).any()
    }
