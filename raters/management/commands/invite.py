from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.urls import reverse
from django.utils import timezone

from raters import inviting
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Makes single-use invitations and prints their addresses; put your site's own address before them."
    expected = (inviting.CannotInvite,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--count", type=int, required=True, help=f"how many, {inviting.MOST} at most")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        made = inviting.invite(study=study, count=options["count"], now=timezone.now())
        join = reverse("raters:join", args=[study.slug])
        return {"study": study.slug, "invitations": [f"{join}?invitation={row.token}" for row in made]}

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join(result["invitations"])
