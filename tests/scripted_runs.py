"""Runs for tests: providers, judges and systems whose models are scripted, planned and worked off."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from django.utils import timezone

from studies import tasks
from studies.calling import designing, runs
from studies.calling.draining import drain
from studies.judging import piloting
from studies.llm.port import CallError, Client, Completion
from studies.llm.scripted import ScriptedClient
from studies.models import Judge, Provider, Run, Study, System
from tests.factories import NOW

FAMILIES = ("claude", "gpt", "llama")


def make_provider(name: str = "scripted", **fields: object) -> Provider:
    """Scripted and for trying out, unless `fields` say otherwise: a ScriptedClient answers for any."""
    values: dict[str, object] = {"api": "scripted", "for_trial": True}
    return Provider.objects.create(name=name, **{**values, **fields})


def make_judges(
    study: Study, provider: Provider, *, families: Sequence[str] = FAMILIES, **fields: object
) -> list[Judge]:
    """One judge of each family, named for it. Models of unknown family in the study become "qwen"."""
    System.objects.filter(study=study, kind="llm", family="").update(family="qwen")
    values: dict[str, object] = {"model_id": "scripted-judge"}
    return [
        Judge.objects.create(
            study=study, name=f"judge-{family}", provider=provider, family=family, **{**values, **fields}
        )
        for family in families
    ]


def run_to_end(run: Run, *, client: Client | None = None, now: datetime = NOW) -> Run:
    """Priced, started and worked off; a pilot that did not pass is waived."""
    runs.start(
        run=designing.price(run=run, now=now), now=now, cap_calls=10_000, cap_tokens=None, cap_micros=None
    )
    _drain(run, client, now)
    if run.kind == Run.Kind.JUDGE and piloting.decide(run=run, now=now) is not None:
        if not Run.objects.get(pk=run.pk).gate_passed:
            piloting.waive(run=run, reason="Scripted judges draw lots.", user=None, now=now)
        _drain(run, client, now)
    runs.finish_if_done(run=run, now=now)
    return Run.objects.get(pk=run.pk)


def call_to_end(run: Run, *, seconds: float = 900) -> Run:
    """Priced, started and worked off with the real client, as a worker does it."""
    now = timezone.now()
    runs.start(
        run=designing.price(run=run, now=now), now=now, cap_calls=10_000, cap_tokens=None, cap_micros=None
    )
    tasks.work(run.pk, seconds=seconds)
    return Run.objects.get(pk=run.pk)


def _drain(run: Run, client: Client | None, now: datetime) -> None:
    current = Run.objects.select_related("study", "protocol").get(pk=run.pk)
    drain(
        run=current,
        craft=tasks.craft_for(current),
        client=client or ScriptedClient(),
        submit=_at_once,
        worker="test",
        clock=lambda: now,
        rng=random.Random(1),
        is_time_up=lambda: False,
    )


def _at_once(coroutine: Coroutine[Any, Any, Completion]) -> Future[Completion]:
    """A call that has come back before anybody waits for it."""
    future: Future[Completion] = Future()
    try:
        future.set_result(asyncio.run(coroutine))
    except CallError as error:
        future.set_exception(error)
    return future
