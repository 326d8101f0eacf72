"""Findings, counted and kept small: a million of them must fit in memory."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from studies.importing.lint.kinds import TABLE, Kind, Severity
from studies.importing.records import Refused

#: So many findings of a kind are kept in full; the rest are counted by system.
KEPT: Final = 500
EXCERPT: Final = 160

_SYSTEM_BITS: Final = 12
_REPLICATE_BITS: Final = 10
MOST_SYSTEMS: Final = (1 << _SYSTEM_BITS) - 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `replicate` 0 means that it is not about a single reply."""

    kind: Kind
    message: str
    dialogue: str = ""
    system: str = ""
    replicate: int = 0
    excerpt: str = ""


@dataclass(slots=True)
class Tally:
    """All findings of one kind: the first ones in full, the reply keys of all."""

    count: int = 0
    by_system: Counter[str] = field(default_factory=Counter)
    kept: list[Finding] = field(default_factory=list)
    keys: array[int] = field(default_factory=lambda: array("Q"))


class Names:
    """Numbers for dialogue ids and systems, so that a reply's key is one integer."""

    def __init__(self) -> None:
        self.dialogues: dict[str, int] = {}
        self.systems: dict[str, int] = {}
        self._dialogue_list: list[str] = []
        self._system_list: list[str] = []

    def dialogue(self, external_id: str) -> int:
        """The number of a new dialogue."""
        number = len(self._dialogue_list)
        self.dialogues[external_id] = number
        self._dialogue_list.append(external_id)
        return number

    def system(self, name: str) -> int:
        number = self.systems.get(name)
        if number is None:
            number = len(self._system_list)
            if number > MOST_SYSTEMS:
                raise Refused(
                    f"the file names more than {MOST_SYSTEMS:,} systems", "Is a text in the wrong column?"
                )
            self.systems[name] = number
            self._system_list.append(name)
        return number

    def key(self, dialogue: int, system: str, replicate: int) -> int:
        """One integer for a reply; `place` turns it back."""
        packed = dialogue << _SYSTEM_BITS | self.system(system)
        return packed << _REPLICATE_BITS | replicate

    def place(self, key: int) -> tuple[str, str, int]:
        """External id, system and replicate behind a key."""
        packed, replicate = key >> _REPLICATE_BITS, key & ((1 << _REPLICATE_BITS) - 1)
        dialogue, system = packed >> _SYSTEM_BITS, packed & MOST_SYSTEMS
        return self._dialogue_list[dialogue], self._system_list[system], replicate

    def dialogue_at(self, number: int) -> str:
        return self._dialogue_list[number]

    @staticmethod
    def dialogue_of(key: int) -> int:
        return key >> (_SYSTEM_BITS + _REPLICATE_BITS)


class Findings:
    """Findings by kind, in the order of the table."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.tallies: dict[Kind, Tally] = {kind: Tally() for kind in TABLE}

    def about_reply(self, kind: Kind, key: int, message: str, text: str = "") -> None:
        tally = self.tallies[kind]
        external_id, system, replicate = self.names.place(key)
        tally.count += 1
        tally.by_system[system] += 1
        tally.keys.append(key)
        if len(tally.kept) < KEPT:
            tally.kept.append(Finding(kind, message, external_id, system, replicate, excerpt(text)))

    def about(self, kind: Kind, message: str, dialogue: str = "", system: str = "") -> None:
        """A finding about a dialogue, a system, or a cell without a reply."""
        tally = self.tallies[kind]
        tally.count += 1
        if system:
            tally.by_system[system] += 1
        if len(tally.kept) < KEPT:
            tally.kept.append(Finding(kind, message, dialogue, system))

    def left_out(self, exclude: frozenset[Kind]) -> dict[int, list[Kind]]:
        """The keys of the replies that are left out, with the kinds they are left out for."""
        out: dict[int, list[Kind]] = {}
        for kind in TABLE:
            if kind in exclude:
                for key in self.tallies[kind].keys:
                    kinds = out.setdefault(key, [])
                    if kind not in kinds:
                        kinds.append(kind)
        return out

    def remaining(self, severity: Severity, out: dict[int, list[Kind]]) -> dict[Kind, int]:
        """Findings of a severity that do not concern replies left out, by kind."""
        counts = {}
        for kind, tally in self.tallies.items():
            if TABLE[kind].severity is severity and tally.count:
                resolved = sum(key in out for key in tally.keys) if out else 0
                if tally.count > resolved:
                    counts[kind] = tally.count - resolved
        return counts


def excerpt(text: str) -> str:
    """The beginning of a text, for a report."""
    return text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
