"""Draining: one worker claims, asks and settles until a run has nothing for it to do, or its time is up."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Min

from studies.calling import budget, runs
from studies.calling.budget import Amount
from studies.calling.claiming import Claim, claim
from studies.calling.craft import Craft
from studies.calling.flight import Clock, Flight, Submit
from studies.calling.holding import asks_to_wait
from studies.calling.settling import Arrived, settle
from studies.llm.port import Client
from studies.models import Provider, Run

logger = logging.getLogger(__name__)

#: How long to wait for an answer before looking whether there is more to claim.
PATIENCE: Final = 0.25  # seconds
#: How long a worker that was asked to stop waits for answers that it has asked for.
LAST_PATIENCE: Final = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Drained:
    """How a worker left a run. `settled` calls came to their end; `wait` is as in `Claim`.

    `has_more`: it stopped because of the time. `has_opened`: a gate opened since, and others could help.
    """

    settled: int
    has_more: bool
    wait: float | None
    has_opened: bool = False


def drain(
    *,
    run: Run,
    craft: Craft,
    client: Client,
    submit: Submit,
    worker: str,
    clock: Clock,
    rng: random.Random,
    is_time_up: Callable[[], bool],
    is_stopping: Callable[[], bool] = lambda: False,
) -> Drained:
    """Works on a run; returns when nothing can be claimed any more and everything asked has come back."""
    providers = list(Provider.objects.filter(pk__in=run.plan["providers"]))
    flight = Flight(client, submit, clock, providers)
    drain = _Drain(run, craft, flight, worker, clock, rng, is_time_up, is_stopping)
    stop_at = float("inf")
    while time.monotonic() < stop_at and drain.goes_on():
        if is_stopping():
            stop_at = min(stop_at, time.monotonic() + LAST_PATIENCE)
    if drain.fault is not None:
        raise drain.fault
    last = drain.last
    if last.short_of is not None:
        _pause_if_spent(run, last.short_of, clock())
    has_more = is_time_up() and not last.is_over
    return Drained(drain.settled, has_more=has_more, wait=_wait(run, craft, last, clock()))


@dataclass(slots=True)
class _Drain:
    """One worker's way through a run: round after round of claiming, asking and settling."""

    run: Run
    craft: Craft
    flight: Flight
    worker: str
    clock: Clock
    rng: random.Random
    is_time_up: Callable[[], bool]
    is_stopping: Callable[[], bool]
    last: Claim = field(default_factory=Claim)
    settled: int = 0
    fault: Exception | None = None
    _claim_again_at: float = 0.0

    def goes_on(self) -> bool:
        """One round; whether there is another one."""
        try:
            has_claimed = self._claim()
            if not (self.flight.count or has_claimed):
                return False
            self._settle(self.flight.landed(PATIENCE))
        except Exception as error:
            # What is under way is paid for: it is still waited for and written down.
            logger.exception("worker %s failed on run %s", self.worker, self.run.pk)
            self.fault = error
        return True

    def _claim(self) -> bool:
        """Claims what there is room for; whether anything came of it."""
        if self.fault or self.last.is_over or self.is_stopping():
            self._settle(self.flight.withdraw())
            return False
        if self.is_time_up():
            return False  # what was claimed ahead is still called
        room = {pk: places for pk, places in self.flight.room().items() if places > 0}
        if self.flight.count and (
            sum(room.values()) < self.flight.batch or time.monotonic() < self._claim_again_at
        ):
            return False
        self.last = claim(
            run=self.run,
            craft=self.craft,
            room=room,
            worker=self.worker,
            now=self.clock(),
            rng=self.rng,
        )
        for claimed in self.last.taken:
            self.flight.add(claimed)
        if self.last.given_up:
            runs.pause_if_hopeless(run=self.run, last=self.last.given_up, now=self.clock())
        if not self.last.taken:
            self._claim_again_at = time.monotonic() + PATIENCE
        return bool(self.last.taken or self.last.given_up)

    def _settle(self, arrived: list[Arrived]) -> None:
        """Also gives back what was claimed ahead of a provider that asks to wait."""
        for provider in {one.claimed.provider.pk for one in arrived if asks_to_wait(one.answer)}:
            arrived += self.flight.withdraw(provider)
        if arrived:
            settle(run=self.run, craft=self.craft, arrived=arrived, rng=self.rng)
            self.settled += sum(one.answer is not None for one in arrived)


def _pause_if_spent(run: Run, amount: Amount, now: datetime) -> None:
    """Looked at again in the moment of pausing: another worker may just have given back what it reserved."""
    reason = "The limit is reached: what is left is not enough for another call."
    runs.pause(run=run, reason=reason, now=now, only_if=budget.is_spent(amount))


def _wait(run: Run, craft: Craft, last: Claim, now: datetime) -> float | None:
    """Seconds until there may be something to do again; None while nobody knows."""
    if last.is_over or last.short_of is not None:
        return None
    due = craft.waiting(run).aggregate(first=Min("not_before"))["first"]
    waits = [] if last.wait is None else [last.wait]
    if due is not None and due > now:
        waits.append((due - now).total_seconds())
    return max(waits) if waits else None
