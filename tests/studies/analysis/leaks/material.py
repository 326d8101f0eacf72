"""Studies of a few replies, written down as an export has them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Estimate, Section, Table

COLUMNS = ("response", "dialogue", "system", "kind", "writer", "text", "words")
WORDS = ("well", "that", "sounds", "hard", "today", "maybe", "you", "could", "rest", "and", "talk", "again")
Row = tuple[str, str, str, str, str]


def export(folder: Path, rows: Iterable[Row]) -> Path:
    """A folder with responses.csv alone: dialogue, system, kind, writer, text of each reply."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "responses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        replies: Counter[str] = Counter()
        for dialogue, system, kind, person, text in rows:
            replies[name := f"{dialogue}/{system}"] += 1
            words = len(text.split())
            writer.writerow((f"{name}/{replies[name]}", dialogue, system, kind, person, text, words))
    return folder


def evidence_of(folder: Path, rows: Iterable[Row], options: Options | None = None) -> Evidence:
    return read_evidence(export(folder, rows), options or Options())


def sentence(rng: np.random.Generator, words: int = 12) -> str:
    """Words at random, one comma or none, and a full stop."""
    chosen = [WORDS[at] for at in rng.integers(0, len(WORDS), words)]
    if rng.random() < 0.5:
        chosen[words // 2] += ","
    return f"{' '.join(chosen).capitalize()}."


def alike(dialogues: int, *, models: tuple[str, ...] = ("model-a",), seed: int = 1) -> list[Row]:
    """A person's reply and one of each model to every dialogue, all from the same distribution."""
    rng = np.random.default_rng(seed)
    return [
        (f"d{number:03d}", system, kind, f"w{number % 12}" if kind == "human" else "", sentence(rng))
        for number in range(dialogues)
        for system, kind in (("people", "human"), *((model, "llm") for model in models))
    ]


def restyled(rows: list[Row], system: str, before: str, after: str) -> list[Row]:
    """The same, with one mark written otherwise by one system."""
    return [(*row[:4], row[4].replace(before, after) if row[1] == system else row[4]) for row in rows]


def table(section: Section, key: str) -> Table:
    return next(part for part in section.parts if isinstance(part, Table) and part.key == key)


def cells(found: Table, column: str, **where: object) -> list[object]:
    """One column of the rows whose other columns say what is asked."""
    place = {one.key: at for at, one in enumerate(found.columns)}
    rows = [row for row in found.rows if all(row[place[key]] == value for key, value in where.items())]
    return [row[place[column]] for row in rows]


def estimate(found: Table, column: str, **where: object) -> Estimate:
    (cell,) = cells(found, column, **where)
    assert isinstance(cell, Estimate)
    return cell
