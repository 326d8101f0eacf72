from __future__ import annotations

from typing import Any

from django.utils import timezone

from studies import freezing
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Checks that a study is complete and freezes its protocol for good."
    expected = (freezing.NotReady,)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        protocol = freezing.freeze(study=study, now=timezone.now())
        return {
            "study": study.slug,
            "protocol_version": protocol.version,
            "protocol_hash": protocol.sha256,
            "exploratory": protocol.document().is_exploratory,
        }
