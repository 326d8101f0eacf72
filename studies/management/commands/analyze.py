from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.analysis import command


class Command(BaseCommand):
    help = command.HELP
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = command.run(options, lambda line: self.stderr.write(line, str))
        except command.EXPECTED as error:
            raise CommandError(str(error), returncode=command.FAILED) from error
        self.stdout.write(command.summary(done))
