"""Nudges to the workers that call language models. What is to be done stands in rows, never in a message.

They have a queue and workers of their own: a call may take minutes, and raters must not wait for it.
"""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from celery import shared_task
from celery.signals import celeryd_after_setup, worker_shutting_down
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from studies.calling import clients, designing, recovering, runs
from studies.calling.craft import Craft
from studies.calling.draining import Drained, drain
from studies.coding.coding import CodingPassages
from studies.generation.replying import Replying
from studies.judging import piloting
from studies.judging.judging import Judging
from studies.models import Run

log = logging.getLogger(__name__)

#: What settings.CELERY_TASK_ROUTES sends here, and the workers that call models listen to.
QUEUE: Final = "llm"
#: How long one message keeps a worker; then other runs have their turn.
SLICE: Final = 60.0  # seconds
#: How many workers a nudge wakes. One that finds nothing to do is done at once.
WAKES: Final = 4
#: A wait that is longer is left to the sweep.
LONGEST_WAIT: Final = 60.0  # seconds
STALE: Final = 30  # seconds

#: Made before the pool is forked, so that its processes see what the main one is told.
_stopping = multiprocessing.Event()


@celeryd_after_setup.connect
def _load_client(instance: Any, **_: Any) -> None:
    """Before the pool is forked: its processes share the memory, and the first call does not wait for it."""
    if QUEUE in instance.app.amqp.queues.consume_from:
        importlib.import_module("studies.llm.library")


@worker_shutting_down.connect
def _note_stop(**_: Any) -> None:
    _stopping.set()


@shared_task
def sweep() -> None:
    """Every few seconds: write off what died with its worker, price new plans, nudge what is due."""
    recovering.recover_lost(now=timezone.now(), rng=random.Random())
    for run in Run.objects.filter(priced_at__isnull=True, cancelled_at__isnull=True).exclude(plan={}):
        price_run.apply_async((run.pk,), expires=STALE)
    for run in Run.objects.calling():
        _wake(run.pk, expires=STALE)


@shared_task
def price_run(pk: int) -> None:
    run = Run.objects.get(pk=pk)
    try:
        designing.price(run=run, now=timezone.now())
    except designing.PlanError as error:
        designing.note_problem(run=run, problem=str(error))


@shared_task
def drain_run(pk: int) -> None:
    """Works on a run for a while; if there is more to be done then, somebody is told."""
    drained = work(pk, seconds=SLICE)
    if drained is not None and not _stopping.is_set():
        _go_on(pk, drained)


def work(pk: int, *, seconds: float) -> Drained | None:
    """Calls models for a run, decides its gate when its pilot is over, and notes its end.

    None: it is not calling, or nothing is left to do.
    """
    run = Run.objects.calling().select_related("study", "protocol").filter(pk=pk).first()
    if run is None:
        return None
    deadline = time.monotonic() + seconds
    drained = drain(
        run=run,
        craft=craft_for(run),
        client=clients.client(),
        submit=clients.submit,
        worker=clients.worker_name(),
        clock=timezone.now,
        rng=random.Random(),
        is_time_up=lambda: time.monotonic() > deadline,
        is_stopping=_stopping.is_set,
    )
    opened = run.kind == Run.Kind.JUDGE and piloting.decide(run=run, now=timezone.now())
    if runs.finish_if_done(run=run, now=timezone.now()):
        return None
    return replace(drained, has_opened=bool(opened))


def craft_for(run: Run) -> Craft:
    crafts: dict[str, Callable[[Run], Craft]] = {
        Run.Kind.GENERATE: Replying,
        Run.Kind.JUDGE: Judging,
        Run.Kind.CODE: CodingPassages,
    }
    return crafts[run.kind](run)


def nudge(run: Run) -> None:
    """After the commit, wakes workers for a run. Without a broker nothing is lost: the sweep nudges again."""
    task = _wake if run.started_at else _price_soon
    transaction.on_commit(lambda: task(run.pk))


def _go_on(pk: int, drained: Drained) -> None:
    if drained.has_opened:
        _wake(pk)
    elif drained.has_more:
        drain_run.apply_async((pk,))
    elif drained.wait is not None and drained.wait <= LONGEST_WAIT:
        drain_run.apply_async((pk,), countdown=max(drained.wait, 0.1))


def _wake(pk: int, expires: int | None = None) -> None:
    _send(drain_run, pk, times=WAKES, expires=expires)


def _price_soon(pk: int) -> None:
    _send(price_run, pk)


def _send(task: Any, pk: int, *, times: int = 1, expires: int | None = None) -> None:
    try:
        for _ in range(times):
            task.apply_async((pk,), expires=expires)
    except OperationalError:
        log.warning("The broker did not answer; the run waits in the database for the next sweep.")
