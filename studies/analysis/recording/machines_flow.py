"""The flow of judgments by language models, and of codings of reasons and replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.rationales.material import TRIAL, is_coded, material
from studies.analysis.reading import Mask, TextTable
from studies.analysis.recording.members import column, judgment_of, named, reasons
from studies.analysis.recording.nested import Flow, Level, chained

NO_JUDGMENTS: Final = (
    "Judgments without an answer are not known: judgments.csv is not there, and only verdicts tell of judges."
)
#: Where a judgment or a coding stands, in words.
STANDS: Final[Mapping[str, str]] = {
    "pending": "not made yet",
    "running": "under way",
    "failed": "failed",
    "ok": "answered",
    "refused": "refused",
    "truncated": "cut off",
    "unparseable": "could not be read",
    "withheld": "withheld: the consent allows no outside provider",
    "skipped": "skipped",
}


def judgments_flow(evidence: Evidence) -> Flow:
    """From judgments that were planned, each pair in each order, to those that are analysed."""
    verdicts, table = evidence.verdicts, evidence.tables.get("judgments.csv")
    if table is None or not table.rows:
        judged = verdicts is not None and bool((~verdicts.by_rater).any())
        return Flow("Judgments", (), (NO_JUDGMENTS,) if judged and table is None else ())
    if verdicts is None or not (verdicts.says("order") and verdicts.says("occasion")):
        return chained("Judgments", _levels(table, {}))
    analysed = Level("Analysed", named(evidence, evidence.judged, judgment_of))
    return chained("Judgments", [*_levels(table, _why(evidence, table)), analysed])


def codings_flow(evidence: Evidence) -> Flow:
    """From codings that were planned, each coder on each passage, to those that are analysed."""
    table = evidence.tables.get("codings.csv")
    if table is None or not table.rows:
        return Flow("Codings", ())
    where, made = stands(table), _made(table)
    levels = [
        Level("Codings planned", _numbers(np.ones(table.rows, dtype=bool)), lambda row: where[int(row)])
    ]
    found = material(evidence)
    if isinstance(found, str):  # what else is left out is not known
        levels.append(Level("Coded", _numbers(made), lambda _row: TRIAL))
        levels.append(Level("Not for trying out", _numbers(made & ~_for_trial(table))))
    else:
        why = {str(row): said for said, rows in found.left_out.items() for row in np.flatnonzero(rows)}
        levels.append(Level("Coded", _numbers(made), lambda row: why[row]))
        levels.append(Level("Analysed", _numbers(found.used)))
    return chained("Codings", levels)


def passages_flow(evidence: Evidence) -> Flow:
    """From passages that were set out to be coded to those with a coding, and with one that is analysed."""
    passages, codings = evidence.tables.get("passages.csv"), evidence.tables.get("codings.csv")
    if passages is None or not passages.rows:
        return Flow("Passages", ())
    erased = dict(zip(passages["passage"].texts(), column(passages, "erased"), strict=True))
    levels = [
        Level(
            "Passages set out",
            frozenset(erased),
            lambda passage: "erased with the rater's data" if erased[passage] == "1" else "not coded",
        )
    ]
    if codings is not None:
        at_least_once = frozenset(codings["passage"].take(_made(codings)).texts())
        levels.append(
            Level("Coded at least once", at_least_once, lambda _passage: "none of its codings is analysed")
        )
    found = material(evidence)
    if not isinstance(found, str):
        levels.append(Level("Analysed", frozenset(found.planned["passage"].take(found.used).texts())))
    return chained("Passages", levels)


def _numbers(rows: Mask) -> frozenset[str]:
    """Rows of codings.csv by their number: each is one coding, whatever its coder is called."""
    return frozenset(map(str, np.flatnonzero(rows).tolist()))


def _made(table: TextTable) -> Mask:
    told = "status" in table and "outcome" in table
    return is_coded(table) if told else np.zeros(table.rows, dtype=bool)


def _for_trial(table: TextTable) -> Mask:
    return table.flags("for_trial") if "for_trial" in table else np.zeros(table.rows, dtype=bool)


def stands(table: TextTable) -> list[str]:
    """Where each row stands: its outcome when it is done or withheld, else its status."""
    cells = zip(column(table, "status"), column(table, "outcome"), strict=True)
    found = [outcome if outcome and (status in ("done", "") or outcome == "withheld") else status
             for status, outcome in cells]  # fmt: skip
    return [STANDS.get(one, one or "not told") for one in found]


def _keys(table: TextTable) -> list[str]:
    cells = (column(table, name) for name in ("judge", "dialogue", "pair", "order", "replicate"))
    return [
        f"{judge} {dialogue}/{pair} {order} {replicate}"
        for judge, dialogue, pair, order, replicate in zip(*cells, strict=True)
    ]


def _levels(table: TextTable, why: Mapping[str, str]) -> list[Level]:
    where = dict(zip(_keys(table), stands(table), strict=True))
    failing = {STANDS[name] for name in ("pending", "running", "failed")}
    answered = frozenset(key for key, stand in where.items() if stand not in failing)
    read = frozenset(key for key in answered if where[key] == STANDS["ok"])
    return [
        Level("Judgments planned", frozenset(where), lambda key: where[key]),
        Level("Answered", answered, lambda key: where[key]),
        Level("Verdicts could be read", read, lambda key: why.get(key, "no row in verdicts.csv")),
    ]


def _why(evidence: Evidence, table: TextTable) -> dict[str, str]:
    """Why a judgment with verdicts is not analysed: what it was asked, or why it is left out."""
    decoys = _decoy_pairs(evidence)
    cells = zip(
        _keys(table), column(table, "dialogue"), column(table, "pair"), column(table, "variant"), strict=True
    )
    found = {}
    for key, dialogue, pair, variant in cells:
        if (dialogue, pair) in decoys:
            found[key] = "pair with a decoy"
        elif variant == "no_rubric":
            found[key] = "asked without the rubric"
    return reasons(evidence, judgment_of, by_raters=False) | found


def _decoy_pairs(evidence: Evidence) -> set[tuple[str, str]]:
    pairs = evidence.tables.get("pairs.csv")
    if pairs is None or "kind" not in pairs:
        return set()
    cells = zip(pairs["dialogue"].texts(), pairs["pair"].texts(), pairs["kind"].texts(), strict=True)
    return {(dialogue, pair) for dialogue, pair, kind in cells if kind != "main"}
