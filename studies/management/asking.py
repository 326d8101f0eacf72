"""Options that systems and judges share on the command line: how their model is asked."""

from __future__ import annotations

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError

from studies.models import Provider
from studies.models.asking import SETTINGS


def add_model_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--provider", required=True, help="as it was named with add_provider")
    parser.add_argument("--model", required=True, help="dated model id, as the provider calls it")
    parser.add_argument("--family", required=True, help="the maker's family, such as gpt, claude, llama")
    parser.add_argument("--prompt-version")
    parser.add_argument("--max-tokens", type=int)
    parser.add_argument("--temperature", type=Decimal)
    parser.add_argument("--top-p", type=Decimal)
    parser.add_argument("--sampling-seed", type=int)
    parser.add_argument("--reasoning-effort", choices=("none", "minimal", "low", "medium", "high"))
    parser.add_argument("--timeout-seconds", type=int)


def model_fields(options: dict[str, Any]) -> dict[str, Any]:
    """The options as fields of a System or Judge; what was not given keeps its default."""
    provider = Provider.objects.filter(name=options["provider"]).first()
    if provider is None:
        known = ", ".join(Provider.objects.order_by("name").values_list("name", flat=True)) or "none yet"
        raise CommandError(f"no provider {options['provider']!r}; providers are: {known}")
    given = {name: options[name] for name in SETTINGS if options[name] is not None}
    return {"provider": provider, "model_id": options["model"], "family": options["family"], **given}
