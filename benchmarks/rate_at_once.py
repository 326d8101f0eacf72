"""Many raters at the same time: python benchmarks/rate_at_once.py [--raters N] [--at-once N]

Starts the site as `make run` does, in a temporary folder (or on the servers of DATABASE_URL and REDIS_URL:
`python -m tests.services python benchmarks/rate_at_once.py`), makes a study of the sample's dialogues with as
many booklets as raters, and lets scripted raters of all temperaments walk the journey over real HTTP. Prints
how long requests took, and what the export says about the plan: each pair rated exactly as often as planned,
nothing twice, sides even.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heartsite.settings")
django.setup()

from tests.raters.journeys import Fields  # noqa: E402 - the path above is needed first
from tests.raters.temperaments import TEMPERAMENTS, HttpBrowser  # noqa: E402 - likewise
from tests.running import Site, running_site  # noqa: E402 - likewise

SLUG, PAIRS, PER_RATER = "crowd", 48, 6
JOURNEY = ("--decoys-per-rater", "1", "--exclude-decoys-lost", "1", "--checks-per-rater", "1")
#: The goals of the project, in seconds: the 95th percentile of saving a pair.
GOAL = 0.2


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")


class Timed(HttpBrowser):
    """Notes how long each form took, the page that follows left out."""

    def __init__(self, port: int, took: dict[str, list[float]], think: Callable[[], float]) -> None:
        super().__init__(port)
        self.took, self.think = took, think

    def once(self, method: str, address: str, fields: Fields | None = None):  # type: ignore[no-untyped-def]
        if method == "POST":
            time.sleep(self.think())
        started = time.perf_counter()
        answer = super().once(method, address, fields)
        kind = "save a pair" if method == "POST" and "/pair/" in address else method
        self.took[kind].append(time.perf_counter() - started)
        return answer


def make_study(site: Site, raters: int) -> None:
    """The sample's dialogues again, in a study with one booklet for each rater."""
    texts = ROOT / "studies" / "sample" / "texts.json"
    ratings = -(-raters * PER_RATER // PAIRS)
    site.manage(
        *("create_study", SLUG, "--preset", "bare", "--texts", str(texts), "--seed", "7"),
        *("--ratings-per-pair", str(ratings), "--pairs-per-rater", str(PER_RATER), *JOURNEY),
    )
    dialogues = ROOT / "studies" / "sample" / "dialogues.jsonl"
    site.manage(
        *("import_dialogues", SLUG, str(dialogues), "--format", "jsonl"),
        *("--licence", "CC0 1.0", "--accept-warnings"),
    )
    site.manage("make_pairs", SLUG, "--baseline", "sample-human")
    site.manage("make_decoys", SLUG, "--count", "6")
    site.manage("open_study", SLUG)


def crowd(site: Site, raters: int, at_once: int, think: float, took: dict[str, list[float]]) -> list[str]:
    kinds = list(islice(cycle(TEMPERAMENTS), raters))

    def one(number: int) -> str:
        rng = random.Random(f"1/{number}")  # noqa: S311 - the same each time
        browser = Timed(site.port, took, lambda: rng.uniform(0, 2 * think))
        return kinds[number](browser, rng=rng).walk(f"/join/{SLUG}/")

    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(one, range(raters)))


def tell_times(took: dict[str, list[float]]) -> None:
    for kind, seconds in sorted(took.items()):
        high = quantiles(seconds, n=20)[-1]
        tell(f"{kind:12} {len(seconds):6} times  median {median(seconds):.3f} s  95 % under {high:.3f} s")
    tell(f"goal for saving a pair: 95 % under {GOAL} s")


def tell_plan(site: Site, folder: Path) -> None:
    site.manage("export_study", SLUG, "--out", str(folder))
    with (folder / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["kind"] == "main" and row["dimension"] == "overall"
        ]
    by_pair = Counter(row["pair"] for row in rows)
    twice = len(rows) - len({(row["pair"], row["source"]) for row in rows})
    sides: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for kind, who in (("pair", row["pair"]), ("rater", row["source"])):
            sides[kind][who] += 1 if row["order"] == "AB" else -1
    worst = {kind: max(map(abs, counts.values())) for kind, counts in sides.items()}
    tell(f"{len(rows)} main ratings; a pair has {min(by_pair.values())} to {max(by_pair.values())} of them")
    tell(f"twice: {twice}  surplus: {sum(row['surplus'] == '1' for row in rows)}  sides at worst: {worst}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--raters", type=int, default=200)
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--think", type=float, default=0.0, help="seconds before each form, on average")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder)) as site:
        make_study(site, chosen.raters)
        took: dict[str, list[float]] = defaultdict(list)
        started = time.perf_counter()
        codes = crowd(site, chosen.raters, chosen.at_once, chosen.think, took)
        tell(f"{chosen.raters} raters, {chosen.at_once} at once: {time.perf_counter() - started:.0f} s")
        tell(
            f"completion codes: {len([code for code in codes if code])}, different: {len(set(codes) - {''})}"
        )
        tell_times(took)
        tell_plan(site, Path(folder) / "out")


if __name__ == "__main__":
    main()
