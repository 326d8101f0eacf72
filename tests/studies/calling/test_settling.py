"""Settling: every call ends once, every row goes on or ends, and what it cost is counted once."""

from __future__ import annotations

import json
import random
import zlib
from datetime import timedelta
from typing import Any

import pytest

from studies.calling.columns import sensible
from studies.calling.settling import Arrived, settle
from studies.judging.judging import Judging
from studies.llm.port import Usage
from studies.models import Judgment, JudgmentScore, LLMCall, Run
from tests import machines
from tests.factories import NOW
from tests.machines import claimed, completion, settled, wire

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=3)


def test_an_answer_ends_its_call_and_its_row() -> None:
    run = machines.judging_run()
    row = settled(run, completion)
    call = LLMCall.objects.get()

    assert (row.status, row.outcome, row.call, row.finished_at) == ("done", "ok", call, LATER)
    assert (row.lease_until, row.samples, row.failures, row.error) == (None, 0, 0, "")
    assert (call.result, call.reading, call.finish_reason, call.finished_at) == (
        *("answered", "ok", "stop"),
        LATER,
    )
    assert (call.cost_micros, call.currency, call.price_source) == (0, "USD", "no model was called")
    assert call.input_tokens is not None
    assert call.output_tokens is not None
    assert run.spent_tokens == call.input_tokens + call.output_tokens
    assert (run.reserved_tokens, run.reserved_micros, run.calls) == (0, 0, 1)
    assert row.scores.count() == run.study.dimensions.count()
    assert json.loads(zlib.decompress(call.raw or b""))["overall"]["verdict"].startswith(
        (call.slot_first, call.slot_second, "no_difference")
    )


def test_a_finished_call_never_changes() -> None:
    run = machines.judging_run()
    (one,) = claimed(run, most=1).taken
    craft = Judging(Run.objects.get(pk=run.pk))
    for seconds, text in ((3, ""), (9, "something else")):
        answer = completion(one.ask.request, **({"text": text} if text else {}))
        arrived = [Arrived(one, answer, NOW + timedelta(seconds=seconds))]
        settle(run=run, craft=craft, arrived=arrived, rng=random.Random(1))
        found = LLMCall.objects.values().get(), Judgment.objects.values().get(pk=one.row.pk)
        counted = Run.objects.values_list("calls", "reserved_tokens", "spent_tokens").get()
        if not text:
            first = found, counted

    assert (found, counted) == first
    assert JudgmentScore.objects.count() == run.study.dimensions.count()


def test_what_cannot_be_read_is_asked_twice_again_with_the_same_prompt_and_then_is_no_verdict() -> None:
    run = machines.judging_run()
    Judgment.objects.exclude(pk=Judgment.objects.order_by("pk")[0].pk).update(not_before=LATER + timedelta(1))
    seen = [(row.status, row.samples, row.outcome) for row in (settled_again(run) for _ in range(3))]

    assert seen == [("pending", 1, ""), ("pending", 2, ""), ("done", 3, "unparseable")]
    calls = LLMCall.objects.order_by("attempt")
    assert [call.attempt for call in calls] == [1, 2, 3]
    assert len({(call.prompt_sha256, call.slot_first, call.slot_second) for call in calls}) == 1
    assert {call.reading for call in calls} == {"invalid_json"}
    assert {zlib.decompress(call.raw or b"") for call in calls} == {b"raw"}
    row = Judgment.objects.get(status="done")
    assert (row.call, row.reason, row.reasons, row.evidence) == (calls[2], "", {}, [])
    assert row.error.startswith("the answer is no JSON")
    assert not JudgmentScore.objects.exists()


def settled_again(run: Run) -> Judgment:
    Judgment.objects.filter(not_before=LATER).update(not_before=NOW)
    row: Judgment = settled(run, lambda request: completion(request, text='{"overall": ', wire=wire(b"raw")))
    return row


@pytest.mark.parametrize(
    ("changed", "outcome", "error"),
    [
        (
            {"text": "", "finish_reason": "refusal", "refusal": "No\0."},
            "refused",
            "The judge refused. No\ufffd.",
        ),
        ({"finish_reason": "content_filter"}, "refused", "A content filter refused. "),
        (
            {"finish_reason": "length", "text": "{"},
            "truncated",
            "The answer was cut off at the most tokens that it may have.",
        ),
    ],
)
def test_a_refusal_and_a_cut_off_answer_are_results(changed: Any, outcome: str, error: str) -> None:
    run = machines.judging_run()
    row = settled(run, lambda request: completion(request, **changed))
    assert (row.status, row.outcome, row.error) == ("done", outcome, error)
    assert (row.failures, row.samples, row.call_id) == (0, 0, LLMCall.objects.get().pk)
    assert not JudgmentScore.objects.exists()


def test_a_program_that_crashes_on_an_answer_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> Any:
        raise KeyError("a secret of the answer")

    run = machines.judging_run()
    monkeypatch.setattr(Judging, "read", crash)
    row = settled(run, lambda request: completion(request, wire=wire(b"paid for")))
    call = LLMCall.objects.get()

    assert (row.status, row.error_kind, row.call) == ("failed", "crashed", None)
    assert row.error == "This program failed on the answer (KeyError)."
    assert (call.result, call.reading, zlib.decompress(call.raw or b"")) == (
        "answered",
        "crashed",
        b"paid for",
    )
    assert (run.reserved_tokens, run.spent_tokens > 0) == (0, True)


def test_an_answer_that_cannot_be_stored_fails_alone_and_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run = machines.judging_run()
    store = Judging.store
    taken = claimed(run, most=5).taken
    bad = taken[2].row.pk

    def stores(self: Judging, readings: Any) -> None:
        if any(row.pk == bad for row, _ in readings):
            raise KeyError("a dimension that is gone")
        store(self, readings)

    monkeypatch.setattr(Judging, "store", stores)
    arrived = [Arrived(one, completion(one.ask.request), LATER) for one in taken]
    settle(run=run, craft=Judging(run), arrived=arrived, rng=random.Random(1))

    run.refresh_from_db()
    row = Judgment.objects.get(pk=bad)
    assert (row.status, row.error) == ("failed", "This program could not store the answer (KeyError).")
    assert Judgment.objects.filter(status="done").count() == 4
    call = LLMCall.objects.get(judgment=row)
    assert (call.result, call.reading, call.raw is not None) == ("answered", "crashed", True)
    assert (run.calls, run.reserved_tokens) == (5, 0)
    assert run.spent_tokens == sum(
        (call.input_tokens or 0) + (call.output_tokens or 0) for call in LLMCall.objects.all()
    )


@pytest.mark.parametrize("told", [-5, 2**31, 10**30])
def test_counts_that_no_model_can_have_are_not_known_and_cost_what_was_reserved(told: int) -> None:
    run = machines.judging_run(provider=machines.priced_provider())
    row = settled(run, lambda request: completion(request, usage=Usage(told, 0, told, None)))
    call = LLMCall.objects.get()

    assert row.outcome == "ok"
    assert (call.input_tokens, call.output_tokens, call.cost_micros) == (None, None, None)
    assert call.cost_reason == "The provider told no token counts."
    assert (run.spent_tokens, run.spent_micros) == (call.reserved_tokens, call.reserved_micros)
    assert run.spent_micros > 0


def test_what_a_provider_says_of_itself_is_shortened_and_storable() -> None:
    run = machines.judging_run()
    odd = "m\0\ud800" * 200
    settled(run, lambda request: completion(request, model_returned=odd, response_id=odd))
    call = LLMCall.objects.get()
    assert (call.model_returned, call.response_id) == (
        ("m\ufffd\ufffd" * 200)[:160],
        ("m\ufffd\ufffd" * 200)[:200],
    )


def test_a_provider_that_charges_more_than_the_most_stops_the_run() -> None:
    run = machines.judging_run(provider=machines.priced_provider(), caps={"cap_micros": 10_000})
    settled(run, lambda request: completion(request, usage=Usage(20_000, 0, 10, 0)))
    assert (run.spent_micros, run.state) == (20_020, "paused")
    assert run.pause_reason.startswith("A provider charged more than the most its calls could cost")


@pytest.mark.parametrize("rows", [1, 8])
def test_settling_costs_two_updates_a_row_and_a_fixed_number_of_queries(
    rows: int, django_assert_num_queries: Any
) -> None:
    run = machines.judging_run()
    craft = Judging(run)
    arrived = [Arrived(one, completion(one.ask.request), LATER) for one in claimed(run, most=rows).taken]
    # savepoint, the rows' locks, scores, budget, the run, savepoint
    with django_assert_num_queries(6 + 2 * rows):
        settle(run=run, craft=craft, arrived=arrived, rng=random.Random(1))
    assert Judgment.objects.filter(status="done").count() == rows


def test_a_count_larger_than_its_whole_costs_no_answer_of_those_that_came_with_it() -> None:
    """genai-prices raises for more cached tokens than were read; an own list would go below nought."""
    run = machines.judging_run(provider=machines.priced_provider())
    told = iter([Usage(10, 1000, 5, 0), Usage(10, 0, 5, 90), Usage(10, 0, 5, 0)])
    settled(run, lambda request: completion(request, usage=next(told)), most=3)
    assert Judgment.objects.filter(status="done", outcome="ok").count() == 3
    counts = LLMCall.objects.order_by("pk").values_list("cached_tokens", "reasoning_tokens", "cost_micros")
    assert list(counts) == [(None, 0, 20), (0, None, 20), (0, 0, 20)]


def test_an_answer_that_cannot_be_looked_at_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run = machines.judging_run()
    look, bad = sensible, iter([False, True, False, False])

    def looks(usage: Usage) -> Usage:
        if next(bad):
            raise ZeroDivisionError
        return look(usage)

    monkeypatch.setattr("studies.calling.settling.sensible", looks)
    settled(run, completion, most=3)
    statuses = Judgment.objects.exclude(attempts=0).order_by("pk").values_list("status", "error")
    told = "This program failed on the answer (ZeroDivisionError)."
    assert list(statuses) == [("done", ""), ("failed", told), ("done", "")]
