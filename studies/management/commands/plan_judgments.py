from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from studies.calling import designing
from studies.calling.designing import PlanError
from studies.judging.jury import JuryDesign
from studies.judging.planning import PILOT, plan_judgments
from studies.management.run_command import told_of
from studies.management.study_command import StudyCommand
from studies.models import Judge, Study


class Command(StudyCommand):
    help = "Plans a run in which judges judge the study's pairs in both orders; calls nobody."
    expected = (PlanError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--judge", action="append", help="by name, repeatable (default: all with rubric)")
        parser.add_argument("--size", type=int, default=3, help="judges of a jury, odd (default: 3)")
        parser.add_argument("--same-family-share", type=float, default=0.0, help="0 to 1 (default: 0)")
        parser.add_argument("--consistency-share", type=float, default=0.05, help="0 to 1 (default: 0.05)")
        parser.add_argument("--preset", choices=("disjoint", "paper-panel"), default="disjoint")
        parser.add_argument(
            "--pilot", type=int, default=PILOT, help=f"pairs before the gate, 0: none (default: {PILOT})"
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        design = JuryDesign(
            preset=options["preset"],
            size=options["size"],
            same_family_share=options["same_family_share"],
            consistency_share=options["consistency_share"],
        )
        now, pilot = timezone.now(), options["pilot"]
        judges = _judges(study, options["judge"])
        run = plan_judgments(study=study, judges=judges, design=design, pilot=pilot, now=now)
        return told_of(designing.price(run=run, now=now)) | {"jury": run.plan["jury"]}


def _judges(study: Study, names: list[str] | None) -> list[Judge]:
    judges = Judge.objects.filter(study=study).select_related("provider")
    if not names:
        return list(judges.filter(variant=Judge.Variant.RUBRIC))
    found = list(judges.filter(name__in=names))
    missing = sorted(set(names) - {judge.name for judge in found})
    if missing:
        raise PlanError(f"no judge is called {', '.join(missing)}")
    return found
