from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from raters import returning
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Marks sessions as returned on the platform, by submission or participant ids, one a line."
    expected = (OSError, UnicodeDecodeError)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the ids, one a line; of a CSV line the first cell")
        parser.add_argument(
            "--keep-ratings",
            action="store_true",
            help="the raters left their ratings: only what is open goes to others",
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        """Marks whatever is known, and fails afterwards where a line was not."""
        marked = returning.mark_all(
            study=study,
            lines=options["file"].read_text(encoding="utf-8").splitlines(),
            keeps_ratings=options["keep_ratings"],
            now=timezone.now(),
        )
        if marked.unknown:
            told = "; ".join(f"line {number}: {name}" for number, name in marked.unknown)
            raise CommandError(f"{len(marked.sessions)} marked; unknown in this study: {told}")
        return {
            "study": study.slug,
            "marked": len(marked.sessions),
            "left_alone": len(marked.left_alone),
        }
