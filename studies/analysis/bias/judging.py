"""Judges at work: do they repeat themselves, how often is there no verdict, what did it take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.bias.calls import calls_parts
from studies.analysis.bias.cuts import COLUMNS
from studies.analysis.clustering import Floats, interval
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.proportions import carried, wilson
from studies.analysis.reading import Codes, Mask, TextTable
from studies.analysis.results import Cell, Column, Estimate, Section, Table, undefined
from studies.analysis.verdicts import joined
from studies.analysis.votes import Votes, judges_in

JUDGMENTS: Final = "judgments.csv"
#: What a judgment without verdicts came to, and how it is told: (column, value).
WITHOUT: Final = {
    "refused": ("outcome", "refused"),
    "truncated": ("outcome", "truncated"),
    "unparseable": ("outcome", "unparseable"),
    "failed": ("status", "failed"),
}
_NEEDED: Final = ("judge", "dialogue", "pair", "order", "status", "outcome")
_NOTHING: Final = (
    "How judges worked is not told: no judge's answers, judgments.csv or llm_calls.csv are there. A run of "
    "judges would bring them."
)
_NO_JUDGMENTS: Final = "Judgments without a verdict are not told: judgments.csv is missing or empty."
_NO_CALLS: Final = "Speed and cost are not told: llm_calls.csv is missing or empty."
_NO_REPEATS: Final = (
    "How well judges repeat themselves is not told: no judge judged a pair twice in the same order."
)
_REPEATS: Final = (
    *COLUMNS,
    Column("pairs", "Pairs judged more than once in one order", "count"),
    Column("same", "Two judgments say the same", "share"),
)
_REPEATS_NOTE: Final = (
    "Of all couples of judgments of one judge on one pair in one order, how many name the same reply, or no "
    "difference, both; the mean over pairs and orders. Intervals: sandwich by dialogue, on log odds."
)
_FAILURES_NOTE: Final = (
    "Of the judgments that came to an end (done or failed), on pairs of every kind and role. Failed: no "
    "answer in the end. Wilson intervals with pairs as the trials: both orders of a pair are one."
)


def judging(evidence: Evidence) -> Section:
    title = "Judges at work"
    repeats, without, calls = _repeats_parts(evidence), _failures_parts(evidence), calls_parts(evidence)
    parts = (*repeats, *without, *calls)
    if not parts and evidence.judged is None:
        return Section("bias_judging", title, absent=_NOTHING)
    said = ((repeats, _NO_REPEATS), (without, _NO_JUDGMENTS), (calls, _NO_CALLS))
    return Section("bias_judging", title, tuple(why for found, why in said if not found), parts)


def repeats_of(votes: Votes) -> tuple[Estimate, int]:
    """How often one judge's two judgments of a pair in one order say the same, and on how many pairs.

    Pairs and orders count once each, however many judgments they have; n counts them.
    """
    key = votes.pair.astype(np.int64) * 2 + votes.a_first
    used, first, groups = np.unique(key, return_index=True, return_inverse=True)
    said = np.stack(
        [np.bincount(groups[np.sign(votes.value) == sign], minlength=len(used)) for sign in (-1, 0, 1)]
    )
    size = said.sum(axis=0)
    often = size > 1
    if not often.any():
        return undefined("No pair was judged twice in the same order."), 0
    same = (said * (said - 1)).sum(axis=0)[often] / (size * (size - 1))[often]
    dialogue: Codes = votes.dialogue[first][often]
    value = float(same.mean())
    influence: Floats = (same - value) / len(same)
    if np.all(same == same[0]):
        found = undefined("All pairs are alike: nothing varies.", n=len(same), value=value)
    else:
        found = carried(interval(value, influence, {"dialogue": dialogue}))
    return found, len(np.unique(votes.pair[first][often]))


def _repeats_parts(evidence: Evidence) -> tuple[Table, ...]:
    if evidence.judged is None:
        return ()
    rows = list(_repeats_rows(evidence, evidence.judged))
    if not any(row[3] for row in rows):
        return ()
    first = [row for row in rows if row[1:3] == (evidence.dimensions[0], EVERYTHING)]
    table = Table("judges_repeat", "Judges who judge again", _REPEATS, first, _REPEATS_NOTE)
    return table, replace(table, key="judges_repeat_full", title="The same by dimension and slice", rows=rows)


def _repeats_rows(evidence: Evidence, votes: Votes) -> Iterator[tuple[Cell, ...]]:
    assert evidence.verdicts is not None
    for judge in judges_in(evidence.verdicts):
        mine = votes.take(votes.source == evidence.verdicts.source.labels.index(f"judge {judge}"))
        for dimension in evidence.dimensions:
            on_it = mine.take(mine.dimension == evidence.dimension_code(dimension))
            for name, dialogues in evidence.slices.items():
                same, pairs = repeats_of(on_it.take(dialogues[on_it.dialogue]))
                yield f"Judge {judge}", dimension, name, pairs, same


def _failures_parts(evidence: Evidence) -> tuple[Table, ...]:
    table = evidence.tables.get(JUDGMENTS)
    if table is None or not all(column in table for column in _NEEDED) or not table.rows:
        return ()
    columns = (
        Column("judge", "Judge"),
        Column("order", "Order"),
        Column("ended", "Judgments that ended", "count"),
        Column("open", "Not yet", "count"),
        *(Column(name, name.capitalize(), "share") for name in WITHOUT),
    )
    rows = list(_failure_rows(table))
    return (Table("judges_without_verdict", "Judgments without a verdict", columns, rows, _FAILURES_NOTE),)


def _failure_rows(table: TextTable) -> Iterator[tuple[Cell, ...]]:
    pair = joined(table["dialogue"], table["pair"], "/").codes
    ended = table["status"].equals("done") | table["status"].equals("failed")
    every = np.ones(table.rows, dtype=bool)
    for judge in table["judge"].labels:
        mine = table["judge"].equals(judge)
        for order in ("both", "AB", "BA"):
            rows = mine & (every if order == "both" else table["order"].equals(order))
            if rows.any():
                ends = rows & ended
                rates = [_rate(table[column].equals(value), ends, pair) for column, value in WITHOUT.values()]
                yield judge, order, int(ends.sum()), int((rows & ~ended).sum()), *rates


def _rate(happened: Mask, among: Mask, pair: NDArray[np.int32]) -> Estimate:
    answers = int(among.sum())
    if not answers:
        return undefined("No judgment came to an end.")
    pairs = len(np.unique(pair[among]))
    value = float(happened[among].mean())
    low, high = wilson(value, pairs)
    return Estimate(value, low, high, n=answers, clusters={"pair": pairs})
