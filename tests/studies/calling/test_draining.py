"""One worker works a run off: to its end, to its limits, and past whatever goes wrong on the way."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

import pytest

from studies.calling import claiming, draining, runs
from studies.calling.draining import Drained
from studies.judging.judging import Judging
from studies.llm.port import CallError, CallRequest, Completion, ErrorKind
from studies.models import Judgment, LLMCall, Provider, Run
from tests import machines
from tests.factories import NOW
from tests.machines import Clock, Told, completion, run_to_end, work

pytestmark = pytest.mark.django_db


def test_a_run_is_worked_off_with_one_call_a_row() -> None:
    run = run_to_end(machines.judging_run())

    assert (run.state, run.calls, run.reserved_tokens, run.reserved_micros) == ("finished", 24, 0, 0)
    assert Judgment.objects.filter(status="done", outcome="ok", attempts=1).count() == 24
    calls = LLMCall.objects.all()
    assert {call.judgment_id for call in calls} == set(Judgment.objects.values_list("pk", flat=True))
    assert run.spent_tokens == sum((call.input_tokens or 0) + (call.output_tokens or 0) for call in calls)


def test_a_worker_says_that_it_came_back_with_nothing_left() -> None:
    run = machines.judging_run()
    assert work(run) == Drained(24, has_more=False, wait=None)
    assert work(run) == Drained(0, has_more=False, wait=None)


@pytest.mark.parametrize(
    ("model", "outcome", "reading", "calls"),
    [
        ("scripted-refuses", "refused", "refusal", 24),
        ("scripted-truncates", "truncated", "truncated", 24),
        ("scripted-garbage", "unparseable", "invalid_json", 72),
    ],
)
def test_every_answer_without_a_verdict_has_an_outcome(
    model: str, outcome: str, reading: str, calls: int
) -> None:
    run = run_to_end(machines.judging_run(model_id=model))
    assert (run.state, run.calls, run.reserved_tokens) == ("finished", calls, 0)
    assert Judgment.objects.filter(status="done", outcome=outcome, scores=None).count() == 24
    assert set(LLMCall.objects.values_list("reading", flat=True)) == {reading}
    assert LLMCall.objects.filter(raw=None).count() == 0


@pytest.mark.parametrize("model", ["scripted-401", "scripted-quota", "scripted-unknown"])
def test_a_run_whose_calls_would_all_fail_alike_pauses_and_goes_on_when_that_is_mended(model: str) -> None:
    run = run_to_end(machines.judging_run(model_id=model))
    assert run.state == "paused"
    assert run.pause_reason.startswith("The scripted provider")
    assert set(Judgment.objects.values_list("status", "failures")) == {("pending", 0)}

    run.study.judges.update(model_id="scripted-a")
    run = run_to_end(runs.resume(run=run))
    assert run.state == "finished"
    assert Judgment.objects.filter(status="done").count() == 24


def test_a_provider_that_is_down_fails_rows_after_eight_calls_each_and_then_pauses_the_run() -> None:
    study = machines.make_frozen_study(dialogues=1)
    run = run_to_end(machines.judging_run(study=study, model_id="scripted-500"))
    failed = Judgment.objects.filter(status="failed")
    assert run.state == "paused"
    assert run.pause_reason == (
        "Every call so far failed. The last one: The scripted provider failed, as its name says."
    )
    assert failed.count() >= 10
    assert set(failed.values_list("failures", "attempts", "error_kind")) == {(8, 8, "server")}
    assert Judgment.objects.filter(status="pending").count() == 12 - failed.count()


def test_nobody_sleeps_while_a_provider_asks_to_wait() -> None:
    clock = Clock()
    run = machines.judging_run(model_id="scripted-429")
    drained = work(run, clock=clock)
    assert drained.wait == 5.0
    assert clock() == NOW
    assert set(Judgment.objects.filter(failures=1).values_list("not_before", flat=True)) == {
        NOW + timedelta(seconds=5)
    }
    assert Provider.objects.get().held_until == NOW + timedelta(seconds=5)
    assert work(run, clock=clock) == Drained(0, has_more=False, wait=5.0)


def test_a_wait_that_was_kept_is_followed_by_an_answer() -> None:
    def answer(request: CallRequest, made: int) -> Completion | CallError:
        if made == 1:
            return CallError(ErrorKind.RATE_LIMITED, "Wait.", retry_after=90.0)
        return completion(request)

    clock = Clock()
    run = run_to_end(machines.judging_run(), Told(answer), clock)
    assert (run.state, run.calls) == ("finished", 25)
    assert clock() > NOW + timedelta(seconds=90)
    assert set(Judgment.objects.values_list("outcome", "failures", "error")) == {
        ("ok", 0, ""),
        ("ok", 1, ""),
    }


@pytest.mark.parametrize(
    ("caps", "names"),
    [
        ({"cap_calls": 7}, {"calls": 7}),
        ({"cap_tokens": 10_000}, {}),
        ({"cap_micros": 10_000}, {}),
    ],
)
def test_a_run_pauses_at_its_limit_and_a_higher_one_finishes_it(
    caps: dict[str, int | None], names: dict[str, int]
) -> None:
    run = run_to_end(machines.judging_run(provider=machines.priced_provider(), caps=caps))
    assert (run.state, run.pause_reason) == (
        "paused",
        "The limit is reached: what is left is not enough for another call.",
    )
    assert 0 < run.calls < 24
    assert [getattr(run, name) for name in names] == list(names.values())
    assert run.spent_tokens <= (run.cap_tokens or 10**9)
    assert run.spent_micros <= (run.cap_micros or 10**9)

    run = run_to_end(runs.resume(run=run, **dict.fromkeys(caps, 10**7)))
    assert (run.state, run.calls) == ("finished", 24)
    assert run.spent_micros == sum(call.cost_micros or 0 for call in LLMCall.objects.all()) > 0


def test_a_limit_that_another_workers_reservation_uses_up_is_not_reached_yet() -> None:
    run = machines.judging_run(caps={"cap_calls": 20})
    machines.claimed(run, most=16)
    Run.objects.update(cap_calls=16)

    assert work(run).settled == 0
    run.refresh_from_db()
    assert run.state == "running"


def test_what_was_given_back_while_a_worker_looked_does_not_pause_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another worker settles for less than it reserved between this one's last look and its pausing."""
    run = machines.judging_run(caps={"cap_tokens": 12_000})
    claim = claiming.claim

    def claims(**given: Any) -> Any:
        Run.objects.update(reserved_tokens=11_000)
        found = claim(**given)
        Run.objects.update(reserved_tokens=0)
        return found

    monkeypatch.setattr(draining, "claim", claims)
    assert work(run).settled == 0
    run.refresh_from_db()
    assert run.state == "running"


def test_a_client_that_breaks_its_promise_ends_no_worker() -> None:
    class Broken:
        async def complete(self, request: CallRequest) -> Completion:
            raise RuntimeError("sk-secret")

    run = machines.judging_run(study=machines.make_frozen_study(dialogues=1))
    assert work(run, Broken()).settled == 12
    errors = set(Judgment.objects.values_list("status", "error"))
    assert errors == {("pending", "This program failed during the call (RuntimeError).")}


def test_rows_that_cannot_be_asked_do_not_keep_the_others_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Judging.ask

    def asks(self: Judging, row: Judgment) -> Any:
        if row.judge.family == "one":
            raise ValueError
        return ask(self, row)

    monkeypatch.setattr(Judging, "ask", asks)
    run = run_to_end(machines.judging_run())
    assert run.state == "finished"
    assert Judgment.objects.filter(status="failed", error_kind="crashed").count() == 8
    assert Judgment.objects.filter(status="done").count() == 16


def test_a_run_that_cannot_ask_anything_pauses_without_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def asks(self: Judging, row: Judgment) -> Any:
        raise ValueError

    monkeypatch.setattr(Judging, "ask", asks)
    run = run_to_end(machines.judging_run())
    assert (run.state, run.calls) == ("paused", 0)
    assert run.pause_reason == (
        "Every call so far failed. The last one: "
        "This program could not put the question together (ValueError)."
    )


def test_answers_on_their_way_are_written_down_when_claiming_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, claims = claiming.claim, iter([True, False])

    def sometimes(**given: Any) -> Any:
        if not next(claims):
            raise RuntimeError("the database went away")
        return claim(**given)

    monkeypatch.setattr(draining, "claim", sometimes)
    run = machines.judging_run()
    with pytest.raises(RuntimeError, match="went away"):
        work(run)
    assert Judgment.objects.filter(status="done").count() == 16
    assert not LLMCall.objects.under_way().exists()


def test_a_worker_whose_time_is_up_says_that_there_is_more() -> None:
    times = iter([False, True, True, True])
    run = machines.judging_run()
    drained = work(run, is_time_up=lambda: next(times))
    assert (drained.settled, drained.has_more) == (16, True)
    assert not LLMCall.objects.under_way().exists()


def test_a_worker_that_is_stopping_claims_nothing_more() -> None:
    assert work(machines.judging_run(), is_stopping=lambda: True) == Drained(0, has_more=False, wait=None)
    assert not LLMCall.objects.exists()


def test_every_prompt_is_kept_whole_and_a_key_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_API_KEY", "planted-key-1234567890")
    provider = machines.make_provider(key_name="PLANTED_API_KEY")
    client = Told(lambda request, made: completion(request))
    run_to_end(machines.judging_run(provider=provider), client)

    kept = [zlib.decompress(call.prompt).decode() for call in LLMCall.objects.order_by("pk")]
    assert [json.loads(text) for text in kept] == [
        [[message.role, message.text] for message in request.messages] for request in client.requests
    ]
    everything = repr([list(model.objects.values()) for model in (LLMCall, Judgment, Run, Provider)])
    assert "planted-key" not in everything + "".join(kept)
