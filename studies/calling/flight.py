"""Flight: calls of one process, some under way in the loop's thread and a few claimed ahead of them.

A provider is asked by one process as many things at once as its row says. As many rows more are claimed
ahead, so that the next call begins when one has ended, and not when its bookkeeping has.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Final

from studies.calling.claiming import Claimed
from studies.calling.settling import Arrived
from studies.llm.port import CallError, Client, Completion, ErrorKind
from studies.models import Provider

logger = logging.getLogger(__name__)

#: How long answers are collected after the first has come, so that several are settled together.
GATHER: Final = 0.1  # seconds
MOST_AT_ONCE: Final = 16
BATCH: Final = 8
#: Fewer calls at once than this have none claimed ahead of them.
FEW: Final = 3

Submit = Callable[[Coroutine[Any, Any, Completion]], Future[Completion]]
Clock = Callable[[], datetime]


class Flight:
    """`limits`: how many calls each provider gets at once, by primary key."""

    def __init__(self, client: Client, submit: Submit, clock: Clock, providers: Iterable[Provider]) -> None:
        self._client, self._submit, self._clock = client, submit, clock
        self._limits = {provider.pk: provider.max_in_flight for provider in providers}
        self._landed: queue.SimpleQueue[Arrived] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._under_way: Counter[int] = Counter()
        self._ahead: dict[int, deque[Claimed]] = {pk: deque() for pk in self._limits}
        self.count = 0
        #: How many places should be free before more is claimed: a claim costs the same for one and for many.
        self.batch = max(1, min(BATCH, sum(self._limits.values()) // 4))

    def room(self) -> dict[int, int]:
        """How many rows more may be claimed, by provider: as many ahead as may be under way.

        Where hardly anything may be, its calls are slow: a row that waits here could be somebody else's.
        """
        with self._lock:
            return {
                pk: limit * (2 if limit >= FEW else 1) - self._under_way[pk] - len(self._ahead[pk])
                for pk, limit in self._limits.items()
            }

    def add(self, claimed: Claimed) -> None:
        """Makes the call as soon as its provider has a place for it."""
        self.count += 1
        with self._lock:
            self._ahead[claimed.provider.pk].append(claimed)
        self._begin(claimed.provider.pk)

    def landed(self, timeout: float) -> list[Arrived]:
        """What has come back, after waiting for the first one at the most so long."""
        found: list[Arrived] = []
        until = time.monotonic() + timeout
        while len(found) < min(MOST_AT_ONCE, self.count):
            try:
                found.append(self._landed.get(timeout=max(until - time.monotonic(), 0.0)))
            except queue.Empty:
                break
            until = min(until, time.monotonic() + GATHER) if len(found) == 1 else until
        self.count -= len(found)
        return found

    def withdraw(self, provider: int | None = None) -> list[Arrived]:
        """Takes back the calls that have not been made yet, of one provider or of all."""
        with self._lock:
            lines = [line for pk, line in self._ahead.items() if provider in (None, pk)]
            taken = [claimed for line in lines for claimed in line]
            for line in lines:
                line.clear()
        self.count -= len(taken)
        return [Arrived(claimed, None, self._clock()) for claimed in taken]

    def _begin(self, provider: int) -> None:
        """Makes calls while the provider has a place; also from the loop's thread, when one has ended."""
        while True:
            with self._lock:
                line = self._ahead[provider]
                if not line or self._under_way[provider] >= self._limits[provider]:
                    return
                self._under_way[provider] += 1
                claimed = line.popleft()
            self._make(claimed)

    def _make(self, claimed: Claimed) -> None:
        started_at = self._clock()
        if started_at >= claimed.lease_until:
            # It was written off by now, and its row is somebody else's.
            self._land(claimed, None, started_at)
            return
        coroutine = self._client.complete(claimed.ask.request)
        try:
            future = self._submit(coroutine)
        except Exception as error:
            # Whoever landed before this one must land, and this one must not keep its place for ever.
            logger.exception("call %s could not be begun", claimed.call.pk)
            coroutine.close()
            future = Future()
            future.set_exception(error)
        future.add_done_callback(lambda done: self._land(claimed, done, started_at))

    def _land(self, claimed: Claimed, done: Future[Completion] | None, started_at: datetime) -> None:
        with self._lock:
            self._under_way[claimed.provider.pk] -= 1
        self._begin(claimed.provider.pk)
        answer = None if done is None else _answer(claimed, done)
        self._landed.put(Arrived(claimed, answer, self._clock(), started_at))


def _answer(claimed: Claimed, done: Future[Completion]) -> Completion | CallError:
    try:
        return done.result()
    except CallError as error:
        return error
    except BaseException as error:
        # The port promises typed errors only, so this is a fault of ours; the row must not hang.
        logger.exception("call %s broke the port's promise", claimed.call.pk)
        return CallError(
            ErrorKind.BAD_RESPONSE, f"This program failed during the call ({type(error).__name__})."
        )
