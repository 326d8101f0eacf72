from __future__ import annotations

from typing import Any

from django.utils import timezone

from raters import fieldwork, selectors
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Takes no new raters; those who have started may finish."
    expected = (fieldwork.CannotClose,)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        closed = fieldwork.close_study(study=study, now=timezone.now())
        progress = selectors.progress_of(closed)
        return {
            "study": closed.slug,
            "closed_at": closed.closed_at.isoformat() if closed.closed_at else "",
            "completed": progress.completed,
            "rated": progress.rated,
            "planned": progress.planned,
        }
