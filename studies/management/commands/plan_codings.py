from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from studies.calling import designing
from studies.calling.designing import PlanError
from studies.coding.planning import DESIGN, KINDS, CodingDesign, plan_codings
from studies.management.run_command import told_of
from studies.management.study_command import StudyCommand
from studies.models import Coder, Study


class Command(StudyCommand):
    help = "Plans a run in which language models code the study's passages; calls nobody."
    expected = (PlanError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--coder", action="append", help="by name, repeatable (default: all)")
        parser.add_argument("--kind", action="append", choices=KINDS, help="repeatable (default: both)")
        parser.add_argument("--first", type=int, help="of each kind, in the drawn order (default: all)")
        parser.add_argument(
            "--consistency-share",
            type=float,
            default=DESIGN.consistency_share,
            help=f"of each coder's passages, coded three times: 0 to 1 (default: {DESIGN.consistency_share})",
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        kinds = tuple(kind for kind in KINDS if kind in (options["kind"] or KINDS))
        design = CodingDesign(kinds, options["first"], options["consistency_share"])
        now, coders = timezone.now(), _coders(study, options["coder"])
        run = plan_codings(study=study, coders=coders, design=design, now=now)
        return told_of(designing.price(run=run, now=now)) | {"coding": run.plan["coding"]}


def _coders(study: Study, names: list[str] | None) -> list[Coder]:
    coders = Coder.objects.filter(study=study).select_related("provider")
    if not names:
        return list(coders)
    found = list(coders.filter(name__in=names))
    missing = sorted(set(names) - {coder.name for coder in found})
    if missing:
        raise PlanError(f"no coder is called {', '.join(missing)}")
    return found
