"""How long a million verdicts take to rank: python benchmarks/rank_a_million.py [--rows N] [--systems N]

Writes two tables into a temporary folder: one with the columns that the analysis needs, one with all columns
of an export's verdicts.csv. Reads each, ranks the systems and draws 1,000 resamples of dialogues, in a
process of its own on one core. Prints clock, processor time and peak resident memory. Intervals by the
multiway sandwich (dialogue, rater) and ranks as intervals are told apart: the goals are for the rest.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
#: One core: the linear algebra must not start threads of its own.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 - threads are limited first

from studies.analysis.ranking.counting import count  # noqa: E402 - likewise
from studies.analysis.ranking.ranks import rank_intervals  # noqa: E402 - likewise
from studies.analysis.ranking.resampling import resampled  # noqa: E402 - likewise
from studies.analysis.ranking.standing import stand  # noqa: E402 - likewise
from studies.analysis.verdicts import NEEDED, read_verdicts  # noqa: E402 - likewise
from studies.analysis.votes import votes_at  # noqa: E402 - likewise

SEED, DIALOGUES, RATERS, RESAMPLES = 3, 300, 500, 1000
#: The goals of the project, for a million rows on one core.
SECONDS, RANKING_SECONDS, MEGABYTES = 5.0, 1.0, 600.0
#: All columns of verdicts.csv, as docs/codebook.md has them.
CODEBOOK: Final = ROOT / "docs" / "codebook.md"
Found = TypeVar("Found")


def export_columns() -> list[str]:
    """The columns of verdicts.csv in the codebook's order."""
    section = CODEBOOK.read_text("utf-8").split("## verdicts.csv")[1].split("\n## ")[0]
    return [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]


def write_table(path: Path, rows: int, systems: int, columns: list[str]) -> None:
    """Rows that are as long as an export's: a reason of 30 words on every sixth, as with six dimensions."""
    rng = np.random.default_rng(SEED)
    first = rng.integers(0, systems, rows)
    second = (first + rng.integers(1, systems, rows)) % systems
    dialogue, rater = rng.integers(0, DIALOGUES, rows), rng.integers(0, RATERS, rows)
    gap = (second - first) * 1.5 / systems + rng.normal(0, 0.35, DIALOGUES)[dialogue] * (second == 0)
    latent = gap + rng.normal(size=rows)
    value = np.sign(latent) * ((np.abs(latent) > 0.2).astype(int) + (np.abs(latent) > 1.0))
    low, high = np.minimum(first, second), np.maximum(first, second)
    pair = (dialogue * systems + low) * systems + high
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        for i in range(rows):
            row = _cells(i, *(int(each[i]) for each in (first, second, dialogue, rater, value, pair)))
            out.writerow([row.get(column, "") for column in columns])


def _cells(
    i: int, first: int, second: int, dialogue: int, rater: int, value: int, pair: int
) -> dict[str, str]:
    """One row by column; columns that are not here are empty."""
    system = ("human", *(f"model-{number:02d}" for number in range(1, max(first, second) + 1)))
    a_first = first < second
    cells = {
        "study": "million", "protocol_hash": "9f" * 32, "dialogue": f"esconv-{dialogue:04d}",
        "tags": "adversarial" if dialogue < 20 else "", "pair": f"{pair * 2654435761 % 16**12:012x}",
        "system_first": system[first], "system_second": system[second], "order": "AB" if a_first else "BA",
        "dimension": "overall", "source_kind": "rater", "source": f"rater-{rater:04d}", "occasion": "1",
        "value_shown": str(value), "value": str(value if a_first else -value), "scale": "5",
        "target": "comparison", "kind": "main", "phase": "main", "pilot": "0", "surplus": "0",
        "rated_at": f"2025-03-{1 + i % 28:02d}T09:{i // 60 % 60:02d}:{i % 60:02d}Z",
        "response_first": f"esconv-{dialogue:04d}/{system[first]}/1",
        "response_second": f"esconv-{dialogue:04d}/{system[second]}/1", "replicate_first": "1",
        "replicate_second": "1", "rater_group": "", "position": str(1 + i % 40), "layout": "side",
        "excluded": "0", "seconds": str(20 + i % 97),
    }  # fmt: skip
    if i % 6 == 0:
        cells["reason"] = "It listens first and, as I read it, asks what happened before giving advice. " * 2
    return cells


def timed(what: Callable[[], Found], into: dict[str, list[float]], name: str) -> Found:
    """Notes seconds of the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = what()
    into[name] = [round(time.perf_counter() - clock, 2), round(time.process_time() - processor, 2)]
    return found


def measure(path: Path) -> None:
    """Reads, ranks and resamples, and prints what it took as JSON."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    took: dict[str, list[float]] = {}
    verdicts = timed(lambda: read_verdicts(path, kinds={}, human=("human",)), took, "read")
    votes = timed(lambda: votes_at(verdicts, verdicts.main & ~verdicts.excluded), took, "votes")
    standing = timed(lambda: stand(votes, len(verdicts.systems), verdicts.humans), took, "rank")
    rng = np.random.default_rng(SEED)
    timed(
        lambda: resampled(standing.counts, standing.connection, standing.strength, RESAMPLES, rng),
        took,
        "resample",
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spread = timed(lambda: standing.spread, took, "sandwich")
    core = standing.connection.core
    timed(lambda: rank_intervals(standing.strength, spread, core, rng), took, "ranks")
    last = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert count(votes, len(verdicts.systems)).summed.sum() == len(votes)
    sys.stdout.write(json.dumps({"took": took, "peak": round(peak), "with_sandwich": round(last)}))


def tell(name: str, path: Path) -> bool:
    """Measures one table in a process of its own; whether the goals are met, by the processor's time."""
    asked = [sys.executable, __file__, "--measure", str(path)]
    answered = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    found = json.loads(answered.stdout)
    took, megabytes = found["took"], path.stat().st_size / 1e6
    sys.stdout.write(f"{name}: {megabytes:.0f} MB. Seconds of the clock / the processor:\n")
    for step, (clock, processor) in took.items():
        sys.stdout.write(f"  {step:10} {clock:6.2f} / {processor:.2f}\n")
    ranking = took["rank"][1] + took["resample"][1]
    whole = took["read"][1] + took["votes"][1] + ranking
    sys.stdout.write(
        f"  read, rank, resample {whole:.2f} (goal {SECONDS}), rank and resample {ranking:.2f} (goal "
        f"{RANKING_SECONDS}), peak {found['peak']} MB (goal {MEGABYTES:.0f}; with the sandwich "
        f"{found['with_sandwich']} MB)\n"
    )
    return whole <= SECONDS and ranking <= RANKING_SECONDS and found["peak"] <= MEGABYTES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--systems", type=int, default=20)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return 0
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for name, columns in (("needed columns", list(NEEDED)), ("all columns", export_columns())):
            path = Path(folder) / "verdicts.csv"
            write_table(path, options.rows, options.systems, columns)
            met &= tell(f"{options.rows:,} rows, {name} ({len(columns)})", path)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
