from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from studies.calling import designing
from studies.calling.designing import PlanError
from studies.generation.planning import plan_replies
from studies.management.run_command import told_of
from studies.management.study_command import StudyCommand
from studies.models import Study, System


class Command(StudyCommand):
    help = "Plans a run that fetches the replies which systems under test do not have yet; calls nobody."
    expected = (PlanError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--system", action="append", help="by name, repeatable (default: all that can)")
        parser.add_argument("--replicates", type=int, default=1, help="replies to each dialogue (default: 1)")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        systems = System.objects.filter(study=study, provider__isnull=False).select_related("provider")
        if options["system"]:
            systems = systems.filter(name__in=options["system"])
            missing = sorted(set(options["system"]) - set(systems.values_list("name", flat=True)))
            if missing:
                raise PlanError(f"no system with a provider is called {', '.join(missing)}")
        now = timezone.now()
        run = plan_replies(study=study, systems=list(systems), replicates=options["replicates"], now=now)
        return told_of(designing.price(run=run, now=now))
