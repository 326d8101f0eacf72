from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from raters import fieldwork
from studies import freezing
from studies.management.study_command import StudyCommand
from studies.models import Study


class Command(StudyCommand):
    help = "Freezes the study if need be, plans every booklet from its seed, and lets raters in."
    expected = (freezing.NotReady, fieldwork.CannotOpen)

    def act(self, study: Study, options: dict[str, Any]) -> dict[str, Any]:
        protocol, planned = fieldwork.open_study(study=study, now=timezone.now())
        return {
            "study": study.slug,
            "protocol_hash": protocol.sha256,
            "booklets": planned.booklets,
            "assignments": planned.assignments,
            "pairs_per_booklet": [planned.shortest, planned.longest],
            "imbalance_per_pair": planned.imbalance.pair,
            "imbalance_per_rater": planned.imbalance.rater,
            "imbalance_per_system": planned.imbalance.system,
            "join": reverse("raters:join", args=[study.slug]),
        }
