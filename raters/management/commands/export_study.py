from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from raters import export
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Writes all that a study holds, unblinded, as CSV and JSON files into a folder."
    expected = (export.NotAnExport, OSError)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--out", type=Path, required=True, help="the folder; a new one, or one with an earlier export"
        )
        parser.add_argument(
            "--force", action="store_true", help="write beside other files that the folder holds"
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        folder = options["out"]
        manifest = export.export_to(study=study, folder=folder, now=timezone.now(), force=options["force"])
        protocol = manifest["protocol"]
        return {
            "study": study.slug,
            "out": str(folder),
            "protocol_hash": protocol["sha256"] if protocol else "",
            "exploratory": manifest["exploratory"],
            "non_commercial": manifest["non_commercial"],
            "files": manifest["files"],
        }

    def summary(self, result: dict[str, Any]) -> str:
        protocol = result["protocol_hash"] or "none, the study is not frozen"
        tables = [
            f"  {name}: {facts['rows']} row{'' if facts['rows'] == 1 else 's'}"
            for name, facts in result["files"].items()
            if facts["rows"] is not None
        ]
        notes = ["exploratory: no confirmatory contrasts"] if result["exploratory"] else []
        notes += ["some of the material is for non-commercial use only"] if result["non_commercial"] else []
        head = [f"study {result['study']} exported to {result['out']}", f"protocol: {protocol}"]
        return "\n".join([*head, *notes, *tables])
