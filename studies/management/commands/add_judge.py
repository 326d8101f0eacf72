from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from studies.management.asking import add_model_arguments, model_fields
from studies.management.study_command import StudyCommand
from studies.models import Judge, Study


class Command(StudyCommand):
    help = "Adds a judge: a language model that is asked what raters are asked."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="how the judge is called in every export")
        add_model_arguments(parser)
        parser.add_argument("--variant", choices=Judge.Variant.values, default=Judge.Variant.RUBRIC)
        parser.add_argument("--longest-text", type=int, help="characters of a free text, for small models")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        judge = Judge(
            study=study,
            name=options["name"],
            variant=options["variant"],
            longest_text=options["longest_text"],
            **model_fields(options),
        )
        judge.full_clean()
        judge.save()
        return {"study": study.slug, "judge": judge.name, "model": judge.model_id, "variant": judge.variant}
