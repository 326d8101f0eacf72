"""Whom and what the answers are about, as sets of names: what the flows are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.reading import Coded, TextTable, constant
from studies.analysis.verdicts import Verdicts
from studies.analysis.votes import Votes

#: Why answers are left out, as docs/codebook.md has it, in words.
REASONS: Final[Mapping[str, str]] = {
    "pilot": "trial run",
    "returned": "gave the place back",
    "decoys": "lost too many decoys",
    "checks": "failed too many attention checks",
    "after_end": "came after the rater had ended",
    "after_rubric": "came after the second pass was seen",
    "trial": "model for trying out only",
    "same_family": "family of the judge wrote a reply",
    "panel": "panel beside the jury",
    "": "reason not told",
}

#: The columns whose cells, with blanks between them, name what a row of verdicts.csv is about.
Named = Callable[[Verdicts], tuple[Coded, ...]]


def column(table: TextTable, name: str) -> list[str]:
    """The cells of a column; empty ones where the table lacks it."""
    return table[name].texts() if name in table else [""] * table.rows


def rows_of(votes: Votes | None) -> NDArray[np.int64]:
    """The rows of verdicts.csv behind the votes."""
    return np.zeros(0, dtype=np.int64) if votes is None else votes.row


def dialogue_of(verdicts: Verdicts) -> tuple[Coded, ...]:
    return (verdicts.dialogue,)


def pair_of(verdicts: Verdicts) -> tuple[Coded, ...]:
    return (verdicts.pair,)


def source_of(verdicts: Verdicts) -> tuple[Coded, ...]:
    return (verdicts.table["source"],)


def rating_of(verdicts: Verdicts) -> tuple[Coded, ...]:
    return (verdicts.table["source"], verdicts.pair)


def judgment_of(verdicts: Verdicts) -> tuple[Coded, ...]:
    """Judge, pair, order and replicate: what names a row of judgments.csv."""
    return (*rating_of(verdicts), verdicts.table["order"], verdicts.table["occasion"])


def named(evidence: Evidence, votes: Votes | None, name: Named) -> frozenset[str]:
    """The members that these votes are about."""
    verdicts = evidence.verdicts
    if verdicts is None:
        return frozenset()
    columns = name(verdicts)
    return frozenset(_name(columns, row) for row in _distinct(columns, rows_of(votes)))


def reasons(evidence: Evidence, name: Named, *, by_raters: bool = True) -> dict[str, str]:
    """Why raters' (or judges') answers about a member are left out; several reasons are joined."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    verdicts = evidence.verdicts
    if verdicts is None:
        return {}
    columns, told = name(verdicts), verdicts.says("exclusion_reason")
    given = verdicts.table["exclusion_reason"] if told else constant("", len(verdicts))
    at = np.flatnonzero(verdicts.excluded & (verdicts.by_rater == by_raters))
    for row in _distinct((*columns, given), at):
        reason = _name((given,), row)
        found[_name(columns, row)].add(REASONS.get(reason, reason))
    return {member: ", ".join(sorted(said)) for member, said in found.items()}


def _name(columns: tuple[Coded, ...], row: int) -> str:
    return " ".join(one.labels[one.codes[row]] for one in columns)


def _distinct(columns: tuple[Coded, ...], at: NDArray[np.int64]) -> list[int]:
    """One row for each set of cells in these columns: of a million answers few differ."""
    key = np.zeros(len(at), dtype=np.int64)
    for one in columns:
        key = key * max(len(one.labels), 1) + one.codes[at]
    rows: list[int] = at[np.unique(key, return_index=True)[1]].tolist()
    return rows
