from __future__ import annotations

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from raters import export
from studies.analysis.bundle import CannotBundle
from studies.analysis.command import EXPECTED
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Packs a study's data without personal data, its report and the analysis, for readers."
    expected = (CannotBundle, *EXPECTED, OSError)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--out", type=Path, required=True, help="a new file .zip, or a folder, new or empty"
        )

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as scratch:
            folder = Path(scratch) / "export"
            export.export_to(study=study, folder=folder, now=timezone.now())
            return export.write_bundle_for_readers(export=folder, out=options["out"], tick=lambda: None)

    def summary(self, result: dict[str, Any]) -> str:
        kind = "exploratory" if result["exploratory"] else f"protocol {result['protocol_sha256'][:12]}"
        reasons = f"{result['reasons_released']} of {result['reasons']} written reasons are in it"
        return f"{result['out']}: {result['files']} files, {kind}, {reasons}"
