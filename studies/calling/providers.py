"""Providers: added only with an address that this installation lets its workers call."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from django.core.exceptions import ValidationError

from studies.calling.clients import policy
from studies.llm.endpoints import EndpointRefused, check_endpoint
from studies.models import Provider

#: The provider of the small model that `make local` puts on this machine.
LOCAL: Final = "local"


def add_provider(**fields: Any) -> Provider:
    """A new provider. Raises ValidationError for a refused address, bad prices, or one known already."""
    provider = Provider(**fields)
    provider.for_trial = provider.for_trial or provider.api == Provider.Api.SCRIPTED
    check(provider)
    provider.full_clean()
    provider.save()
    return provider


def check(provider: Provider) -> None:
    """Raises ValidationError, by field, for what the columns alone can't tell."""
    problems = {}
    if provider.base_url:
        try:
            check_endpoint(provider.base_url, **asdict(policy()))
        except EndpointRefused as refused:
            problems["base_url"] = str(refused)
    elif not provider.key_name and provider.api != Provider.Api.SCRIPTED:
        problems["key_name"] = "The provider's own address needs a key: name the variable that holds it."
    if problem := own_problem(provider):
        problems["is_own"] = problem
    try:
        _ = provider.own_prices
    except ValueError as error:
        problems["prices"] = str(error)
    if problems:
        raise ValidationError(problems)


def own_problem(provider: Provider) -> str:
    """Why it cannot be called our own, or ""."""
    if provider.is_own and not provider.base_url and provider.api != Provider.Api.SCRIPTED:
        return "The provider's own address is not on your machines: give the address of yours."
    return ""


def local_provider(port: int) -> Provider:
    """The row of the model that answers on this machine, at this port. One call at a time, and patience."""
    provider, _ = Provider.objects.update_or_create(
        name=LOCAL,
        defaults={
            "api": Provider.Api.OPENAI,
            "base_url": f"http://127.0.0.1:{port}/v1",
            "max_in_flight": 1,
            "for_trial": True,
            "is_own": True,
        },
    )
    return provider
