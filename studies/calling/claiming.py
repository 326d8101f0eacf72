"""Claiming: rows become calls, in one transaction that also paces, reserves and writes them down."""

from __future__ import annotations

import json
import logging
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from django.db import DatabaseError, transaction

from studies.calling import budget, runs
from studies.calling.budget import NOTHING, Amount
from studies.calling.craft import Ask, Craft
from studies.calling.pacing import Bucket
from studies.llm.endpoints import host_of
from studies.llm.port import Api
from studies.models import LLMCall, Provider, Run, WorkRow

logger = logging.getLogger(__name__)

#: A call that has not been settled so long after its time limit was lost with its worker.
GRACE: Final = timedelta(seconds=60)
#: The libraries behind each provider's wire format.
LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("pydantic-ai-slim", "openai"),
    "anthropic": ("pydantic-ai-slim", "anthropic"),
    "google": ("pydantic-ai-slim", "google-genai"),
    "scripted": (),
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is this worker's, and the call that is written down and now to be made."""

    row: Any
    ask: Ask
    call: LLMCall
    provider: Provider
    reserved: Amount


@dataclass(slots=True)
class Claim:
    """What one try brought. `wait`: seconds until a provider may be asked again, None if none holds back.

    `is_over`: the run is not calling any more. `short_of`: what the next row would have taken of a budget
    that had not so much left. `given_up`: what was wrong with rows that could not even be asked.
    """

    taken: list[Claimed] = field(default_factory=list)
    wait: float | None = None
    is_over: bool = False
    short_of: Amount | None = None
    given_up: str = ""


@transaction.atomic
def claim(
    *, run: Run, craft: Craft, providers: list[Provider], most: int, worker: str, now: datetime
) -> Claim:
    """Up to `most` rows of a run, shared out evenly among its providers, each within its own limits."""
    found = Claim()
    current = Run.objects.calling().filter(pk=run.pk).first()
    if current is None:
        found.is_over = True
        return found
    locked = _locked(providers)
    for number, provider in enumerate(locked):
        share = -(-(most - len(found.taken)) // (len(locked) - number))
        if share > 0 and found.short_of is None and not found.is_over:
            _claim_of(provider, share, current, craft, found, worker, now)
    return found


def _locked(providers: list[Provider]) -> list[Provider]:
    """No two workers look at a provider's limits at once.

    All are locked in the same order and before the run, or two workers would wait for each other; and not
    their keys, or one who plans new rows and holds the run would wait for us, and we for the run.
    """
    rows = Provider.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in providers])
    return list(rows.order_by("pk"))


def _claim_of(
    locked: Provider, most: int, run: Run, craft: Craft, found: Claim, worker: str, now: datetime
) -> None:
    """Rows of one provider, which is locked."""
    if locked.held_until is not None and locked.held_until > now:
        _note_wait(found, (locked.held_until - now).total_seconds())
        return
    room = min(most, locked.max_in_flight - LLMCall.objects.under_way().filter(provider=locked).count())
    if room <= 0:
        return
    due = craft.waiting(run).filter(provider=locked, not_before__lte=now)
    keys = list(due.order_by("not_before", "pk").values_list("pk", flat=True)[:room])
    if not keys:
        return
    if (fault := _fault_of(locked)) and runs.pause(run=run, reason=fault, now=now):
        found.is_over = True
        return
    asked = _asked(craft, keys, locked, found, now)
    paced = _paced(locked, asked, found, now)
    affordable = _reserved(run, paced, found)
    if affordable:
        found.taken += _written(run, craft, locked, affordable, worker, now)


def _fault_of(provider: Provider) -> str:
    """What is wrong with a price list, which can be changed while the run is under way."""
    try:
        _ = provider.own_prices
    except ValueError as error:
        return f"The price list of {provider.name} cannot be read: {error}"
    return ""


def _asked(
    craft: Craft, keys: list[int], provider: Provider, found: Claim, now: datetime
) -> list[tuple[Any, Ask, Amount]]:
    """The rows with what they are asked. One that cannot be asked must not stand in the way of the others."""
    asked = []
    for row in craft.with_texts(keys):
        try:
            ask = craft.ask(row)
            asked.append((row, ask, budget.most_of(ask.request, provider)))
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("the question of row %s could not be put together", row)
            found.given_up = f"This program could not put the question together ({type(error).__name__})."
            craft.rows.objects.filter(pk=row.pk).update(
                status=WorkRow.Status.FAILED, finished_at=now, error_kind="crashed", error=found.given_up
            )
    return asked


def _paced(
    provider: Provider, asked: list[tuple[Any, Ask, Amount]], found: Claim, now: datetime
) -> list[tuple[Any, Ask, Amount]]:
    """As many as the provider's buckets hold; what they hold then is written back."""
    if provider.requests_per_minute is None and provider.tokens_per_minute is None:
        return asked
    requests, tokens = _buckets(provider, now)
    taken = []
    for row, ask, amount in asked:
        if not (requests.holds(1) and tokens.holds(amount.tokens)):
            _note_wait(found, max(requests.seconds_until(1), tokens.seconds_until(amount.tokens)))
            break
        requests, tokens = requests.taken(1), tokens.taken(amount.tokens)
        taken.append((row, ask, amount))
    Provider.objects.filter(pk=provider.pk).update(
        paced_at=now, requests_left=requests.level, tokens_left=tokens.level
    )
    return taken


def _buckets(provider: Provider, now: datetime) -> tuple[Bucket, Bucket]:
    """Requests and tokens; full where nothing was ever taken."""
    requests = Bucket(provider.requests_per_minute, provider.requests_left)
    tokens = Bucket(provider.tokens_per_minute, provider.tokens_left)
    seconds = 600.0 if provider.paced_at is None else max(0.0, (now - provider.paced_at).total_seconds())
    return requests.filled(seconds), tokens.filled(seconds)


def _reserved(run: Run, asked: list[tuple[Any, Ask, Amount]], found: Claim) -> list[tuple[Any, Ask, Amount]]:
    """What the run's budget allows: all of it by one UPDATE, else row by row until it is used up."""
    whole = sum((amount for _, _, amount in asked), NOTHING)
    if not asked or budget.reserve(run=run, calls=len(asked), amount=whole):
        return asked
    allowed = []
    for one in asked:
        if not budget.reserve(run=run, calls=1, amount=one[2]):
            found.short_of = one[2]
            break
        allowed.append(one)
    return allowed


def _written(
    run: Run,
    craft: Craft,
    provider: Provider,
    asked: list[tuple[Any, Ask, Amount]],
    worker: str,
    now: datetime,
) -> list[Claimed]:
    """The rows marked as under way, and a call for each, before any of them is made."""
    patience = timedelta(seconds=max(ask.request.settings.timeout_seconds for _, ask, _ in asked))
    rows = craft.rows.objects.filter(pk__in=[row.pk for row, _, _ in asked])
    calls = []
    for row, ask, amount in asked:
        row.attempts += 1
        calls.append(_call(run, craft, provider, row, ask, amount, worker, now))
    for attempts in {row.attempts for row, _, _ in asked}:
        rows.filter(pk__in=[row.pk for row, _, _ in asked if row.attempts == attempts]).update(
            status=WorkRow.Status.RUNNING, attempts=attempts, lease_until=now + patience + GRACE
        )
    LLMCall.objects.bulk_create(calls)
    return [
        Claimed(row, ask, call, provider, amount)
        for (row, ask, amount), call in zip(asked, calls, strict=True)
    ]


def _call(
    run: Run,
    craft: Craft,
    provider: Provider,
    row: Any,
    ask: Ask,
    amount: Amount,
    worker: str,
    now: datetime,
) -> LLMCall:
    said = [[message.role, message.text] for message in ask.request.messages]
    prompt = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return LLMCall(
        run=run,
        attempt=row.attempts,
        provider=provider,
        api=provider.api,
        host=host_of(provider.endpoint),
        model_requested=ask.request.model,
        family=ask.family,
        template_version=ask.template_version,
        template_sha256=ask.template_sha256,
        prompt=zlib.compress(prompt.encode("utf-8", "surrogatepass"), 1),
        prompt_sha256=ask.prompt_sha256,
        schema_sha256=ask.schema_sha256,
        slot_first=ask.slot_first,
        slot_second=ask.slot_second,
        client=_client(provider.endpoint.api),
        worker=worker,
        reserved_tokens=amount.tokens,
        reserved_micros=amount.micros,
        queued_at=row.not_before,
        started_at=now,
        **{craft.link: row},
    )


@cache
def _client(api: Api) -> str:
    """The libraries that make the call, with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES[api]) or "scripted"


def _note_wait(found: Claim, seconds: float) -> None:
    found.wait = seconds if found.wait is None else min(found.wait, seconds)
