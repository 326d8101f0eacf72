from __future__ import annotations

from django.utils import timezone

from raters import erasing
from raters.management.rater_command import RaterCommand
from raters.models import Erasure, RatingSession


class Command(RaterCommand):
    help = "Erases a rater: answers, words, events and platform ids. Lists the exports that still hold them."

    def act(self, session: RatingSession) -> str:
        erasure = erasing.erase_rater(session=session, cause=Erasure.Cause.RESEARCHER, now=timezone.now())
        gone = [f"  {name}: {count}" for name, count in erasure.counts.items()]
        still = [f"  {told}" for told in erasure.exports] or ["  none that were written here"]
        return "\n".join(
            [f"{erasure.pseudonym} is erased:", *gone, "exports that still hold the data:", *still]
        )
