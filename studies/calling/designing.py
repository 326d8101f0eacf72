"""What a planned run writes down about itself: its design, fixed and hashed, and what it comes to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from studies.calling import budget, runs
from studies.llm.endpoints import host_of
from studies.llm.port import Usage
from studies.models import Coder, Judge, Protocol, Provider, Run, Study, System
from studies.protocol import sha256_of


class PlanError(Exception):
    """The run asked for is not possible; the message says why and what to do."""


@dataclass(slots=True)
class Load:
    """What one system, judge or coder is going to be asked: calls with their tokens, likely and at the most.

    `pilot_…` is the part of it that comes before the gate.
    """

    name: str
    provider: int
    provider_name: str
    host: str
    model: str
    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    most_input_tokens: int = 0
    most_output_tokens: int = 0
    pilot_calls: int = 0
    pilot_input_tokens: int = 0
    pilot_output_tokens: int = 0

    def add(self, *, told: int, wrote: int, most_told: int, most_wrote: int, is_pilot: bool = False) -> None:
        self.calls += 1
        self.input_tokens += told
        self.output_tokens += wrote
        self.most_input_tokens += most_told
        self.most_output_tokens += most_wrote
        if is_pilot:
            self.pilot_calls += 1
            self.pilot_input_tokens += told
            self.pilot_output_tokens += wrote


def load_of(asker: System | Judge | Coder) -> Load:
    """An empty load of a system, judge or coder that has a provider."""
    provider = provider_of(asker)
    endpoint = provider.endpoint
    return Load(asker.name, provider.pk, provider.name, host_of(endpoint) or provider.api, asker.model_id)


def provider_of(asker: System | Judge | Coder) -> Provider:
    if asker.provider is None:
        raise PlanError(f"{asker.name} has no provider: say where its model is asked")
    return asker.provider


def as_asked(asker: System | Judge | Coder) -> dict[str, Any]:
    """Everything that decides what a system, judge or coder is sent, for the run's design."""
    provider = provider_of(asker)
    settings = asdict(asker.call_settings())
    return {
        "name": asker.name,
        "family": asker.family,
        "api": provider.api,
        "host": host_of(provider.endpoint),
        "model_id": asker.model_id,
        "prompt_version": asker.prompt_version,
        "settings": {name: value for name, value in settings.items() if value not in (None, "")},
        "for_trial": provider.for_trial,
    }


def askers_of(run: Run) -> list[dict[str, Any]]:
    """The systems, judges or coders of a run, as they stand in its design."""
    places = ("systems", "judges", "coders")
    return [asker for place in places for asker in run.design.get(place, [])]


def make_run(
    *,
    study: Study,
    kind: Run.Kind,
    protocol: Protocol | None,
    design: dict[str, Any],
    created_by: AbstractBaseUser | None,
    now: datetime,
    has_pilot: bool = False,
) -> Run:
    """The run's own row, without rows to do. Call it under the study's lock."""
    canonical = json.dumps(design, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Run.objects.create(
        study=study,
        number=runs.next_number(study),
        kind=kind,
        protocol=protocol,
        created_at=now,
        created_by_id=created_by.pk if created_by else None,
        design=design,
        design_sha256=sha256_of(canonical),
        has_pilot=has_pilot,
    )


def note_plan(run: Run, loads: Iterable[Load], **more: Any) -> None:
    """What the run comes to. Prices are still to be looked up: where the price list is at home."""
    loads = [load for load in loads if load.calls]
    before = run.plan or {"loads": []}
    run.plan = {
        **before,
        **more,
        "providers": sorted({load.provider for load in loads} | set(before.get("providers", []))),
        "loads": _merged(before["loads"], [asdict(load) for load in loads]),
        "data": data_of(run.study),
    }
    run.priced_at = None
    run.save(update_fields=["plan", "priced_at"])


def _merged(before: Sequence[dict[str, Any]], added: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The loads of an extended run: what stood there plus what was added, by name."""
    found = {load["name"]: dict(load) for load in before}
    for load in added:
        known = found.get(load["name"])
        found[load["name"]] = load if known is None else _summed(known, load)
    return [found[name] for name in sorted(found)]


def _summed(known: dict[str, Any], load: dict[str, Any]) -> dict[str, Any]:
    counts = {
        name: known[name] + value
        for name, value in load.items()
        if isinstance(value, int) and name != "provider"
    }
    return load | counts


def data_of(study: Study) -> list[dict[str, Any]]:
    """The data sets whose texts would leave for the providers, with their licences."""
    rows = study.import_batches.filter(loaded_at__isnull=False).order_by("pk")
    return [
        {"file_name": name, "licence": licence, "non_commercial": only}
        for name, licence, only in rows.values_list("file_name", "licence", "non_commercial")
    ]


def price(*, run: Run, now: datetime) -> Run:
    """Looks up what the plan costs, likely and at the most. Needs the price list: not for web processes.

    A plan that was extended meanwhile is left as it is, to be priced anew. Raises PlanError where prices are
    in different currencies, which cannot be added up, or where a provider's own list cannot be read.
    """
    try:
        found = _found(run)
    except ValueError as error:
        raise PlanError(str(error)) from error
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run.pk)
        if locked.plan["loads"] != run.plan["loads"]:
            return run
        locked.plan = {name: told for name, told in locked.plan.items() if name != "problem"} | found
        locked.currency = next((load["currency"] for load in found["loads"] if load["currency"]), "USD")
        locked.priced_at = now
        locked.save(update_fields=["plan", "currency", "priced_at"])
    run.plan, run.currency, run.priced_at = locked.plan, locked.currency, locked.priced_at
    return run


@transaction.atomic
def note_problem(*, run: Run, problem: str) -> None:
    """Why a plan could not be priced, to be read where the run would be started."""
    locked = Run.objects.select_for_update().get(pk=run.pk)
    locked.plan = locked.plan | {"problem": problem}
    locked.save(update_fields=["plan"])


def _found(run: Run) -> dict[str, Any]:
    """The plan's loads with their prices, and what they come to."""
    providers = Provider.objects.in_bulk(run.plan["providers"])
    priced = [_priced(load, providers[load["provider"]]) for load in run.plan["loads"]]
    currencies = {load["currency"] for load in priced if load["currency"]}
    if len(currencies) > 1:
        raise PlanError(
            f"prices in {' and '.join(sorted(currencies))} cannot be added up: give all in one currency"
        )
    return {
        "loads": priced,
        "unpriced": sorted({load["model"] for load in priced if load["micros"] is None}),
        "micros": sum(load["micros"] or 0 for load in priced),
        "most_micros": sum(load["most_micros"] or 0 for load in priced),
        "pilot_micros": sum(load["pilot_micros"] or 0 for load in priced),
    }


def _priced(load: dict[str, Any], provider: Provider) -> dict[str, Any]:
    likely = _cost(load, provider, "input_tokens", "output_tokens")
    most = _cost(load, provider, "most_input_tokens", "most_output_tokens")
    pilot = _cost(load, provider, "pilot_input_tokens", "pilot_output_tokens", calls="pilot_calls")
    _, currency, source = likely
    return load | {
        "micros": likely[0],
        "most_micros": most[0],
        "pilot_micros": pilot[0],
        "currency": currency,
        "price_source": source,
    }


def _cost(
    load: dict[str, Any], provider: Provider, told: str, wrote: str, calls: str = "calls"
) -> tuple[int | None, str, str]:
    """The cost of all calls of a load, by the average one: prices may rise with a call's length."""
    count = load[calls]
    if not count:
        return 0, "", ""
    usage = Usage(-(-load[told] // count), 0, -(-load[wrote] // count), 0)
    found = budget.priced_for(load["model"], provider, usage)
    if found.cost_micros is None:
        return None, "", found.reason
    return int(Decimal(found.cost_micros) * count), found.currency, found.source
