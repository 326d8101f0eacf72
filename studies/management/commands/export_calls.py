from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from studies.calling import transcripts
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Writes every call to a language model with its prompt and its raw answer, one JSON object a line."
    expected = (transcripts.CannotWrite, OSError)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--out", type=Path, required=True, metavar="FILE", help="a new file, such as calls.jsonl.gz"
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        written = transcripts.write_transcripts(study=study, file=options["out"])
        return {"study": study.slug, "out": str(options["out"]), **asdict(written)}
