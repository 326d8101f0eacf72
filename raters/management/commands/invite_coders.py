from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.urls import reverse
from django.utils import timezone

from raters.coding import planning
from raters.coding.dealing import FEWEST
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = (
        "Invites coders, deals texts to them and prints their links; put your site's own address before them."
    )
    expected = (planning.CannotInvite,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--coders", type=int, required=True, help="how many new ones; 0 deals texts only")
        parser.add_argument("--per-text", type=int, default=FEWEST, help="coders for each text")
        parser.add_argument("--kinds", nargs="+", choices=planning.KINDS, default=list(planning.KINDS))
        parser.add_argument("--labels", nargs="*", default=[], help="whose link is whose, for your eyes only")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        dealt = planning.invite_coders(
            study=study,
            count=options["coders"],
            per_passage=options["per_text"],
            kinds=options["kinds"],
            labels=options["labels"],
            now=timezone.now(),
        )
        return {
            "study": study.slug,
            "links": [reverse("raters:coding", args=[session.token]) for session in dealt.sessions],
            "dealt": dealt.texts,
            "left": dealt.left,
        }

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join([*result["links"], f"dealt: {result['dealt']}", f"left: {result['left']}"])
