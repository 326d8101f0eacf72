"""Workers that die: what they had under way is written off, counted as spent, and asked again."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from studies import tasks
from studies.calling import recovering, runs
from studies.calling.settling import Arrived, settle
from studies.llm.port import ErrorKind
from studies.models import Generation, Judgment, JudgmentScore, LLMCall, Run
from tests import machines
from tests.factories import NOW
from tests.machines import Clock, claimed, completion, failing, run_to_end

pytestmark = pytest.mark.django_db
#: Twice the time limit, since a row may have been claimed ahead, and a minute of grace.
LEASE = timedelta(seconds=2 * 30 + 30)


def recovered(after: timedelta) -> int:
    return recovering.recover_lost(now=NOW + after, rng=random.Random(1))


@pytest.mark.parametrize("make", [machines.judging_run, machines.generation_run])
def test_a_call_whose_worker_died_is_lost_and_its_row_is_asked_again(make: Any) -> None:
    run = make(timeout_seconds=30)
    (one,) = claimed(run, most=1).taken

    assert recovered(LEASE) == 0
    assert recovered(LEASE + timedelta(seconds=1)) == 1

    call, row = LLMCall.objects.get(), type(one.row).objects.get(pk=one.row.pk)
    at = NOW + LEASE + timedelta(seconds=1)
    assert (call.result, call.finished_at, call.error_kind) == ("lost", at, "lost")
    assert call.error == call.cost_reason == recovering.LOST
    assert (call.cost_micros, call.raw) == (None, None)
    assert (row.status, row.failures, row.error, row.lease_until) == ("pending", 1, recovering.LOST, None)
    assert timedelta(seconds=1) <= row.not_before - at <= timedelta(seconds=3)
    run.refresh_from_db()
    assert (run.reserved_tokens, run.spent_tokens, run.calls) == (0, call.reserved_tokens, 1)

    assert recovered(timedelta(days=1)) == 0
    run = run_to_end(run, clock=Clock(at))
    row.refresh_from_db()
    assert (run.state, row.status, row.outcome, row.attempts, row.error) == ("finished", "done", "ok", 2, "")
    assert list(row.calls.order_by("attempt").values_list("attempt", "result")) == [
        (1, "lost"),
        (2, "answered"),
    ]


@pytest.mark.parametrize("is_asked_again", [False, True])
def test_an_answer_that_comes_after_its_call_was_given_up_for_lost_changes_nothing(
    is_asked_again: bool,
) -> None:
    run = machines.judging_run(caps={"cap_calls": 1000})
    (one,) = claimed(run, most=1).taken
    recovered(timedelta(hours=1))
    if is_asked_again:
        Judgment.objects.exclude(pk=one.row.pk).update(not_before=NOW + timedelta(days=9))
        claimed(run, most=1, now=NOW + timedelta(hours=2))
    before = (
        list(LLMCall.objects.order_by("pk").values()),
        list(Judgment.objects.order_by("pk").values()),
        Run.objects.values().get(),
    )
    assert LLMCall.objects.count() == 1 + is_asked_again

    arrived = [Arrived(one, completion(one.ask.request), NOW + timedelta(hours=3))]
    settle(run=run, craft=tasks.craft_for(run), arrived=arrived, rng=random.Random(1))

    assert before == (
        list(LLMCall.objects.order_by("pk").values()),
        list(Judgment.objects.order_by("pk").values()),
        Run.objects.values().get(),
    )
    assert not JudgmentScore.objects.exists()


def test_a_row_whose_workers_always_die_is_given_up() -> None:
    run = machines.judging_run()
    claimed(run, most=1)
    Judgment.objects.filter(status="running").update(failures=7)
    recovered(timedelta(hours=1))
    row = Judgment.objects.get(status="failed")
    assert (row.failures, row.error, row.finished_at) == (8, recovering.LOST, NOW + timedelta(hours=1))


def test_rows_that_come_back_to_a_cancelled_run_end_with_it() -> None:
    run = machines.judging_run()
    (one,) = claimed(run, most=1).taken
    runs.cancel(run=run, now=NOW)
    answer = failing(ErrorKind.SERVER)(one.ask.request)
    settle(run=run, craft=tasks.craft_for(run), arrived=[Arrived(one, answer, NOW)], rng=random.Random(1))
    assert Judgment.objects.get().status == "pending"

    recovered(timedelta(minutes=1))

    row = Judgment.objects.get()
    assert (row.status, row.error_kind, row.error) == ("failed", "cancelled", runs.cancelled())
    assert row.finished_at == NOW + timedelta(minutes=1)


def test_an_answer_that_was_paid_for_is_kept_though_the_run_was_cancelled() -> None:
    run = machines.judging_run()
    (one,) = claimed(run, most=1).taken
    runs.cancel(run=run, now=NOW)
    arrived = [Arrived(one, completion(one.ask.request), NOW)]
    settle(run=run, craft=tasks.craft_for(run), arrived=arrived, rng=random.Random(1))
    assert Judgment.objects.get().outcome == "ok"
    assert Run.objects.get().state == "cancelled"


def test_what_was_lost_in_a_cancelled_run_is_not_asked_again() -> None:
    run = machines.generation_run()
    claimed(run, most=1)
    runs.cancel(run=run, now=NOW)
    recovered(timedelta(hours=1))
    row = Generation.objects.get()
    assert (row.status, row.error_kind, LLMCall.objects.get().result) == ("failed", "lost", "lost")
