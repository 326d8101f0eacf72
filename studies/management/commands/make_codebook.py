from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from studies.coding import codebooks
from studies.coding.codebooks import CodebookError
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Adds the default codebook's codes to a study and freezes them; codes of your own stay."
    expected = (CodebookError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as-it-is", action="store_true", help="freeze what is there, and add nothing")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        if not options["as_it_is"] and not codebooks.is_fixed(study):
            codebooks.add_default(study=study)
        book = codebooks.freeze(study=study, now=timezone.now())
        return {
            "study": study.slug,
            "version": book.version,
            "sha256": book.sha256,
            "codes": len(book.document().codes),
        }
