from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from studies.management.asking import add_model_arguments, model_fields
from studies.management.study_command import StudyCommand
from studies.models import Coder, Study


class Command(StudyCommand):
    help = "Adds a coder: a language model that is asked which codes apply to the study's passages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="how the coder is called in every export")
        add_model_arguments(parser)
        parser.set_defaults(temperature=Decimal(0))
        parser.add_argument("--longest-text", type=int, help="characters of its note, for small models")

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        longest = options["longest_text"]
        coder = Coder(study=study, name=options["name"], longest_text=longest, **model_fields(options))
        coder.full_clean()
        coder.save()
        return {"study": study.slug, "coder": coder.name, "model": coder.model_id, "family": coder.family}
