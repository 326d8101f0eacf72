"""A small export on disk: verdicts with replies, their texts, and a judge or two."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.simulating import Design, Effects, simulate

DESIGN = Design(dialogues=44, models=3, raters=12, ratings_per_pair=3, writers=6, adversarial=8)
COLUMNS = (
    "dialogue", "tags", "pair", "system_first", "system_second", "dimension", "source_kind", "source",
    "value_shown", "response_first", "response_second", "writer_first", "writer_second",
)  # fmt: skip


def study_made(
    folder: Path, *, texts: bool = True, judges: int = 2, human: tuple[str, ...] = ("human",)
) -> Evidence:
    """Written by a fixed seed. Models' replies grow longer and ask more with their number, unevenly."""
    simulated = simulate(DESIGN, Effects(), np.random.default_rng(6))
    votes, systems = simulated.votes, simulated.truth.systems
    with (folder / "verdicts.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for i in range(len(votes)):
            dialogue, a, b = int(votes.dialogue[i]), int(votes.a[i]), int(votes.b[i])
            shown = (a, b) if votes.a_first[i] else (b, a)
            value = int(votes.value[i]) if votes.a_first[i] else -int(votes.value[i])
            who = [("rater", f"r{votes.source[i]:02d}")]
            who += [("judge", f"j{number}") for number in range(judges) if i % 3 == 0]
            for kind, name in who:
                out.writerow([
                    f"d{dialogue:02d}", "adversarial" if simulated.adversarial[dialogue] else "",
                    f"p{votes.pair[i]}", *(systems[one] for one in shown), "overall", kind, name, value,
                    *(f"d{dialogue:02d}/{systems[one]}/1" for one in shown),
                    *(f"w{votes.writer[i]}" if one == 0 else "" for one in shown),
                ])  # fmt: skip
    if texts:
        _write_texts(folder / "responses.csv", systems)
    return read_evidence(folder, Options(human=human, resamples=200))


def _write_texts(path: Path, systems: tuple[str, ...]) -> None:
    rng = np.random.default_rng(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("response", "dialogue", "system", "text"))
        for dialogue in range(DESIGN.dialogues):
            for number, system in enumerate(systems):
                words = "word " * int(rng.integers(5, 15 + 5 * number))
                marks = "?" * int(rng.integers(0, 2 + number)) + "\n- one" * int(rng.integers(0, 2))
                out.writerow((f"d{dialogue:02d}/{system}/1", f"d{dialogue:02d}", system, words + marks))
