"""Which system answers which dialogue: missing cells, replicates, systems under two names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from studies.importing.lint.kinds import Kind
from studies.importing.lint.tally import Findings, Names
from studies.importing.records import DialogueRecord

#: Dialogues with gaps that are listed one by one.
LISTED: Final = 200
_ENDINGS: Final = re.compile(r"(?:[_\-. ]?(?:completions?|responses?|repl(?:y|ies)|outputs?))+$")


@dataclass(slots=True)
class Coverage:
    """One bit mask of systems for each dialogue, in file order."""

    names: Names
    masks: list[int] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    #: By system: how many dialogues have so many replies of it.
    replicates: dict[str, Counter[int]] = field(default_factory=dict)

    def add(self, record: DialogueRecord) -> str:
        """Counts the dialogue's replies. Returns the name of a system whose kind contradicts, or ""."""
        mask = 0
        contradiction = ""
        per_system: dict[str, int] = {}
        for system, _, _, _, kind in record.replies:
            per_system[system] = per_system.get(system, 0) + 1
            if self.kinds.setdefault(system, kind) != kind:
                contradiction = system
        for system, count in per_system.items():
            mask |= 1 << self.names.system(system)
            if system not in self.replicates:
                self.replicates[system] = Counter()
            self.replicates[system][count] += 1
        self.masks.append(mask)
        return contradiction

    def answered(self, system: str) -> int:
        """How many dialogues the system answers."""
        return sum(self.replicates[system].values())

    def replies(self, system: str) -> int:
        """How many replies of the system the file holds."""
        return sum(count * dialogues for count, dialogues in self.replicates[system].items())

    def report(self, findings: Findings) -> None:
        """Missing cells one by one, then the systems that look like twins."""
        # A dialogue without any reply is answered later, or by a file still to come: no cell is missing.
        everyone = (1 << len(self.names.systems)) - 1
        systems = list(self.names.systems)
        for number, mask in enumerate(self.masks):
            missing = everyone & ~mask
            if mask and missing:
                external_id = self.names.dialogue_at(number)
                for index, system in enumerate(systems):
                    if missing >> index & 1:
                        findings.about(Kind.MISSING_CELL, "no reply", external_id, system)
        self._report_twins(findings, systems)

    def _report_twins(self, findings: Findings, systems: list[str]) -> None:
        for one, two in combinations(systems, 2):
            same, prefix = alike(one, two)
            if not same and not prefix:
                continue
            both = 1 << self.names.systems[one] | 1 << self.names.systems[two]
            shared = sum(mask & both == both for mask in self.masks)
            counts = self.answered(one), self.answered(two)
            # "gpt4" and "gpt4o" may well be two; with gaps in both, they may as well be one.
            if same or max(counts) < len(self.masks):
                findings.about(
                    Kind.TWIN_SYSTEMS,
                    f"{one} ({counts[0]} dialogues) and {two} ({counts[1]}) may be one system; "
                    f"{shared} dialogues have both",
                    system=one,
                )

    def gaps(self) -> list[tuple[str, list[str]]]:
        """The first dialogues with missing cells, and the systems missing there."""
        everyone = (1 << len(self.names.systems)) - 1
        listed = []
        for number, mask in enumerate(self.masks):
            if mask and mask != everyone:
                missing = [name for name, index in self.names.systems.items() if not mask >> index & 1]
                listed.append((self.names.dialogue_at(number), missing))
                if len(listed) == LISTED:
                    break
        return listed


def alike(one: str, two: str) -> tuple[bool, bool]:
    """Whether two names are one but for spelling and endings; whether one only adds letters."""
    short, long = sorted((_plain(one), _plain(two)), key=len)
    if short == long:
        return True, False
    added = long[len(short) :]
    return False, bool(short) and long.startswith(short) and added.isalpha()


def _plain(name: str) -> str:
    base = _ENDINGS.sub("", name.casefold()) or name.casefold()
    return "".join(letter for letter in base if letter.isalnum())
