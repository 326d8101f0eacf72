from __future__ import annotations

import random
from argparse import ArgumentParser
from typing import Any

from studies import training_pairs
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Pairs genuine replies with plainly broken ones, for raters to practise on, with feedback."
    expected = (training_pairs.CannotMakeTraining,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--count",
            type=int,
            required=True,
            metavar="N",
            help="how many training pairs the study shall have",
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        made = training_pairs.make_training(
            study=study, count=options["count"], rng=random.Random(f"{study.seed}/training")
        )
        return {
            "study": study.slug,
            "training_new": made.new,
            "training_known": made.known,
            "training": made.new + made.known,
        }
