"""Eight workers at one run, each with a connection of its own: nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from studies import tasks
from studies.calling import recovering, runs
from studies.calling.settling import Arrived, settle
from studies.judging import piloting, planning
from studies.llm.loop import LoopThread
from studies.llm.port import CallRequest, Completion
from studies.models import Judgment, JudgmentScore, LLMCall, Provider, Run
from tests import machines
from tests.factories import NOW
from tests.machines import completion
from tests.raters.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 8


class Quick:
    """Answers after a moment, and notes how many it was answering at once."""

    def __init__(self) -> None:
        self.under_way = self.most_under_way = 0

    async def complete(self, request: CallRequest) -> Completion:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0.01)
        self.under_way -= 1
        return completion(request)


class Ticking(machines.Clock):
    def __call__(self) -> datetime:
        return timezone.now()


def drained(run: Run, *others: Callable[[], object]) -> list[Quick]:
    """Eight workers until none finds anything to do any more, and what else is to happen meanwhile."""
    loop = LoopThread()
    clients = [Quick() for _ in range(WORKERS)]
    try:
        work = partial(machines.work, run, clock=Ticking(), submit=loop.submit)
        assert at_once(*[partial(work, client) for client in clients], *others) == []
        work(clients[0])
    finally:
        loop.stop()
    run.refresh_from_db()
    return clients


def counted(run: Run) -> None:
    """The run's own counters are what its calls add up to."""
    calls = LLMCall.objects.filter(run=run).exclude(error_kind="not_made")
    assert run.calls == calls.count()
    assert (run.reserved_tokens, run.reserved_micros) == (0, 0)
    assert run.spent_tokens == sum((call.input_tokens or 0) + (call.output_tokens or 0) for call in calls)
    assert run.spent_micros == sum(call.cost_micros or 0 for call in calls)


def test_no_row_is_asked_twice_and_no_worker_asks_more_at_once_than_allowed() -> None:
    study = machines.make_frozen_study(dialogues=8)
    run = machines.judging_run(study=study, provider=machines.priced_provider(max_in_flight=3))

    clients = drained(run)

    assert Judgment.objects.filter(status="done", outcome="ok").count() == 96
    assert LLMCall.objects.filter(result="answered").count() == run.calls == 96
    assert set(LLMCall.objects.values_list("judgment", flat=True)) == set(
        Judgment.objects.values_list("pk", flat=True)
    )
    assert JudgmentScore.objects.count() == 96 * study.dimensions.count()
    assert max(client.most_under_way for client in clients) <= 3
    assert runs.finish_if_done(run=run, now=NOW)
    counted(run)


@pytest.mark.parametrize("caps", [{"cap_calls": 23}, {"cap_tokens": 20_000}, {"cap_micros": 20_000}])
def test_no_limit_is_passed_by_all_workers_together(caps: dict[str, int | None]) -> None:
    study = machines.make_frozen_study(dialogues=4)
    run = machines.judging_run(study=study, provider=machines.priced_provider(), caps=caps)

    drained(run)

    assert (run.state, run.pause_reason) == (
        "paused",
        "The limit is reached: what is left is not enough for another call.",
    )
    assert run.calls == (run.cap_calls or run.calls) < 48
    assert run.spent_tokens <= (run.cap_tokens or 10**9)
    assert run.spent_micros <= (run.cap_micros or 10**9)
    assert not Judgment.objects.filter(status="running").exists()
    counted(run)

    run = runs.resume(run=run, **dict.fromkeys(caps, 10**7))
    drained(run)
    assert Judgment.objects.filter(status="done").count() == run.calls == 48
    counted(run)


def test_answers_and_the_recovery_of_their_calls_at_once_end_each_call_once() -> None:
    """The leases have run out, and the answers come in this very moment."""
    study = machines.make_frozen_study(dialogues=8)
    run = machines.judging_run(study=study, provider=machines.make_provider(max_in_flight=96))
    late = NOW + timedelta(hours=1)
    batches = [machines.claimed(run).taken for _ in range(6)]
    craft = tasks.craft_for(run)

    raised = at_once(
        *(
            lambda batch=batch: settle(
                run=run,
                craft=craft,
                arrived=[Arrived(one, completion(one.ask.request), late) for one in batch],
                rng=random.Random(1),
            )
            for batch in batches
        ),
        *[lambda: recovering.recover_lost(now=late, rng=random.Random(1))] * 3,
    )

    assert raised == []
    results = Counter(LLMCall.objects.values_list("result", flat=True))
    states = Counter(Judgment.objects.values_list("status", flat=True))
    assert (results["answered"], results["lost"]) == (states["done"], states["pending"])
    assert results.total() == states.total() == 96
    run.refresh_from_db()
    lost = LLMCall.objects.filter(result="lost")
    answered = LLMCall.objects.filter(result="answered")
    assert run.reserved_tokens == 0
    assert run.spent_tokens == sum(call.reserved_tokens for call in lost) + sum(
        (call.input_tokens or 0) + (call.output_tokens or 0) for call in answered
    )


def test_planning_more_rows_waits_for_no_worker_and_no_worker_for_planning() -> None:
    """Who plans holds the run and needs the provider's key; who claims has the provider and needs the run."""
    study = machines.make_frozen_study(dialogues=4)
    judges = machines.make_judges(study)
    run = machines.judging_run(study=study, judges=judges)
    Judgment.objects.filter(run=run, pair__in=study.dialogues.all()[0].pairs.all()).delete()

    drained(run, lambda: planning.extend(run=run, now=NOW))

    assert Judgment.objects.filter(status="done").count() == 48
    counted(run)


def test_a_run_that_is_extended_in_the_moment_of_its_end_goes_on() -> None:
    study = machines.make_frozen_study(dialogues=4)
    run = machines.judging_run(study=study)
    Judgment.objects.all().delete()

    raised = at_once(
        lambda: planning.extend(run=run, now=NOW),
        *[lambda: runs.finish_if_done(run=run, now=NOW)] * 4,
    )

    assert raised == []
    run.refresh_from_db()
    assert (run.state, Judgment.objects.filter(status="pending").count()) == ("running", 48)


def test_cancelling_while_workers_are_at_it_leaves_no_row_open() -> None:
    study = machines.make_frozen_study(dialogues=8)
    run = machines.judging_run(study=study)
    drained(run, lambda: runs.cancel(run=run, now=NOW))
    recovering.recover_lost(now=NOW + timedelta(days=1), rng=random.Random(1))
    assert run.state == "cancelled"
    assert not Judgment.objects.filter(run=run).open().exists()
    assert Judgment.objects.filter(status="done").count() == run.calls
    counted(run)


def test_of_several_workers_one_decides_the_gate() -> None:
    run = machines.judging_run(pilot=2)
    drained(run)
    told: list[bool | None] = []

    assert at_once(*[lambda: told.append(piloting.decide(run=run, now=NOW))] * WORKERS) == []

    assert Counter(told) == {None: WORKERS - 1, False: 1}
    run.refresh_from_db()
    assert (run.state, run.gate_passed, run.gate_decided_at) == ("paused", False, NOW)


def test_requests_a_minute_hold_for_all_workers_together() -> None:
    study = machines.make_frozen_study(dialogues=8)
    provider = machines.make_provider(requests_per_minute=60)
    run = machines.judging_run(study=study, provider=provider)
    taken: list[int] = []

    def claims() -> None:
        taken.append(len(machines.claimed(run).taken))

    assert at_once(*[claims] * WORKERS) == []
    assert sum(taken) == 10 == LLMCall.objects.count()
    assert Provider.objects.get().requests_left == pytest.approx(0)
