"""The texts of a pair: what the seeker said last, both replies, and the reasons that were given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.analysis.votes import Votes

_SEEKER: Final = "seeker"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with who gave it, which system was shown first, and which was preferred."""

    source: str
    first: str
    preferred: str
    text: str


def last_turns(evidence: Evidence) -> dict[str, str]:
    """What the seeker said last, by dialogue; nothing of turns that are no list of speakers and texts."""
    table = evidence.tables.get("dialogues.csv")
    if table is None or "turns" not in table:
        return {}
    pairs = zip(table["dialogue"].texts(), table["turns"].texts(), strict=True)
    return {dialogue: _last(turns) for dialogue, turns in pairs}


def replies(evidence: Evidence) -> dict[str, str]:
    """The text of each reply, by its name."""
    table = evidence.tables.get("responses.csv")
    if table is None or "text" not in table:
        return {}
    return dict(zip(table["response"].texts(), table["text"].texts(), strict=True))


def names_of(evidence: Evidence, votes: Votes, pair: int) -> tuple[str, str]:
    """The names of the replies of a and b on a pair; empty where the table does not say."""
    verdicts = evidence.verdicts
    rows = np.flatnonzero((votes.pair == pair) & (votes.row >= 0))
    if verdicts is None or not len(rows) or not verdicts.says("response_first"):
        return "", ""
    first, second = (
        _cell(verdicts.table, f"response_{side}", votes, int(rows[0])) for side in ("first", "second")
    )
    return (first, second) if votes.a_first[rows[0]] else (second, first)


def reasons(evidence: Evidence, votes: Votes, pair: int) -> Iterator[Reason]:
    """The reasons that stand beside these votes on the pair, in the order of sources."""
    verdicts = evidence.verdicts
    if verdicts is None or not verdicts.says("reason"):
        return
    found = []
    for row in np.flatnonzero((votes.pair == pair) & (votes.row >= 0)).tolist():
        text = _cell(verdicts.table, "reason", votes, row)
        if text:
            a, b = verdicts.systems[votes.a[row]], verdicts.systems[votes.b[row]]
            value = int(votes.value[row])
            preferred = a if value < 0 else b if value > 0 else "no difference"
            source = verdicts.source.labels[votes.source[row]]
            found.append(Reason(source, a if votes.a_first[row] else b, preferred, text))
    yield from sorted(found, key=lambda one: (one.source, one.first, one.text))


def _cell(table: TextTable, column: str, votes: Votes, row: int) -> str:
    coded = table[column]
    return str(coded.labels[coded.codes[votes.row[row]]])


def _last(turns: str) -> str:
    try:
        said = json.loads(turns)
    except ValueError:
        return ""
    found = [
        str(turn.get("text", ""))
        for turn in (said if isinstance(said, list) else [])
        if isinstance(turn, dict) and turn.get("speaker") == _SEEKER
    ]
    return found[-1] if found else ""
