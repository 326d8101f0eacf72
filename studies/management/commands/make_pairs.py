from __future__ import annotations

import random
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from studies import pairing
from studies.management.study_command import StudyCommand
from studies.models import Pair, Study


class Command(StudyCommand):
    help = "Pairs the replies to each dialogue: against a baseline, all against all, or a balanced sample."
    expected = (pairing.PairingError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--baseline", metavar="SYSTEM", help="this system against each other one")
        which.add_argument("--all", action="store_true", help="every system against every other one")
        which.add_argument(
            "--sample", type=int, metavar="N", help="N pairs a dialogue of all against all, balanced, seeded"
        )
        parser.add_argument(
            "--replicate",
            choices=("first", "random", "all"),
            default="first",
            help="which replies of a system with several to one dialogue take part (default: first)",
        )

        parser.add_argument(
            "--keep",
            metavar="OUTCOMES",
            default="",
            help="fetched replies that take part although they were cut off (truncated) or speak as the "
            "seeker (wrong_role), commas between",
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        made = pairing.make_pairs(
            study=study,
            rng=random.Random(f"{study.seed}/pairs"),
            baseline=options["baseline"],
            sample=options["sample"],
            replicates=options["replicate"],
            keep=_outcomes(options["keep"]),
        )
        return {
            "study": study.slug,
            "pairs_new": made.new,
            "pairs_known": made.known,
            "pairs": Pair.objects.of(study).main().count(),
            "dialogues": made.dialogues,
            "replies_left_out": dict(made.left_out),
        }


def _outcomes(told: str) -> list[str]:
    names = [name.strip() for name in told.split(",") if name.strip()]
    unknown = sorted(set(names) - pairing.FLAWS)
    if unknown:
        raise CommandError(f"--keep knows {', '.join(sorted(pairing.FLAWS))}, not {', '.join(unknown)}")
    return names
