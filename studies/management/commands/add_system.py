from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from studies.management.asking import add_model_arguments, model_fields
from studies.management.study_command import StudyCommand
from studies.models import Study, System


class Command(StudyCommand):
    help = "Adds a system under test, whose replies are to be fetched from a language model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", help="how the system is called in every export")
        add_model_arguments(parser)
        parser.add_argument("--params-total", type=int, help="parameters, where published")
        parser.add_argument("--params-active", type=int)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        if study.is_frozen():
            raise CommandError("the study is frozen: its systems can no longer change")
        system = System(
            study=study,
            name=options["name"],
            kind=System.Kind.LLM,
            params_total=options["params_total"],
            params_active=options["params_active"],
            **model_fields(options),
        )
        system.full_clean()
        system.save()
        return {"study": study.slug, "system": system.name, "model": system.model_id}
