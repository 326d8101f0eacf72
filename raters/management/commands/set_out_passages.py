from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from raters import passages
from raters.passages import CannotSetOut, PassageDesign
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Sets out written reasons and replies to be coded, masked and in seeded order; again adds to them."
    expected = (CannotSetOut,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--reasons-only", action="store_true", help="no replies")
        which.add_argument("--replies-only", action="store_true", help="no reasons")
        parser.add_argument("--pairs", type=int, metavar="N", help="reasons on N pairs, over all dialogues")
        parser.add_argument(
            "--per-pair", type=int, metavar="N", help="N reasons a pair of raters, and of judges, at most"
        )
        parser.add_argument("--dialogues", type=int, metavar="N", help="replies to N dialogues")
        parser.add_argument("--dry-run", action="store_true", help="say what it comes to and do nothing")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        design = PassageDesign(
            reasons=not options["replies_only"],
            replies=not options["reasons_only"],
            pairs=options["pairs"],
            per_pair=options["per_pair"],
            dialogues=options["dialogues"],
        )
        act = passages.would_set_out if options["dry_run"] else passages.set_out
        told = act(study=study, design=design)
        return {"study": study.slug, **asdict(told), "passages": study.passages.count()}
