"""What language models' answers took: time, tokens, money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.proportions import median
from studies.analysis.reading import Mask, TextTable
from studies.analysis.results import Cell, Column, Estimate, Table, undefined

CALLS: Final = "llm_calls.csv"
_MICROS: Final = 1_000_000
_UNKNOWN: Final = -1
#: Column of the export, key and title here, and how many of its units make one of ours.
_MEDIANS: Final = (
    ("latency_ms", "seconds", "Seconds, median", 1000),
    ("first_token_ms", "first_token", "Seconds to the first token, median", 1000),
    ("input_tokens", "input_tokens", "Tokens read, median", 1),
    ("output_tokens", "output_tokens", "Tokens written, median", 1),
)
_NOTE: Final = (
    "Every attempt is a call. Medians are over answered calls that tell the number, with distribution-free "
    "intervals over calls. Cost is the sum of what is known; calls of unknown cost are counted beside it."
)


def calls_parts(evidence: Evidence) -> tuple[Table, ...]:
    """By purpose and judge or system; nothing without the table or without calls."""
    calls = evidence.tables.get(CALLS)
    if calls is None or not calls.rows:
        return ()
    columns = (
        Column("purpose", "What for"),
        Column("name", "Judge or system"),
        Column("calls", "Calls", "count"),
        *(Column(name, name.capitalize(), "count") for name in ("answered", "failed", "lost")),
        *(Column(key, title, "number") for _column, key, title, _units in _MEDIANS),
        Column("cost", "Cost", "number"),
        Column("currency", "Currency"),
        Column("cost_unknown", "Calls of unknown cost", "count"),
    )
    rows = list(_rows(calls))
    return (Table("model_calls", "Speed and cost of language models", columns, rows, _NOTE),)


def _rows(calls: TextTable) -> Iterator[tuple[Cell, ...]]:
    for purpose, column in (("judge", "judge"), ("generate", "system")):
        if column not in calls:
            continue
        for name in filter(None, calls[column].labels):
            rows = calls["purpose"].equals(purpose) & calls[column].equals(name)
            if rows.any():
                yield purpose, name, int(rows.sum()), *_cells(calls, rows)


def _cells(calls: TextTable, rows: Mask) -> Iterator[Cell]:
    for result in ("answered", "failed", "lost"):
        yield int((rows & calls["result"].equals(result)).sum()) if "result" in calls else None
    answered = rows & calls["result"].equals("answered") if "result" in calls else rows
    for column, _key, _title, units in _MEDIANS:
        yield _median(calls, column, answered, units)
    yield from _cost(calls, rows)


def _median(calls: TextTable, column: str, rows: Mask, units: int) -> Estimate:
    why = "No answered call tells it."
    if column not in calls:
        return undefined(why)
    values = calls.integers(column, empty=_UNKNOWN)[rows]
    return median(values[values != _UNKNOWN] / units, unit="calls", why=why)


def _cost(calls: TextTable, rows: Mask) -> tuple[Estimate, str, int]:
    if "cost_micros" not in calls:
        return undefined("llm_calls.csv has no column cost_micros."), "", int(rows.sum())
    micros = calls.integers("cost_micros", empty=_UNKNOWN)
    known = rows & (micros != _UNKNOWN)
    unknown = int((rows & ~known).sum())
    currencies = (
        sorted({calls["currency"].labels[code] for code in np.unique(calls["currency"].codes[known])})
        if "currency" in calls
        else []
    )
    if not known.any():
        return undefined("No call's cost is known."), "", unknown
    if len(currencies) > 1:
        return undefined("Calls are priced in several currencies.", n=int(known.sum())), "", unknown
    total = float(micros[known].sum() / _MICROS)
    spent = undefined("A sum of what was spent: nothing is sampled.", n=int(known.sum()), value=total)
    return spent, "".join(currencies), unknown
