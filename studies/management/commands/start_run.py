from __future__ import annotations

import random
import time
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.utils import timezone

from studies import tasks
from studies.calling import recovering, runs
from studies.calling.runs import CannotDo
from studies.judging import piloting
from studies.management.run_command import run_of, told_of
from studies.management.study_command import StudyCommand
from studies.models import Run, Study

POLL = 1.0  # seconds


class Command(StudyCommand):
    help = "Starts a planned run, or resumes a paused one, within limits."
    expected = (CannotDo,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", type=int, help="the run's number")
        parser.add_argument("--cap-calls", type=int, help="the most calls, tries again included")
        parser.add_argument("--cap-tokens", type=int, help="the most tokens, input and output together")
        parser.add_argument("--cap-money", type=Decimal, help="the most money, in the plan's currency")
        parser.add_argument("--waive-gate", metavar="REASON", help="go on although the pilot did not pass")
        parser.add_argument("--wait", action="store_true", help="until workers have ended it, or it pauses")
        parser.add_argument("--here", action="store_true", help="call from this process, without workers")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        run = run_of(study, options["number"])
        money = options["cap_money"]
        caps = {
            "cap_calls": options["cap_calls"],
            "cap_tokens": options["cap_tokens"],
            "cap_micros": None if money is None else int(money * 1_000_000),
        }
        if options["waive_gate"]:
            piloting.waive(run=run, reason=options["waive_gate"], user=None, now=timezone.now(), **caps)
        elif run.state == "paused":
            runs.resume(run=run, **caps)
        else:
            runs.start(run=run, now=timezone.now(), **caps)
        run.refresh_from_db()
        if options["here"]:
            _work_here(run)
        else:
            tasks.nudge(run)
        if options["wait"]:
            _wait(run)
        run.refresh_from_db()
        return told_of(run)


def _work_here(run: Run) -> None:
    while run.state == "running":
        left = tasks.work(run.pk, seconds=tasks.SLICE)
        recovering.recover_lost(now=timezone.now(), rng=random.Random())
        run.refresh_from_db()
        if left is not None and not (left.has_more or left.has_opened):
            time.sleep(min(left.wait or POLL, tasks.LONGEST_WAIT))


def _wait(run: Run) -> None:
    while run.state == "running":
        time.sleep(POLL)
        run.refresh_from_db()
