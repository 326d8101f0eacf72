"""How long, and how much memory, an export takes: python benchmarks/export_study.py [--ratings N]

Fills a fresh SQLite database in a temporary folder (or DATABASE_URL, which must then name an empty one) with
a made-up study and runs the real command in a process of its own, once at a tenth of the size and once at
the full size: memory must not grow. Prints seconds and the peak resident memory of that process.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from raters.models import Assignment
    from studies.models import Pair, Study

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
SEED = 3
NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
PAIRS_PER_RATER, RATINGS_PER_PAIR, SYSTEMS, ROWS = 20, 5, 5, 1000
#: The goals of the project: 100,000 ratings on six dimensions.
RATINGS, SECONDS, MEGABYTES = 100_000, 30.0, 150.0


def fill(slug: str, ratings: int) -> None:
    """A study with that many ratings: each dialogue has a baseline and four other systems."""
    from raters.models import Rating, RatingScore

    rng = random.Random(SEED)  # noqa: S311  (the same study each time)
    study = make_study(slug)
    pairs = make_material(study, ratings // RATINGS_PER_PAIR // (SYSTEMS - 1), rng)
    dimensions = list(study.dimensions.all())
    for assignments in rated_assignments(study, pairs, ratings):
        rated = Rating.objects.bulk_create(
            Rating(
                assignment=assignment,
                reason=text(rng, 30),
                seconds=rng.randint(20, 200),
                layout="side",
                rated_at=NOW + timedelta(seconds=assignment.pk),
            )
            for assignment in assignments
        )
        RatingScore.objects.bulk_create(
            RatingScore(rating=rating, dimension=dimension, value=rng.randint(-2, 2))
            for rating in rated
            for dimension in dimensions
        )


def make_study(slug: str) -> Study:
    from studies.models import System
    from studies.presets import create_study

    study: Study = create_study(slug=slug, title="Benchmark", preset="heart", seed=SEED)
    System.objects.bulk_create(
        System(study=study, name=f"system-{number}", kind="llm") for number in range(SYSTEMS)
    )
    return study


def make_material(study: Study, dialogues: int, rng: random.Random) -> list[Pair]:
    """Dialogues of eight turns with one reply by each system, and the pairs against the first."""
    from studies.models import Dialogue, ImportBatch, Pair, Response

    batch = ImportBatch.objects.create(study=study, file_name="made-up", format="jsonl", loaded_at=NOW)
    systems = list(study.systems.order_by("pk"))
    turns = [{"speaker": ("seeker", "supporter")[turn % 2], "text": text(rng, 20)} for turn in range(8)]
    made = Dialogue.objects.bulk_create(
        (
            Dialogue(study=study, external_id=f"d{n}", turns=turns, tags=["regular"], import_batch=batch)
            for n in range(dialogues)
        ),
        batch_size=ROWS,
    )
    replies = Response.objects.bulk_create(
        (
            Response(dialogue=dialogue, system=system, text=text(rng, 60), import_batch=batch)
            for dialogue in made
            for system in systems
        ),
        batch_size=ROWS,
    )
    return Pair.objects.bulk_create(
        (
            Pair(
                dialogue_id=reply.dialogue_id,
                first=replies[index - index % SYSTEMS],
                second=reply,
                key=f"{index:012x}",
            )
            for index, reply in enumerate(replies)
            if index % SYSTEMS
        ),
        batch_size=ROWS,
    )


def rated_assignments(study: Study, pairs: list[Pair], ratings: int) -> list[list[Assignment]]:
    """Assignments, a thousand at a time, in booklets of twenty that somebody has claimed."""
    from raters.models import Assignment, Booklet, RatingSession
    from studies import freezing, protocol
    from studies.models import Protocol

    canonical = protocol.canonical_json(freezing.draft_document(study, version=1))
    frozen = Protocol.objects.create(
        study=study, version=1, canonical=canonical, sha256=protocol.sha256_of(canonical), frozen_at=NOW
    )
    times = {"arrived_at": NOW, "last_seen_at": NOW, "consented_at": NOW, "completed_at": NOW}
    count = ratings // PAIRS_PER_RATER
    sessions = RatingSession.objects.bulk_create(
        (RatingSession(study=study, protocol=frozen, **times) for _ in range(count)), batch_size=ROWS
    )
    booklets = Booklet.objects.bulk_create(
        (
            Booklet(protocol=frozen, number=number, dimension_keys=[], session=session, claimed_at=NOW)
            for number, session in enumerate(sessions, start=1)
        ),
        batch_size=ROWS,
    )
    made = Assignment.objects.bulk_create(
        (
            Assignment(
                booklet=booklets[index // PAIRS_PER_RATER],
                position=index % PAIRS_PER_RATER + 1,
                pair=pairs[index % len(pairs)],
                order=("AB", "BA")[index % 2],
            )
            for index in range(ratings)
        ),
        batch_size=ROWS,
    )
    return [made[start : start + ROWS] for start in range(0, ratings, ROWS)]


def text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(("warm", "cold", "listens", "to", "the", "person", "—", "naïve"), k=words))


class Cost(NamedTuple):
    """Seconds by the clock and of the processor, and peak megabytes, of one process."""

    seconds: float
    cpu: float
    megabytes: float


def run(*command: str) -> Cost:
    """A process to its end; a failing one ends the benchmark."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(process.returncode)
    return Cost(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(folder: Path, ratings: int) -> Cost:
    """Fills a study and exports it."""
    slug, out = f"of-{ratings}", folder / f"export-{ratings}"
    run(str(Path(__file__).resolve()), "--fill", slug, "--ratings", str(ratings))
    cost = run("manage.py", "export_study", slug, "--out", str(out))
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    report(
        f"{ratings:,} ratings x 6 dimensions, {size:.0f} MB: {cost.seconds:.1f} s "
        f"({cost.cpu:.1f} s of the processor), peak {cost.megabytes:.0f} MB"
    )
    return cost


def main() -> int:
    """0 when the goals are met, or when another size than theirs was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ratings", type=int, default=RATINGS)
    parser.add_argument("--fill", metavar="SLUG", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.fill:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "heartsite.settings")
        django.setup()
        fill(asked.fill, asked.ratings)
        return 0
    with tempfile.TemporaryDirectory(prefix="heartsite-benchmark-") as name:
        os.environ["HEARTSITE_VAR"] = name
        run("manage.py", "migrate", "--verbosity", "0")
        measure(Path(name), asked.ratings // 10)
        cost = measure(Path(name), asked.ratings)
    report(f"goals for {RATINGS:,} ratings: {SECONDS:.0f} s, {MEGABYTES:.0f} MB")
    missed = cost.seconds > SECONDS or cost.megabytes > MEGABYTES
    return int(asked.ratings == RATINGS and missed)


def report(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
