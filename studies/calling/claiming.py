"""Claiming: rows become calls, in one transaction that also paces, reserves and writes them down."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction

from studies.calling import budget, runs
from studies.calling.budget import NOTHING, Amount
from studies.calling.call_rows import call_row
from studies.calling.craft import Ask, Craft, MayNotBeSent
from studies.calling.designing import askers_of
from studies.calling.pacing import Bucket
from studies.models import LLMCall, Provider, Run, WorkRow

logger = logging.getLogger(__name__)

#: Rows that are claimed at once.
MOST: Final = 16
#: How many times as many rows are looked at as are claimed, so that workers want different ones.
NEAR: Final = 16
#: A call that has not been settled so long after its time limit was lost with its worker. It may have waited
#: for one like it before, so the limit counts twice.
GRACE: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that is this worker's, and the call that is written down and now to be made."""

    row: Any
    ask: Ask
    call: LLMCall
    provider: Provider
    reserved: Amount
    lease_until: datetime


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


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row with what it is going to be asked, put together before anything is locked."""

    row: Any
    ask: Ask
    amount: Amount


def claim(
    *, run: Run, craft: Craft, room: Mapping[int, int], worker: str, now: datetime, rng: random.Random
) -> Claim:
    """Rows of a run, as many of each provider as this process has room for, and `MOST` in all.

    `room`: by the provider's primary key. They are shared out evenly among the providers. What takes time
    is done first; the locks are held for a few statements only.
    """
    found = Claim()
    current = Run.objects.calling().filter(pk=run.pk).first()
    if current is None:
        found.is_over = True
        return found
    drafts = _drafts(current, craft, room, found, now, rng)
    if drafts and not found.is_over:
        with transaction.atomic():
            providers = _locked(drafts)
            # Before its rows, as who cancels it does.
            found.is_over = not Run.objects.calling().select_for_update(no_key=True).filter(pk=run.pk)
            for provider in providers:
                if found.short_of is None and not found.is_over:
                    found.taken += _taken(current, craft, provider, drafts[provider.pk], found, worker, now)
    return found


def _drafts(
    run: Run, craft: Craft, room: Mapping[int, int], found: Claim, now: datetime, rng: random.Random
) -> dict[int, list[_Draft]]:
    """By provider: rows that may be called now, with their questions."""
    drafts: dict[int, list[_Draft]] = {}
    providers = list(Provider.objects.filter(pk__in=list(room)).order_by("pk"))
    left = MOST
    for number, provider in enumerate(providers):
        share = min(room[provider.pk], -(-left // (len(providers) - number)))
        if share <= 0 or _is_held(provider, found, now):
            continue
        keys = _due(run, craft, provider, share, now, rng)
        if not keys:
            continue
        if (fault := _fault_of(provider)) and runs.pause(run=run, reason=fault, now=now):
            found.is_over = True
            break
        drafts[provider.pk] = _asked(craft, keys, provider, found, now)
        left -= len(keys)
        if _pause_without_limit(run, provider, drafts[provider.pk], now):
            found.is_over = True
            break
    return drafts


def _due(
    run: Run, craft: Craft, provider: Provider, most: int, now: datetime, rng: random.Random
) -> list[int]:
    """Neighbours in the line, from a place drawn near its beginning: workers should not all want the same."""
    due = craft.waiting(run).filter(provider=provider, not_before__lte=now).order_by("not_before", "pk")
    keys = list(due.values_list("pk", flat=True)[: most * NEAR])
    start = most * rng.randrange(max(1, len(keys) // most))
    return keys[start : start + most]


def _locked(providers: Iterable[int]) -> list[Provider]:
    """No two workers look at a provider's limits at once.

    All are locked in the same order and before the run, or two workers would wait for each other; and not
    their keys, or one who plans new rows and holds the run would wait for us, and we for the run.
    """
    rows = Provider.objects.select_for_update(no_key=True).filter(pk__in=list(providers))
    return list(rows.order_by("pk"))


def _taken(
    run: Run,
    craft: Craft,
    provider: Provider,
    drafts: list[_Draft],
    found: Claim,
    worker: str,
    now: datetime,
) -> list[Claimed]:
    """The rows that nobody else has taken meanwhile, within the provider's pace and the run's budget."""
    if _is_held(provider, found, now):
        return []
    waiting = craft.sendable(craft.waiting(run).filter(pk__in=[draft.row.pk for draft in drafts]))
    # Whoever holds one is erasing its text, or late with its answer; waiting for them would hold up the run.
    held = waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    attempts = dict(held.values_list("pk", "attempts"))
    drafts = [draft for draft in drafts if attempts.get(draft.row.pk) == draft.row.attempts]
    affordable = _reserved(run, _paced(provider, drafts, found, now), found)
    return _written(run, craft, provider, affordable, worker, now) if affordable else []


def _is_held(provider: Provider, found: Claim, now: datetime) -> bool:
    """Whether it asked to wait, and still does."""
    if provider.held_until is None or provider.held_until <= now:
        return False
    _note_wait(found, (provider.held_until - now).total_seconds())
    return True


def _pause_without_limit(run: Run, provider: Provider, drafts: list[_Draft], now: datetime) -> bool:
    """A price list can be changed under way: then a limit of money alone would be none."""
    for model in sorted({draft.ask.request.model for draft in drafts}):
        if budget.is_unlimited(run, model, provider):
            reason = f"No price is known for {model}: limit the calls or the tokens, and resume."
            return runs.pause(run=run, reason=reason, now=now)
    return False


def _fault_of(provider: Provider) -> str:
    """What is wrong with a price list, which can be changed while the run is under way."""
    try:
        _ = provider.own_prices
    except ValueError as error:
        return f"The price list of {provider.name} cannot be read: {error}"
    return ""


def _asked(craft: Craft, keys: list[int], provider: Provider, found: Claim, now: datetime) -> list[_Draft]:
    """The rows with what they are asked. One that cannot be asked must not stand in the way of the others."""
    drafts = []
    for row in craft.with_texts(keys):
        try:
            ask = craft.ask(row)
            drafts.append(_Draft(row, ask, budget.most_of(ask.request, provider)))
        except DatabaseError:
            raise
        except MayNotBeSent as refused:
            found.given_up = refused.sentence
            _give_up(craft, row, refused.kind, refused.sentence, now)
        except Exception as error:
            logger.exception("the question of row %s could not be put together", row)
            found.given_up = f"This program could not put the question together ({type(error).__name__})."
            _give_up(craft, row, "crashed", found.given_up, now)
    return drafts


def _give_up(craft: Craft, row: Any, kind: str, sentence: str, now: datetime) -> None:
    """Ends a row that cannot be asked, if nobody has taken it meanwhile."""
    craft.waiting(row.run).filter(pk=row.pk).update(
        status=WorkRow.Status.FAILED, finished_at=now, error_kind=kind, error=sentence
    )


def _paced(provider: Provider, drafts: list[_Draft], found: Claim, now: datetime) -> list[_Draft]:
    """As many as the provider's buckets hold; what they hold then is written back."""
    if provider.requests_per_minute is None and provider.tokens_per_minute is None:
        return drafts
    requests, tokens = _buckets(provider, now)
    taken = []
    for draft in drafts:
        needed = draft.amount.tokens
        if not (requests.holds(1) and tokens.holds(needed)):
            _note_wait(found, max(requests.seconds_until(1), tokens.seconds_until(needed)))
            break
        requests, tokens = requests.taken(1), tokens.taken(needed)
        taken.append(draft)
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


def _reserved(run: Run, drafts: list[_Draft], found: Claim) -> list[_Draft]:
    """What the run's budget allows: all of it by one UPDATE, else row by row until it is used up."""
    whole = sum((draft.amount for draft in drafts), NOTHING)
    if not drafts or budget.reserve(run=run, calls=len(drafts), amount=whole):
        return drafts
    allowed = []
    for draft in drafts:
        if not budget.reserve(run=run, calls=1, amount=draft.amount):
            found.short_of = draft.amount
            break
        allowed.append(draft)
    return allowed


def _written(
    run: Run, craft: Craft, provider: Provider, drafts: list[_Draft], worker: str, now: datetime
) -> list[Claimed]:
    """The rows marked as under way, and a call for each, before any of them is made."""
    lease_until = now + 2 * _patience(run) + GRACE
    for attempts in {draft.row.attempts for draft in drafts}:
        keys = [draft.row.pk for draft in drafts if draft.row.attempts == attempts]
        craft.rows.objects.filter(pk__in=keys).update(
            status=WorkRow.Status.RUNNING, attempts=attempts + 1, lease_until=lease_until
        )
    for draft in drafts:
        draft.row.attempts += 1
    calls = LLMCall.objects.bulk_create(
        call_row(run, provider, draft.ask, draft.amount, worker=worker, now=now, **{craft.link: draft.row})
        for draft in drafts
    )
    return [
        Claimed(draft.row, draft.ask, call, provider, draft.amount, lease_until)
        for draft, call in zip(drafts, calls, strict=True)
    ]


def _patience(run: Run) -> timedelta:
    """The longest time limit of a call of the run: a row may wait behind any of them."""
    return timedelta(seconds=max(asker["settings"]["timeout_seconds"] for asker in askers_of(run)))


def _note_wait(found: Claim, seconds: float) -> None:
    found.wait = seconds if found.wait is None else min(found.wait, seconds)
