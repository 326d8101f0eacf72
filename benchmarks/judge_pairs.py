"""How fast judgments are made: python benchmarks/judge_pairs.py [--judgments N] [--workers 1 2]

Fills a fresh SQLite database in a temporary folder (or DATABASE_URL and REDIS_URL, which must then name empty
ones: `python -m tests.services python benchmarks/judge_pairs.py`), plans a run, and has real Celery workers
judge it against an OpenAI-compatible server on loopback that takes 200 ms, 50 more or less, for an answer.
Prints the rate as a share of the ideal one (calls at once / latency), and the workers' memory early and late.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from studies.models import Run

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
JUDGES = 3
LATENCY, JITTER = 0.2, 0.05  # seconds
AT_ONCE = 32
#: The goals of the project: judgments, and the share of the ideal rate by worker processes.
JUDGMENTS, GOALS = 5_000, {1: 0.75, 2: 0.9}
#: A worker process before its first call: the client library is loaded by then.
WARM_AFTER = 200


def fill(slug: str, judgments: int, base_url: str, at_once: int = AT_ONCE) -> Run:
    """A frozen study with a planned and started run of about so many judgments."""
    from django.utils import timezone

    from benchmarks.export_study import make_material, make_study
    from studies import freezing
    from studies.calling import designing, runs
    from studies.judging.jury import JuryDesign
    from studies.judging.planning import plan_judgments
    from studies.models import Judge, Provider

    study = make_study(slug)
    study.systems.update(family="made-up")
    make_material(study, -(-judgments // (4 * JUDGES * 2)), random.Random(3))  # noqa: S311 - the same each time
    freezing.freeze(study=study, now=NOW)
    provider = Provider.objects.create(
        name=f"{slug}-provider", api="openai", base_url=base_url, max_in_flight=at_once
    )
    judges = [
        Judge.objects.create(
            study=study, name=f"judge-{n}", provider=provider, model_id="gpt-4o-mini", family=f"family-{n}"
        )
        for n in range(JUDGES)
    ]
    now = timezone.now()
    design = JuryDesign(consistency_share=0.0)
    run = plan_judgments(study=study, judges=judges, design=design, pilot=0, now=now)
    designing.price(run=run, now=now)
    return runs.start(run=run, now=now, cap_calls=10 * judgments, cap_tokens=None, cap_micros=None)


@contextmanager
def server(failing: float) -> Iterator[str]:
    """The loopback server; yields its OpenAI address."""
    traits = ("--latency", str(LATENCY), "--jitter", str(JITTER), "--failing", str(failing))
    command = [sys.executable, "-m", "tests.contract.servers", *traits]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own words
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["openai"]
        finally:
            process.terminate()


@contextmanager
def workers(count: int) -> Iterator[psutil.Process]:
    """A Celery worker with so many processes; yields their parent."""
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING")
    name = ("--queues=llm", "--hostname=llm@%h", f"--concurrency={count}")
    command = [sys.executable, "-m", "celery", "-A", "heartsite", "worker", *name, *alone]
    with subprocess.Popen(command, cwd=ROOT) as process:  # noqa: S603 - our own words
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(60)


def measure(judgments: int, count: int, failing: float) -> tuple[float, bool]:
    """The share of the ideal rate, and whether everything was done exactly once."""
    from studies import tasks
    from studies.calling import recovering
    from studies.models import LLMCall

    with server(failing) as base_url, workers(count) as parent:
        run = fill(f"w{count}-{time.monotonic_ns()}", judgments, base_url, AT_ONCE // count)
        tasks.nudge(run)
        began, warm, last, peak = 0.0, 0.0, 0.0, 0.0
        while run.finished_at is None and not run.paused_at:
            time.sleep(0.5)
            run.refresh_from_db()
            began = began or (time.perf_counter() if run.calls else 0.0)
            last = _megabytes(parent)
            warm = warm or (last if run.calls >= WARM_AFTER else 0.0)
            peak = max(peak, last)
            if failing and not LLMCall.objects.under_way().exists():
                # What the timer does on a running site.
                recovering.recover_lost(now=datetime.now(UTC), rng=random.Random())  # noqa: S311 - jitter
                tasks.nudge(run)
    first = LLMCall.objects.filter(run=run).order_by("started_at").values_list("started_at", flat=True)[0]
    done = run.judgments.filter(status="done", outcome="ok").count()
    rows = run.judgments.count()
    assert run.finished_at is not None, run.pause_reason
    seconds = (run.finished_at - first).total_seconds()
    rate = rows / seconds
    ideal = AT_ONCE / LATENCY
    report(
        f"{count} at work: {rows:,} judgments, {run.calls:,} calls, {seconds:.1f} s, "
        f"{rate:.0f} a second, {rate / ideal:.2f} of the ideal {ideal:.0f}; "
        f"memory {warm:.0f} MB after {WARM_AFTER} calls, {last:.0f} MB at the end, {peak:.0f} MB at most"
    )
    return rate / ideal, done == rows and run.reserved_tokens == 0


def _megabytes(parent: psutil.Process) -> float:
    """The largest of the worker's processes that make calls."""
    sizes = [child.memory_info().rss / 1e6 for child in parent.children()]
    return max(sizes, default=0.0)


def report(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """0 when the goals are met, or when another size than theirs was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--judgments", type=int, default=JUDGMENTS)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--failing", type=float, default=0.0, help="share of calls that end in 429 or 500")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="heartsite-benchmark-") as folder:
        _set_up(folder)
        results: dict[int, tuple[float, bool]] = {
            count: measure(asked.judgments, count, asked.failing) for count in asked.workers
        }
    assert all(exact for _, exact in results.values()), "not every row was done exactly once"
    missed = [count for count, (share, _) in results.items() if share < GOALS.get(count, 0.0)]
    return int(asked.judgments == JUDGMENTS and not asked.failing and bool(missed))


def _set_up(folder: str) -> None:
    import django
    from django.core.management import call_command

    settings: dict[str, Any] = {"HEARTSITE_VAR": folder, "LLM_ALLOW_LOOPBACK": "1"}
    os.environ.update(settings, DJANGO_SETTINGS_MODULE="heartsite.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    if not os.environ.get("REDIS_URL"):
        call_command("createcachetable", verbosity=0)


if __name__ == "__main__":
    raise SystemExit(main())
