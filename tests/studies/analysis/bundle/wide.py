"""A study with everything that check.R looks at: families, speeds, benchmarks, guesses, flags."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import numpy as np

from tests.studies.analysis.bundle.made import make_export
from tests.studies.analysis.tables import Row, write

MODELS: Final = tuple(f"model-{number:02d}" for number in range(1, 11))
DIALOGUES: Final = 20


def make_wide(folder: Path) -> Path:
    """Ten models in two families of five; two benchmarks, of which one knows eight of them."""
    make_export(folder, dialogues=DIALOGUES, wide=True)
    rng = np.random.default_rng(5)
    _systems(folder)
    _flags(folder, rng)
    write(folder, "benchmarks.csv", list(_scores(rng)))
    write(folder, "llm_calls.csv", list(_calls(rng)))
    write(folder, "guesses.csv", list(_guesses(folder, rng)))
    return folder


def _systems(folder: Path) -> None:
    rows = _read(folder / "systems.csv")
    for number, row in enumerate(rows):
        if row["kind"] == "llm":
            row |= {
                "family": "near" if number <= 5 else "far",
                "params_active": str(10**9 * (number % 4 + 1)),
            }
    write(folder, "systems.csv", rows)


def _flags(folder: Path, rng: np.random.Generator) -> None:
    """Some raters' answers flag a reply as unsafe."""
    rows = _read(folder / "verdicts.csv")
    for row in rows:
        if row["source_kind"] == "rater" and rng.random() < 0.05:
            row["flags_first" if rng.random() < 0.5 else "flags_second"] = "unsafe|broken"
    write(folder, "verdicts.csv", rows)


def _scores(rng: np.random.Generator) -> list[Row]:
    known = {"quizzes": MODELS, "sums": MODELS[:8]}
    return [
        {
            "system": name,
            "benchmark": benchmark,
            "score": round(float(rng.normal(50, 9)), 1),
            "source": "made",
        }
        for benchmark, names in known.items()
        for name in names
    ]


def _calls(rng: np.random.Generator) -> list[Row]:
    """Three calls a model; two of the models do not stream."""
    return [
        {"purpose": "generate", "judge": "", "system": name, "result": "answered", "reading": "",
         "latency_ms": int(rng.integers(900, 4000)),
         "first_token_ms": "" if name in MODELS[:2] else int(rng.integers(80, 700)),
         "input_tokens": 9, "output_tokens": 9, "cost_micros": 1, "currency": "USD"}
        for name in MODELS
        for _call in range(3)
    ]  # fmt: skip


def _guesses(folder: Path, rng: np.random.Generator) -> list[Row]:
    """Each rater's guess at both replies of some pairs."""
    rows = [row for row in _read(folder / "verdicts.csv") if row["source_kind"] == "rater"]
    chosen = {(row["source"], row["pair"]): row for row in rows[::9]}
    said = ("person", "ai", "unknown")
    return [
        {"rater": row["source"], "pair": row["pair"], "dialogue": row["dialogue"]}
        | {
            f"kind_{side}": "human" if row[f"system_{side}"] == "human" else "llm"
            for side in ("first", "second")
        }
        | {f"system_{side}": row[f"system_{side}"] for side in ("first", "second")}
        | {f"guess_{side}": said[int(rng.integers(3))] for side in ("first", "second")}
        | {f"certainty_{side}": int(rng.integers(1, 6)) for side in ("first", "second")}
        for row in chosen.values()
    ]


def _read(path: Path) -> list[dict[str, object]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]
