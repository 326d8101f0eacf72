"""The replies of a study, people's and models', and how they look in each profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies import normalising
from studies.analysis.clustering import Floats
from studies.analysis.evidence import Evidence
from studies.analysis.leaks.features import measured
from studies.analysis.reading import Coded, Codes, Mask, TextTable
from studies.analysis.verdicts import NOBODY

RESPONSES: Final = "responses.csv"
_NEEDED: Final = ("system", "text")
_HUMAN: Final = "human"
_DECOY: Final = "decoy"


class NoReplies(Exception):
    """Says why there is nothing to look at, and what would bring it."""


@dataclass(frozen=True, slots=True)
class Replies:
    """One row a reply, decoys left out; all arrays have the same length.

    `human` tells people's. `writer` numbers the people, −1 is unknown or no person. `text` repeats no text.
    """

    dialogue: Codes
    system: Coded
    human: Mask
    writer: Codes
    text: Coded

    def __len__(self) -> int:
        return len(self.dialogue)

    @property
    def systems(self) -> list[str]:
        """Names of those with a reply, sorted."""
        return [self.system.labels[code] for code in np.unique(self.system.codes)]

    @property
    def models(self) -> list[str]:
        """Names of those that are no people, sorted."""
        return [self.system.labels[code] for code in np.unique(self.system.codes[~self.human])]

    def in_profiles(self) -> dict[str, Floats]:
        """The features of every reply (n × 18) as each profile of `normalising` shows it."""
        used, place = np.unique(self.text.codes, return_inverse=True)
        texts = [self.text.labels[code] for code in used]
        found: dict[str, Floats] = {}
        for profile in normalising.PROFILES:
            shown = [normalising.shown(text, profile) for text in texts]
            found[profile] = measured(shown)[place]
        return found


def replies_in(evidence: Evidence) -> Replies:
    """All replies in `responses.csv` but decoys, by dialogue. Raises NoReplies."""
    if RESPONSES not in evidence.tables:
        raise NoReplies(
            f"There is no {RESPONSES}, the table of replies. "
            "An export's folder holds it, even before any rating."
        )
    table = evidence.tables[RESPONSES]
    missing = [column for column in _NEEDED if column not in table]
    if missing:
        raise NoReplies(f"{RESPONSES} has no column {' and no column '.join(missing)}.")
    kinds = _kinds(table, evidence.kinds, evidence.options.human)
    rows = np.flatnonzero(kinds != _DECOY)
    if not len(rows):
        raise NoReplies(f"{RESPONSES} holds no reply of a person or a model yet.")
    rows = rows[np.lexsort([table[name].codes[rows] for name in ("text", "response", "system", "dialogue")])]
    return Replies(
        dialogue=table["dialogue"].codes[rows],
        system=table["system"].take(rows),
        human=np.asarray(kinds[rows] == _HUMAN),
        writer=_writers(table)[rows],
        text=table["text"].take(rows),
    )


def _kinds(table: TextTable, kinds: Mapping[str, str], human: tuple[str, ...]) -> NDArray[np.str_]:
    """The kind of each row's system: named by the caller, as its row says, or as systems.csv says."""
    systems = table["system"]
    told = table["kind"].texts() if "kind" in table else [kinds.get(name, "") for name in systems.texts()]
    named = systems.matching(np.array([label in human for label in systems.labels], dtype=bool))
    return np.where(named, _HUMAN, np.array(told, dtype=np.str_))


def _writers(table: TextTable) -> Codes:
    if "writer" not in table:
        return np.full(table.rows, NOBODY, dtype=np.int32)
    writer = table["writer"]
    return np.where(writer.equals(""), NOBODY, writer.codes).astype(np.int32)
