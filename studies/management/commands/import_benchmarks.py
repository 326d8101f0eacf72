from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from studies import benchmarks
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Takes scores of other benchmarks: a CSV file with system, benchmark, score, source."
    expected = (benchmarks.BadTable,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                stored = benchmarks.store(study=study, file=file)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read {options['file']}: {error}") from error
        return {"study": study.slug, "scores_new": stored.added, "scores_stored_again": stored.changed}
