"""Draining: one worker claims, asks and settles until a run has nothing for it to do, or its time is up."""

from __future__ import annotations

import logging
import queue
import random
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Min

from studies.calling import budget, runs
from studies.calling.budget import Amount
from studies.calling.claiming import Claim, Claimed, claim
from studies.calling.craft import Craft
from studies.calling.settling import Arrived, pause_if_hopeless, settle
from studies.llm.port import CallError, Client, Completion, ErrorKind
from studies.models import Provider, Run

logger = logging.getLogger(__name__)

#: Calls that one process has under way at the most, and rows that it claims at once.
MOST_IN_FLIGHT: Final = 64
MOST_AT_ONCE: Final = 16
#: How long to wait for an answer before looking whether there is more to claim.
PATIENCE: Final = 0.25  # seconds
#: How long a worker that was asked to stop waits for answers that it has asked for.
LAST_PATIENCE: Final = 10.0  # seconds

Submit = Callable[[Coroutine[Any, Any, Completion]], Future[Completion]]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Drained:
    """How a worker left a run. `settled` calls came to their end; `wait` is as in `Claim`.

    `has_more`: it stopped because of the time, or has to come back after `wait` seconds.
    """

    settled: int
    has_more: bool
    wait: float | None


class Flight:
    """Calls under way: asked in the loop's thread, collected here."""

    def __init__(self, client: Client, submit: Submit, clock: Clock) -> None:
        self._client, self._submit, self._clock = client, submit, clock
        self._landed: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self.count = 0

    def start(self, claimed: Claimed) -> None:
        future = self._submit(self._client.complete(claimed.ask.request))
        self.count += 1
        future.add_done_callback(lambda done: self._landed.put(self._arrived(claimed, done)))

    def landed(self, timeout: float) -> list[Arrived]:
        """What has come back, after waiting for the first one at the most so long."""
        found: list[Arrived] = []
        try:
            found.append(self._landed.get(timeout=timeout))
            while len(found) < MOST_AT_ONCE:
                found.append(self._landed.get_nowait())
        except queue.Empty:
            pass
        self.count -= len(found)
        return found

    def _arrived(self, claimed: Claimed, done: Future[Completion]) -> Arrived:
        try:
            answer: Completion | CallError = done.result()
        except CallError as error:
            answer = error
        except BaseException as error:
            # The port promises typed errors only, so this is a fault of ours; the row must not hang.
            logger.exception("call %s broke the port's promise", claimed.call.pk)
            sentence = f"This program failed during the call ({type(error).__name__})."
            answer = CallError(ErrorKind.BAD_RESPONSE, sentence)
        return Arrived(claimed, answer, self._clock())


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
    flight = Flight(client, submit, clock)
    settled, last = 0, Claim()
    stop_at = float("inf")
    fault: Exception | None = None
    while time.monotonic() < stop_at:
        most = min(MOST_AT_ONCE, MOST_IN_FLIGHT - flight.count)
        new = Claim()
        try:
            if most > 0 and not (fault or last.is_over or is_time_up() or is_stopping()):
                new = last = claim(
                    run=run, craft=craft, providers=providers, most=most, worker=worker, now=clock()
                )
            if new.given_up:
                pause_if_hopeless(run=run, last=new.given_up, now=clock())
            for one in new.taken:
                flight.start(one)
            if not (flight.count or new.given_up):
                break
            # While there is more to be had nobody waits for our bookkeeping.
            has_more = new.given_up or (new.taken and len(new.taken) == most)
            arrived = flight.landed(0.0 if has_more else PATIENCE)
            if arrived:
                settle(run=run, craft=craft, arrived=arrived, rng=rng)
                settled += len(arrived)
        except Exception as error:
            # What is under way is paid for: it is still waited for and written down.
            logger.exception("worker %s failed on run %s", worker, run.pk)
            fault = error
        if is_stopping():
            stop_at = min(stop_at, time.monotonic() + LAST_PATIENCE)
    if fault is not None:
        raise fault
    if last.short_of is not None:
        _pause_if_spent(run, last.short_of, clock())
    return Drained(settled, has_more=is_time_up() and not last.is_over, wait=_wait(run, craft, last, clock()))


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
