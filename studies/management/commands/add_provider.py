from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from studies.calling.providers import add_provider
from studies.models import Provider

FIELDS: Final = (
    "name",
    "api",
    "base_url",
    "key_name",
    "max_in_flight",
    "requests_per_minute",
    "tokens_per_minute",
    "prices",
    "for_trial",
    "is_own",
)


class Command(BaseCommand):
    help = "Adds a provider of language models: an address, and the name of the variable with its key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="how it is called here, such as openai")
        parser.add_argument(
            "--api", required=True, choices=Provider.Api.values, help="the language it speaks"
        )
        parser.add_argument("--base-url", default="", help="only for an endpoint of your own")
        parser.add_argument("--key-name", default="", help="such as OPENAI_API_KEY; the key is never stored")
        parser.add_argument(
            "--max-in-flight", type=int, default=8, help="calls at once by each worker process (default: 8)"
        )
        parser.add_argument("--requests-per-minute", type=int)
        parser.add_argument("--tokens-per-minute", type=int)
        parser.add_argument("--prices", type=json.loads, default={}, help="JSON: prices by model id")
        parser.add_argument("--for-trial", action="store_true", help="its answers are for trying out only")
        parser.add_argument(
            "--own",
            dest="is_own",
            action="store_true",
            help="it runs on the team's own machines: raters' words may go there without leaving",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of a summary")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            provider = add_provider(**{name: options[name] for name in FIELDS})
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        result = {"provider": provider.name, "api": provider.api, "for_trial": provider.for_trial}
        told = json.dumps(result, sort_keys=True) if options["json"] else f"provider {provider.name} added"
        self.stdout.write(told)
