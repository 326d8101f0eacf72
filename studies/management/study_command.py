"""The shape all study commands share: a slug, one summary for people, one for programs, honest exit codes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from studies.models import Study


class StudyCommand(BaseCommand):
    """Subclasses implement `act`; what they raise of `expected` is told as a plain sentence, exit code 1."""

    expected: tuple[type[Exception], ...] = ()
    makes_study = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the study's short name, as in its join link")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a summary")

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["slug"]
        study = Study.objects.filter(slug=slug).first()
        if study is None and not self.makes_study:
            known = ", ".join(Study.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"no study {slug!r}; studies are: {known}")
        try:
            result = self.act(study, options) if study else self.make(options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        except self.expected as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(result, sort_keys=True) if options["json"] else self.summary(result))

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        """Does the command's one thing and returns what the summary tells."""
        raise NotImplementedError

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What to do where the study does not exist yet (only if `makes_study`)."""
        raise NotImplementedError

    def summary(self, result: dict[str, Any]) -> str:
        return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items())
