"""Whom and what the answers are about, as sets of names: what the flows are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
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

#: The name of the member that a row of verdicts.csv is about.
Named = Callable[[Verdicts, int], str]


def column(table: TextTable, name: str) -> list[str]:
    """The cells of a column; empty ones where the table lacks it."""
    return table[name].texts() if name in table else [""] * table.rows


def rows_of(votes: Votes | None) -> NDArray[np.int64]:
    """The rows of verdicts.csv behind the votes."""
    return np.zeros(0, dtype=np.int64) if votes is None else votes.row


def dialogue_of(verdicts: Verdicts, row: int) -> str:
    return verdicts.dialogue.labels[int(verdicts.dialogue.codes[row])]


def pair_of(verdicts: Verdicts, row: int) -> str:
    return verdicts.pair.labels[int(verdicts.pair.codes[row])]


def source_of(verdicts: Verdicts, row: int) -> str:
    source = verdicts.table["source"]
    return source.labels[int(source.codes[row])]


def rating_of(verdicts: Verdicts, row: int) -> str:
    return f"{source_of(verdicts, row)} {pair_of(verdicts, row)}"


def judgment_of(verdicts: Verdicts, row: int) -> str:
    """Judge, pair, order and replicate, as `judgment_key` names a row of judgments.csv."""
    cells = [verdicts.table[name] for name in ("order", "occasion")]
    return " ".join((rating_of(verdicts, row), *(one.labels[one.codes[row]] for one in cells)))


def named(evidence: Evidence, votes: Votes | None, name: Named) -> frozenset[str]:
    """The members that these votes are about."""
    verdicts = evidence.verdicts
    if verdicts is None:
        return frozenset()
    return frozenset(name(verdicts, row) for row in rows_of(votes).tolist())


def reasons(evidence: Evidence, name: Named, *, by_raters: bool = True) -> dict[str, str]:
    """Why raters' (or judges') answers about a member are left out; several reasons are joined."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    verdicts = evidence.verdicts
    if verdicts is None:
        return {}
    for row, reason in _excluded(verdicts, by_raters):
        found[name(verdicts, row)].add(REASONS.get(reason, reason))
    return {member: ", ".join(sorted(said)) for member, said in found.items()}


def _excluded(verdicts: Verdicts, by_raters: bool) -> Iterator[tuple[int, str]]:
    at = np.flatnonzero(verdicts.excluded & (verdicts.by_rater == by_raters))
    given = verdicts.table["exclusion_reason"] if verdicts.says("exclusion_reason") else None
    for row in at.tolist():
        yield row, "" if given is None else given.labels[given.codes[row]]
