from __future__ import annotations

import json

from raters import export
from raters.management.rater_command import RaterCommand
from raters.models import RatingSession


class Command(RaterCommand):
    help = "Prints everything stored about a rater as one JSON object, platform ids included."

    def act(self, session: RatingSession) -> str:
        return json.dumps(export.everything_about(session), indent=2, ensure_ascii=False)
