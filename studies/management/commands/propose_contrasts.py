from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from studies import contrasts
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Adds those of the usual confirmatory contrasts that a study can answer; until it is frozen."

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        if study.is_frozen():
            raise CommandError("this study is frozen: its contrasts no longer change")
        added = contrasts.propose(study=study)
        return {
            "study": study.slug,
            "added": [row.name for row in added],
            "contrasts": [f"{row.name}: {contrasts.in_words(row)}" for row in contrasts.contrasts_of(study)],
        }
