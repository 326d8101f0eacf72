"""What a failed call means for its row, its provider and its run."""

from __future__ import annotations

import random
import zlib
from datetime import timedelta

import pytest

from studies.calling import runs
from studies.calling.settling import Arrived, settle
from studies.judging.judging import Judging
from studies.llm.port import CallError, ErrorKind
from studies.models import Judgment, LLMCall, Provider
from tests import machines
from tests.factories import NOW
from tests.machines import claimed, completion, failing, settled, wire

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=3)


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if kind.is_transient])
def test_a_passing_failure_sends_the_row_back_with_a_wait(kind: ErrorKind) -> None:
    run = machines.judging_run()
    row = settled(run, failing(kind, seconds=0.5))
    call = LLMCall.objects.get()

    assert (row.status, row.failures, row.attempts, row.lease_until) == ("pending", 1, 1, None)
    assert timedelta(seconds=1) <= row.not_before - LATER <= timedelta(seconds=3)
    assert (row.error_kind, row.error) == (kind.value, "It did not work.")
    assert (call.result, call.error_kind, call.error, call.latency_ms) == (
        *("failed", kind.value, "It did not work."),
        500,
    )
    is_free = kind in (ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED, ErrorKind.SERVER)
    assert run.spent_tokens == (0 if is_free else call.reserved_tokens)
    assert (call.cost_micros, bool(call.cost_reason)) == ((0, False) if is_free else (None, True))
    assert (run.reserved_tokens, run.state) == (0, "running")


@pytest.mark.parametrize(
    ("kind", "asked", "waits"),
    [
        (ErrorKind.RATE_LIMITED, 90.0, 90),
        (ErrorKind.OVERLOADED, 90.0, 90),
        (ErrorKind.RATE_LIMITED, 86400.0, 900),
    ],
)
def test_a_wait_that_was_asked_for_holds_the_row_and_the_whole_provider(
    kind: ErrorKind, asked: float, waits: int
) -> None:
    run = machines.judging_run()
    row = settled(run, failing(kind, retry_after=asked))
    until = LATER + timedelta(seconds=waits)
    assert (row.not_before, Provider.objects.get().held_until) == (until, until)
    assert LLMCall.objects.get().retry_after_ms == asked * 1000


@pytest.mark.parametrize("asked", [float("nan"), float("inf"), -3.0, 1e30])
def test_a_wait_that_is_no_number_of_seconds_was_not_asked_for(asked: float) -> None:
    run = machines.judging_run()
    row = settled(run, failing(ErrorKind.RATE_LIMITED, retry_after=asked))
    assert timedelta(seconds=1) <= row.not_before - LATER <= timedelta(seconds=3)
    assert Provider.objects.get().held_until is None
    assert LLMCall.objects.get().retry_after_ms is None


def test_a_shorter_wait_does_not_free_a_provider_that_asked_for_a_longer_one() -> None:
    run = machines.judging_run()
    Provider.objects.update(held_until=None)
    taken = claimed(run, most=2).taken
    errors = [CallError(ErrorKind.RATE_LIMITED, "Wait.", retry_after=wait) for wait in (90.0, 5.0)]
    for one, error in zip(taken, errors, strict=True):
        settle(run=run, craft=Judging(run), arrived=[Arrived(one, error, LATER)], rng=random.Random(1))
    assert Provider.objects.get().held_until == LATER + timedelta(seconds=90)


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if kind.pauses_run])
def test_what_all_calls_would_share_pauses_the_run_and_is_not_held_against_the_row(kind: ErrorKind) -> None:
    run = machines.judging_run()
    row = settled(run, failing(kind, wire=wire(b"no", 401)), most=3)
    call = LLMCall.objects.all()[0]

    assert (run.state, run.pause_reason, run.paused_at) == ("paused", "It did not work.", LATER)
    assert (row.status, row.failures, row.not_before, row.error) == ("pending", 0, LATER, "")
    assert (call.http_status, zlib.decompress(call.raw or b""), call.cost_micros) == (401, b"no", 0)
    assert (run.reserved_tokens, run.spent_tokens) == (0, 0)


@pytest.mark.parametrize("kind", [ErrorKind.CONTEXT_WINDOW, ErrorKind.BAD_REQUEST])
def test_what_only_this_row_can_have_done_fails_it_at_once(kind: ErrorKind) -> None:
    run = machines.judging_run()
    row = settled(run, failing(kind))
    assert (row.status, row.error_kind, row.error) == ("failed", kind.value, "It did not work.")
    assert (row.failures, row.finished_at, run.state) == (1, LATER, "running")


def test_the_eighth_failure_in_a_row_is_the_last() -> None:
    run = machines.judging_run()
    Judgment.objects.update(failures=7)
    row = settled(run, failing(ErrorKind.SERVER))
    assert (row.status, row.failures, row.error) == ("failed", 8, "It did not work.")


def test_ten_failed_rows_and_none_done_pause_the_run() -> None:
    run = machines.judging_run()
    settled(run, failing(ErrorKind.BAD_REQUEST), most=9)
    assert run.state == "running"
    settled(run, failing(ErrorKind.BAD_REQUEST))
    assert (run.state, run.pause_reason) == (
        "paused",
        "Every call so far failed. The last one: It did not work.",
    )


def test_ten_failed_rows_beside_one_that_is_done_do_not() -> None:
    run = machines.judging_run()
    settled(run, completion)
    settled(run, failing(ErrorKind.BAD_REQUEST), most=12)
    assert (run.state, Judgment.objects.filter(status="failed").count()) == ("running", 12)
    assert runs.HOPELESS == 10
