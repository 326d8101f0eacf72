from __future__ import annotations

import random
from argparse import ArgumentParser
from typing import Any

from studies.judging import decoy_pairs
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = (
        "Pairs genuine replies with broken ones that must lose, for judges and raters: as many of each kind."
    )
    expected = (decoy_pairs.CannotMakeDecoys,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--count", type=int, required=True, metavar="N", help="how many decoy pairs the study shall have"
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        made = decoy_pairs.make_decoys(
            study=study, count=options["count"], rng=random.Random(f"{study.seed}/decoys")
        )
        return {
            "study": study.slug,
            "decoys_new": made.new,
            "decoys_known": made.known,
            "decoys": made.new + made.known,
        }
