"""The shape of commands about one rater: a pseudonym, and an honest exit code."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from raters.models import RatingSession


class RaterCommand(BaseCommand):
    """Subclasses implement `act`; what it returns is printed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pseudonym", help="the rater's name in exports and in the administration: r-…")

    def handle(self, *args: Any, **options: Any) -> None:
        session = RatingSession.objects.filter(pseudonym=options["pseudonym"]).first()
        if session is None:
            raise CommandError(f"no rater {options['pseudonym']!r}")
        self.stdout.write(self.act(session))

    def act(self, session: RatingSession) -> str:
        """Does the command's one thing and returns what is to be said about it."""
        raise NotImplementedError
