"""How long, and how much memory, an import takes: python benchmarks/import_dialogues.py [--dialogues N]

Writes a file of our own format into a temporary folder, migrates a fresh database there (or uses
DATABASE_URL, which must then name an empty one) and runs the real command, lint included, in a process
of its own. Prints seconds and the peak resident memory of that process.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import accumulate, product
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SEED = 2
#: The commonest words of such talk, those that lint looks at more closely among them, then made-up ones.
COMMON = """
I you to the and it is that a feel of for like with what this really be so have sorry do can in my just help
your on how are not hear about would sounds me need work or trying make right time know more want if someone
feeling things out when hard been going could all today there take one maybe sometimes small through talk
understand anymore tone understanding heard overwhelmed stuck alone friends family job
"""
SYLLABLES = ("ba", "len", "si", "tor", "mi", "ka", "ren", "du", "vo", "ti", "es", "an", "or", "il")
WORDS = [*COMMON.split(), *map("".join, product(SYLLABLES, repeat=3))]
WEIGHTS = list(accumulate(1 / (rank + 3) for rank in range(len(WORDS))))
#: The goals of the project: 50,000 dialogues of 8 turns with two replies, on two cores.
SECONDS, MEGABYTES = 10.0, 300.0


def write_file(path: Path, dialogues: int, turns: int, replies: int) -> None:
    """Dialogues of `turns` turns of 5 to 30 words, with replies of 20 to 35 words, all different."""
    rng = random.Random(SEED)  # noqa: S311  (the same file each time)

    def text(low: int, high: int, mark: str) -> str:
        return " ".join([*rng.choices(WORDS, cum_weights=WEIGHTS, k=rng.randint(low, high)), mark])

    with path.open("w", encoding="utf-8") as file:
        for number in range(dialogues):
            dialogue = {
                "id": f"d{number}",
                "tags": ["regular"],
                "turns": [
                    {
                        "speaker": "supporter" if (turns - turn) % 2 == 0 else "seeker",
                        "text": text(5, 30, f"{number}-{turn}"),
                    }
                    for turn in range(turns)
                ],
                "replies": [
                    {"system": f"system-{index}", "text": text(20, 35, f"{number}")}
                    for index in range(replies)
                ],
            }
            file.write(json.dumps(dialogue, ensure_ascii=False) + "\n")


def manage(*arguments: str) -> None:
    """One management command in a process of its own."""
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words


class Spent(NamedTuple):
    """What one import took: seconds by the clock and of the processor, megabytes at its peak."""

    clock: float
    processor: float
    megabytes: float


def measure(path: Path) -> Spent:
    """One import in a process of its own."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    arguments = ("import_dialogues", "benchmark", str(path), "--format", "jsonl")
    manage(*arguments, "--accept-warnings", "--licence", "made up")
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # The largest child so far; the ones before only migrated and made the study.
    return Spent(seconds, processor, after.ru_maxrss / 1024)


def main() -> int:
    """0 when the goals are met, or when another size than theirs was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dialogues", type=int, default=50_000)
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--replies", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heartsite-benchmark-") as folder:
        os.environ["HEARTSITE_VAR"] = folder
        path = Path(folder) / "dialogues.jsonl"
        write_file(path, asked.dialogues, asked.turns, asked.replies)
        manage("migrate", "--verbosity", "0")
        manage("shell", "--verbosity", "0", "--command", MAKE_STUDY)
        spent = measure(path)
        size = path.stat().st_size / 1e6
    report(f"{asked.dialogues:,} dialogues x {asked.turns} turns x {asked.replies} replies, {size:.0f} MB")
    report(f"{spent.clock:.1f} s ({spent.processor:.1f} s of the processor), peak {spent.megabytes:.0f} MB")
    report(f"goals: {SECONDS:.0f} s, {MEGABYTES:.0f} MB")
    is_goal = (asked.dialogues, asked.turns, asked.replies) == (50_000, 8, 2)
    return int(is_goal and (spent.clock > SECONDS or spent.megabytes > MEGABYTES))


MAKE_STUDY = "from studies.models import Study; Study.objects.create(slug='benchmark', title='Benchmark')"


def report(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
