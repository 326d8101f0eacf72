"""Providers, judges and runs for tests, and a worker that works a run off without a broker."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from studies import freezing, tasks
from studies.calling import designing, runs
from studies.calling.claiming import Claim, claim
from studies.calling.draining import Drained, drain
from studies.calling.settling import Arrived, settle
from studies.generation import planning as generating
from studies.judging import piloting, planning
from studies.judging.jury import JuryDesign
from studies.llm.port import CallError, CallRequest, Client, Completion, ErrorKind, Wire
from studies.llm.scripted import ScriptedClient
from studies.models import Judge, Provider, Run, Study, System
from tests import factories
from tests.factories import NOW

FAMILIES: Final = ("one", "two", "three")
#: A jury of three, nothing judged more than once.
ONCE: Final = JuryDesign(consistency_share=0)
PRICES: Final = {"scripted-a": {"input": "1.00", "output": "2.00"}}


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


class Told:
    """A client that answers what it is told to: a function of the request and of how many were made."""

    def __init__(self, answer: Callable[[CallRequest, int], Completion | CallError]) -> None:
        self.requests: list[CallRequest] = []
        self._answer = answer

    async def complete(self, request: CallRequest) -> Completion:
        self.requests.append(request)
        answer = self._answer(request, len(self.requests))
        if isinstance(answer, CallError):
            raise answer
        return answer


def completion(request: CallRequest, **changed: Any) -> Completion:
    """What the scripted provider answers, with some of it changed."""
    coroutine = ScriptedClient().complete(replace(request, model="scripted-a"))
    try:
        coroutine.send(None)
    except StopIteration as done:
        answer: Completion = done.value
        return replace(answer, **changed)
    raise AssertionError("the scripted provider waited")


def submit(coroutine: Coroutine[Any, Any, Completion]) -> Future[Completion]:
    """Makes a call here and now."""
    future: Future[Completion] = Future()
    try:
        future.set_result(asyncio.run(coroutine))
    except BaseException as error:  # noqa: BLE001 - it is the future's
        future.set_exception(error)
    return future


def make_provider(name: str = "scripted", **fields: Any) -> Provider:
    """Scripted, for trial, without limits that a test could meet unless `fields` say otherwise."""
    values = {"name": name, "api": "scripted", "for_trial": True, "max_in_flight": 64, **fields}
    return Provider.objects.create(**values)


def priced_provider(name: str = "priced", **fields: Any) -> Provider:
    """One whose calls cost money by its own list; nobody listens at its address."""
    values = {"api": "openai", "base_url": f"http://127.0.0.1:9/{name}", "prices": PRICES}
    return make_provider(name, **{**values, "for_trial": False, **fields})


def make_judges(
    study: Study, *, provider: Provider | None = None, families: Sequence[str] = FAMILIES, **fields: Any
) -> list[Judge]:
    """One judge of each family."""
    provider = provider or make_provider()
    values = {"model_id": "scripted-a", "max_tokens": 400, "timeout_seconds": 30, **fields}
    return [
        Judge.objects.create(study=study, provider=provider, name=f"judge-{family}", family=family, **values)
        for family in families
    ]


def make_frozen_study(slug: str = "kind-words", **fields: Any) -> Study:
    """A study that can be judged: its models have families of their own."""
    study = factories.make_study(slug, **fields)
    System.objects.filter(study=study, kind="llm").update(family="of-the-systems")
    freezing.freeze(study=study, now=NOW)
    return study


def started(run: Run, **caps: int | None) -> Run:
    """Priced and started, within a thousand calls unless `caps` say otherwise."""
    designing.price(run=run, now=NOW)
    limits: dict[str, int | None] = {"cap_calls": None, "cap_tokens": None, "cap_micros": None}
    return runs.start(run=run, now=NOW, **{**limits, **(caps or {"cap_calls": 1000})})


def judging_run(
    *,
    study: Study | None = None,
    judges: Sequence[Judge] | None = None,
    pilot: int = 0,
    design: JuryDesign = ONCE,
    caps: dict[str, int | None] | None = None,
    **fields: Any,
) -> Run:
    """A started run of three judges on a study of two dialogues: 4 pairs in both orders, 24 rows."""
    study = study or make_frozen_study(dialogues=2)
    judges = judges or make_judges(study, **fields)
    run = planning.plan_judgments(study=study, judges=judges, now=NOW, design=design, pilot=pilot)
    return started(run, **(caps or {}))


def make_writer(study: Study, *, provider: Provider | None = None, **fields: Any) -> System:
    """A language model whose replies are to be fetched."""
    values = {"name": "writer", "kind": "llm", "family": "of-writers", "model_id": "scripted-a"}
    return System.objects.create(study=study, provider=provider or make_provider(), **{**values, **fields})


def generation_run(
    study: Study | None = None, *, caps: dict[str, int | None] | None = None, **fields: Any
) -> Run:
    """A started run of one system on a study of four dialogues."""
    study = study or factories.make_study()
    run = generating.plan_replies(study=study, systems=[make_writer(study, **fields)], now=NOW)
    return started(run, **(caps or {}))


def work(run: Run, client: Client | None = None, clock: Clock | None = None, **given: Any) -> Drained:
    """One worker, once."""
    run = Run.objects.get(pk=run.pk)
    values: dict[str, Any] = {
        "submit": submit,
        "worker": "tests",
        "rng": random.Random(1),
        "is_time_up": lambda: False,
    }
    return drain(
        run=run,
        craft=tasks.craft_for(run),
        client=client or ScriptedClient(),
        clock=clock or Clock(),
        **{**values, **given},
    )


def run_to_end(run: Run, client: Client | None = None, clock: Clock | None = None) -> Run:
    """Works until the run is finished or stops, the clock put forward wherever a worker has to wait."""
    clock = clock or Clock()
    while True:
        drained = work(run, client, clock)
        has_opened = run.kind == Run.Kind.JUDGE and piloting.decide(run=run, now=clock())
        is_done = runs.finish_if_done(run=run, now=clock())
        if is_done or not (has_opened or drained.wait):
            run.refresh_from_db()
            return run
        clock.forward((drained.wait or 0) + 0.001)


def claimed(run: Run, *, most: int = 16, now: datetime = NOW) -> Claim:
    """What one worker gets."""
    run = Run.objects.get(pk=run.pk)
    room = dict.fromkeys(Provider.objects.values_list("pk", flat=True), most)
    craft = tasks.craft_for(run)
    return claim(run=run, craft=craft, room=room, worker="worker-1", now=now, rng=random.Random(1))


def settled(
    run: Run, answer: Callable[[CallRequest], Completion | CallError], *, most: int = 1, now: datetime = NOW
) -> Any:
    """Claims some rows and settles them all a few seconds later; the last row as it then is."""
    taken = claimed(run, most=most, now=now).taken
    later = now + timedelta(seconds=3)
    arrived = [Arrived(one, answer(one.ask.request), later) for one in taken]
    settle(run=run, craft=tasks.craft_for(run), arrived=arrived, rng=random.Random(1))
    run.refresh_from_db()
    return type(taken[-1].row).objects.get(pk=taken[-1].row.pk)


def failing(kind: ErrorKind, **more: Any) -> Callable[[CallRequest], CallError]:
    return lambda request: CallError(kind, "It did not work.", **more)


def wire(body: bytes, status: int = 200) -> Wire:
    return Wire(status, "req-1", body, "ab" * 32, raw_truncated=False)
