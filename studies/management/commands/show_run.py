from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from studies.management.run_command import run_of, told_of
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Says how a run stands: rows by state, calls, tokens, money."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("number", type=int, help="the run's number")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        return told_of(run_of(study, options["number"]))
