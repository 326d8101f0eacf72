"""Calls of one process: so many at once, the next as soon as one has ended, and none lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any

import pytest

from studies import tasks
from studies.calling.flight import Flight
from studies.calling.settling import settle
from studies.llm.port import CallError, Completion, ErrorKind
from studies.llm.scripted import ScriptedClient
from studies.models import Provider, Run
from tests import machines
from tests.machines import Clock

pytestmark = pytest.mark.django_db


class Held:
    """Calls that end when they are told to."""

    def __init__(self) -> None:
        self.under_way: list[tuple[Future[Completion], Coroutine[Any, Any, Completion]]] = []

    def submit(self, coroutine: Coroutine[Any, Any, Completion]) -> Future[Completion]:
        self.under_way.append((Future(), coroutine))
        return self.under_way[-1][0]

    def end_one(self) -> None:
        future, coroutine = self.under_way.pop(0)
        future.set_result(asyncio.run(coroutine))


def flight_of(run: Run, submit: Any) -> Flight:
    return Flight(ScriptedClient(), submit, Clock(), Provider.objects.all())


def test_no_more_calls_are_under_way_than_the_provider_takes_at_once() -> None:
    run = machines.judging_run(provider=machines.make_provider(max_in_flight=4))
    held = Held()
    flight = flight_of(run, held.submit)
    (room,) = flight.room().values()
    assert room == 8
    for one in machines.claimed(run, most=room).taken:
        flight.add(one)
    assert (len(held.under_way), flight.count, set(flight.room().values())) == (4, 8, {0})

    held.end_one()

    assert len(held.under_way) == 4
    assert [one.answer is not None for one in flight.landed(1)] == [True]
    assert (flight.count, set(flight.room().values())) == (7, {1})
    for _ in range(7):
        held.end_one()
    assert (len(flight.landed(1)), flight.count) == (7, 0)


def test_a_row_that_waited_longer_than_its_lease_is_not_called() -> None:
    run = machines.judging_run(provider=machines.make_provider(max_in_flight=3))
    held, clock = Held(), Clock()
    flight = Flight(ScriptedClient(), held.submit, clock, Provider.objects.all())
    for one in machines.claimed(run, most=4).taken:
        flight.add(one)
    clock.forward(24 * 60 * 60)

    held.end_one()

    late, made = sorted(flight.landed(1), key=lambda one: one.answer is not None)
    assert (late.answer, made.answer is not None, len(held.under_way)) == (None, True, 2)
    for _ in range(2):
        held.end_one()
    flight.landed(1)


def test_what_was_not_begun_can_be_taken_back() -> None:
    run = machines.judging_run(provider=machines.make_provider(max_in_flight=2))
    held = Held()
    flight = flight_of(run, held.submit)
    for one in machines.claimed(run, most=5).taken:
        flight.add(one)

    back = flight.withdraw()

    assert [one.answer for one in back] == [None] * 3
    assert flight.count == 2
    for _ in range(2):
        held.end_one()
    assert held.under_way == []
    assert len(flight.landed(1)) == 2


def test_a_row_that_was_given_back_is_as_if_nothing_had_happened() -> None:
    run = machines.judging_run(provider=machines.make_provider(max_in_flight=2))
    held = Held()
    flight = flight_of(run, held.submit)
    for one in machines.claimed(run, most=5).taken:
        flight.add(one)
    settle(run=run, craft=tasks.craft_for(run), arrived=flight.withdraw(), rng=random.Random(1))

    run.refresh_from_db()
    assert run.calls == 2
    assert run.reserved_tokens == sum(run.llm_calls.under_way().values_list("reserved_tokens", flat=True))
    assert run.judgments.filter(status="pending", failures=0, error="").count() == 22
    assert run.llm_calls.filter(result="failed", error_kind="not_made", cost_micros=0).count() == 3
    while held.under_way:
        held.end_one()


def test_a_call_that_cannot_be_begun_lands_and_frees_its_place() -> None:
    def refuses(coroutine: Coroutine[Any, Any, Completion]) -> Future[Completion]:
        raise RuntimeError("the loop has ended")

    run = machines.judging_run(provider=machines.make_provider(max_in_flight=2))
    flight = flight_of(run, refuses)
    for one in machines.claimed(run, most=3).taken:
        flight.add(one)

    landed = flight.landed(1)

    assert (len(landed), flight.count, set(flight.room().values())) == (3, 0, {2})
    for arrived in landed:
        assert isinstance(arrived.answer, CallError)
        assert arrived.answer.kind is ErrorKind.BAD_RESPONSE
        assert arrived.answer.sentence == "This program failed during the call (RuntimeError)."
