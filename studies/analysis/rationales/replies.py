"""Coded replies: whose they are, of which dialogues, and who wrote them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.evidence import Evidence, slices_of
from studies.analysis.rationales.consensus import CodedBy
from studies.analysis.rationales.material import Material
from studies.analysis.reading import Codes, Mask

PEOPLE: Final = "all people"
MODELS: Final = "all models"


@dataclass(frozen=True)
class Replies:
    """R coded replies: `weights` (R × K) of the strategies, `system` by number, `slices` as masks of rows."""

    coder: str
    codes: tuple[str, ...]
    weights: Floats
    systems: tuple[str, ...]
    system: Codes
    human: Mask
    dialogue: Codes
    writer: Codes
    slices: dict[str, Mask]

    @property
    def ways(self) -> dict[str, Codes]:
        return {"dialogue": self.dialogue, "writer": self.writer}

    def ways_at(self, rows: Mask) -> dict[str, Codes]:
        return {name: codes[rows] for name, codes in self.ways.items()}

    @property
    def groups(self) -> Iterator[tuple[str, Mask]]:
        """People's replies and models' together, then each system; whoever has replies."""
        together = ((PEOPLE, self.human), (MODELS, ~self.human))
        yield from together if self.human.any() and not self.human.all() else ()
        for number, name in enumerate(self.systems):
            yield name, self.system == number


def replies_of(evidence: Evidence, found: Material, coder: CodedBy) -> Replies | None:
    """How a coder, or all human ones together, coded replies; decoys' are left out. None without any."""
    passages, strategies = found.passages, found.book.strategies
    decoys = np.array([evidence.kinds.get(name) == "decoy" for name in passages.system.labels], dtype=bool)
    rows = np.flatnonzero(passages.reply & coder.coded & ~passages.system.matching(decoys))
    if not len(rows) or not strategies.any():
        return None
    kinds = {name: evidence.kinds.get(name) for name in passages.system.labels}
    people = {name for name, kind in kinds.items() if kind == "human"} | set(evidence.options.human)
    numbers, system = np.unique(passages.system.codes[rows], return_inverse=True)
    names = [passages.system.labels[number] for number in numbers.tolist()]
    order = sorted(range(len(names)), key=lambda one: (names[one] not in people, names[one]))
    slices = slices_of(passages.dialogue, passages.tags)
    return Replies(
        coder=coder.title,
        codes=tuple(code for code, is_one in zip(found.book.codes, strategies, strict=True) if is_one),
        weights=coder.weights[np.ix_(rows, strategies)],
        systems=tuple(names[one] for one in order),
        system=np.argsort(order)[system].astype(np.int32),
        human=np.array([name in people for name in names], dtype=bool)[system],
        dialogue=passages.dialogue.codes[rows],
        writer=passages.writer[rows],
        slices={name: mask[passages.dialogue.codes[rows]] for name, mask in slices.items()},
    )
