"""Claiming: what is taken from the line, written down before it is made, and held back by limits."""

from __future__ import annotations

import json
import random
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from studies.calling import estimating, runs
from studies.calling.claiming import Claim, claim
from studies.judging.judging import Judging
from studies.models import Judgment, LLMCall, Provider, Run
from tests import machines
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def claimed(run: Run, *, most: int = 16, seconds: float = 0) -> Claim:
    return machines.claimed(run, most=most, now=NOW + timedelta(seconds=seconds))


def test_a_call_is_written_down_before_it_is_made() -> None:
    run = machines.judging_run()
    (one,) = claimed(run, most=1).taken
    call, row = LLMCall.objects.get(), Judgment.objects.get(status="running")

    assert (call.judgment, call.attempt, call.finished_at, call.result) == (row, 1, None, "")
    assert (call.api, call.host, call.model_requested) == ("scripted", "", "scripted-a")
    assert call.family == row.judge.family
    assert (call.client, call.worker, call.started_at, call.queued_at) == ("scripted", "worker-1", NOW, NOW)
    said = json.loads(zlib.decompress(call.prompt))
    assert said == [[message.role, message.text] for message in one.ask.request.messages]
    assert call.prompt_sha256 == one.ask.prompt_sha256
    assert f"reply {call.slot_first}" in said[1][1]
    assert (row.attempts, row.lease_until) == (1, NOW + timedelta(seconds=2 * 30 + 30))
    run.refresh_from_db()
    assert (run.calls, run.reserved_tokens) == (1, estimating.most_tokens(one.ask.request))
    assert call.reserved_tokens == run.reserved_tokens


def test_a_row_is_claimed_once() -> None:
    run = machines.judging_run()
    first, second, third = claimed(run), claimed(run), claimed(run)

    assert [len(found.taken) for found in (first, second, third)] == [16, 8, 0]
    assert len({one.row.pk for found in (first, second) for one in found.taken}) == 24
    assert (third.is_over, third.short_of, third.wait) == (False, None, None)


def test_requests_a_minute_hold_across_claims_and_fill_evenly() -> None:
    run = machines.judging_run(provider=machines.make_provider(requests_per_minute=30))
    first = claimed(run)
    assert len(first.taken) == 5
    assert first.wait == pytest.approx(2.0)
    assert len(claimed(run, seconds=1).taken) == 0
    assert len(claimed(run, seconds=2).taken) == 1
    assert len(claimed(run, seconds=6).taken) == 2
    assert len(claimed(run, seconds=3600).taken) == 5


def test_tokens_a_minute_are_counted_with_the_most_that_a_call_can_have() -> None:
    run = machines.judging_run(provider=machines.make_provider(tokens_per_minute=120_000))
    first = claimed(run)
    reserved = [one.reserved.tokens for one in first.taken]
    assert sum(reserved) <= 20_000 < sum(reserved) + max(reserved)
    assert first.wait is not None
    assert claimed(run, seconds=first.wait - 0.1).taken == []
    assert len(claimed(run, seconds=first.wait + 0.001).taken) == 1


def test_a_call_that_is_larger_than_the_bucket_goes_out_alone_and_is_paid_back() -> None:
    run = machines.judging_run(provider=machines.make_provider(tokens_per_minute=600))
    (one,) = claimed(run).taken
    assert one.reserved.tokens > 100
    assert claimed(run, seconds=60).taken == []
    assert len(claimed(run, seconds=one.reserved.tokens / 10 + 0.001).taken) == 1


def test_a_provider_that_asked_to_wait_is_left_alone_and_others_are_not() -> None:
    study = machines.make_frozen_study(dialogues=2)
    held = machines.make_provider("held", base_url="http://held", held_until=NOW + timedelta(seconds=90))
    judges = [
        *machines.make_judges(study, provider=held, families=["one"]),
        *machines.make_judges(study, families=["two", "three"]),
    ]
    run = machines.judging_run(study=study, judges=judges)

    found = claimed(run)

    assert {one.provider.name for one in found.taken} == {"scripted"}
    assert (len(found.taken), found.wait) == (16, 90.0)
    assert {one.provider.name for one in claimed(run, seconds=90).taken} == {"held"}


def test_providers_share_what_one_worker_takes() -> None:
    study = machines.make_frozen_study(dialogues=4)
    other = machines.make_provider("other", base_url="http://other")
    judges = [
        *machines.make_judges(study, provider=other, families=["one"]),
        *machines.make_judges(study, families=["two", "three"]),
    ]
    run = machines.judging_run(study=study, judges=judges)
    names = [one.provider.name for one in claimed(run).taken]
    assert (names.count("other"), names.count("scripted")) == (8, 8)


def test_what_is_not_due_yet_is_left_in_line() -> None:
    run = machines.judging_run()
    Judgment.objects.update(not_before=NOW + timedelta(seconds=5))
    assert claimed(run).taken == []
    assert len(claimed(run, seconds=5).taken) == 16


@pytest.mark.parametrize("stop", ["pause", "cancel"])
def test_nothing_is_claimed_of_a_run_that_was_stopped(stop: str) -> None:
    run = machines.judging_run()
    if stop == "pause":
        assert runs.pause(run=run, reason="Lunch.", now=NOW)
    else:
        runs.cancel(run=run, now=NOW)
    assert claimed(run) == Claim(is_over=True)
    assert not LLMCall.objects.exists()


def test_a_budget_that_is_too_small_for_all_is_used_up_row_by_row() -> None:
    run = machines.judging_run(caps={"cap_calls": 7})
    found = claimed(run)
    assert len(found.taken) == 7
    assert found.short_of is not None
    run.refresh_from_db()
    assert run.calls == 7
    assert run.reserved_tokens == sum(one.reserved.tokens for one in found.taken)


def test_a_row_that_cannot_be_asked_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run = machines.judging_run()
    bad = Judgment.objects.order_by("pk")[3].pk
    ask = Judging.ask

    def asks(self: Judging, row: Judgment) -> Any:
        if row.pk == bad:
            raise ValueError("the rubric has no overall question")
        return ask(self, row)

    monkeypatch.setattr(Judging, "ask", asks)
    found = claimed(run)

    row = Judgment.objects.get(pk=bad)
    assert len(found.taken) == 15
    assert (row.status, row.error_kind, row.attempts) == ("failed", "crashed", 0)
    assert row.error == "This program could not put the question together (ValueError)."
    assert not LLMCall.objects.filter(judgment=row).exists()


def test_a_fault_of_the_database_is_not_a_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    def asks(self: Judging, row: Judgment) -> Any:
        raise DatabaseError

    run = machines.judging_run()
    monkeypatch.setattr(Judging, "ask", asks)
    with pytest.raises(DatabaseError):
        claimed(run)
    assert Judgment.objects.filter(status="pending").count() == 24


def test_a_price_list_that_was_broken_meanwhile_pauses_the_run() -> None:
    run = machines.judging_run()
    Provider.objects.update(prices={"scripted-a": {"input": "free"}})

    assert claimed(run) == Claim(is_over=True)

    run.refresh_from_db()
    assert run.state == "paused"
    assert run.pause_reason.startswith("The price list of scripted cannot be read: the price of scripted-a")
    assert not LLMCall.objects.exists()


@pytest.mark.parametrize("dialogues", [1, 4])
def test_claiming_costs_the_same_number_of_queries_for_two_rows_and_for_sixteen(
    dialogues: int, django_assert_num_queries: Any
) -> None:
    study = machines.make_frozen_study(dialogues=dialogues)
    run = machines.judging_run(study=study, provider=machines.make_provider())
    craft = Judging(Run.objects.get(pk=run.pk))
    room = dict.fromkeys(Provider.objects.values_list("pk", flat=True), 16)
    # run, provider, keys, rows, pairs, each of three judges;
    # savepoint, provider, the run, rows, budget, rows, calls, savepoint
    with django_assert_num_queries(16):
        claim(run=run, craft=craft, room=room, worker="w", now=NOW, rng=random.Random(1))
    assert LLMCall.objects.count() == min(16, 12 * dialogues)
