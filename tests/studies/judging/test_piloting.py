"""The gate in a run: decided once, from the pilot's own rows, and waived with a reason only."""

from __future__ import annotations

from typing import Any

import pytest

from studies import freezing
from studies.calling import runs
from studies.calling.runs import CannotDo
from studies.judging import gate, piloting
from studies.llm.port import ErrorKind
from studies.models import Judgment, LLMCall, Run, System
from tests import factories, machines
from tests.factories import NOW
from tests.machines import failing, settled, work
from tests.studies.judging.test_judging import choosing

pytestmark = pytest.mark.django_db


def check(run: Run, name: str) -> Any:
    return next(one for one in run.gate["checks"] if one["name"] == name and one["judge"] == "")


def test_nothing_is_decided_while_a_pilot_row_is_open() -> None:
    run = machines.judging_run(pilot=1)
    assert piloting.decide(run=run, now=NOW) is None
    machines.claimed(run)
    assert piloting.decide(run=run, now=NOW) is None
    assert Run.objects.get().gate_decided_at is None


def test_a_run_without_a_pilot_has_no_gate() -> None:
    run = machines.run_to_end(machines.judging_run())
    assert piloting.decide(run=run, now=NOW) is None
    assert (run.gate, run.gate_passed) == ({}, None)


def test_only_the_pilot_is_asked_before_the_gate_and_too_few_to_tell_pauses_the_run() -> None:
    run = machines.run_to_end(machines.judging_run(pilot=1))
    assert (run.state, run.calls, run.gate_passed, run.gate_decided_at) == ("paused", 6, False, NOW)
    assert run.pause_reason.startswith("The pilot did not pass. 0 of 6 judgments gave no verdict: too few")
    assert set(LLMCall.objects.values_list("judgment__is_pilot", flat=True)) == {True}
    assert piloting.decide(run=run, now=NOW) is None


def test_a_pilot_that_passes_opens_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PARSE_FAILURES", gate.Limit("parse_failures", 0.02, 1, below=True))
    monkeypatch.setattr(gate, "SWAP_CONSISTENCY", gate.Limit("swap_consistency", 0.80, 1))
    monkeypatch.setattr(gate, "DECOYS_LOSE", gate.Limit("decoys_lose", 0.95, 1))
    monkeypatch.setattr(gate, "MOST_OFF_PLAN", 99)
    study = study_with_decoy()
    run = machines.judging_run(study=study, pilot=1)
    work(run, choosing("Reply 1 to"))

    assert piloting.decide(run=run, now=NOW) is True

    run = machines.run_to_end(run, choosing("Reply 1 to"))
    assert (run.state, run.gate_passed, run.calls) == ("finished", True, 24)
    assert check(run, "swap_consistency")["value"] == 1.0
    assert (check(run, "decoys_lose")["count"], check(run, "decoys_lose")["value"]) == (6, 1.0)


def study_with_decoy() -> Any:
    study = factories.make_study(dialogues=2)
    System.objects.filter(study=study, kind="llm").update(family="of-the-systems")
    pair = study.dialogues.order_by("pk")[0].pairs.order_by("pk")[0]
    type(pair).objects.filter(pk=pair.pk).update(kind="decoy", expected=-1)
    freezing.freeze(study=study, now=NOW)
    return study


def test_judges_that_follow_the_position_or_choose_decoys_are_named() -> None:
    run = machines.judging_run(study=study_with_decoy(), pilot=9)
    run = machines.run_to_end(run, choosing("Reply 1 to", prefers=False))
    assert run.state == "paused"
    assert (check(run, "decoys_lose")["value"], check(run, "decoys_lose")["count"]) == (0.0, 6)
    assert check(run, "parse_failures")["value"] == 0.0


def test_rows_that_failed_or_were_refused_gave_no_verdict() -> None:
    run = machines.judging_run(pilot=1)
    settled(run, failing(ErrorKind.BAD_REQUEST), most=2)
    settled(run, lambda request: machines.completion(request, finish_reason="refusal"), most=4)
    assert piloting.decide(run=run, now=NOW) is False
    run.refresh_from_db()
    told = check(run, "parse_failures")
    assert (told["value"], told["count"]) == (1.0, 6)
    assert told["sentence"].startswith("6 of 6 judgments gave no verdict (2 failed, 4 refused)")


def test_the_cost_is_compared_in_money_where_every_price_is_known_else_in_tokens() -> None:
    run = machines.judging_run(pilot=1, provider=machines.priced_provider())
    work(run)
    planned = Run.objects.get().plan["pilot_micros"]
    spent = sum(call.cost_micros or 0 for call in LLMCall.objects.all())
    piloting.decide(run=run, now=NOW)
    run.refresh_from_db()
    assert check(run, "cost")["value"] == pytest.approx(spent / planned - 1)

    run = machines.judging_run(
        study=machines.make_frozen_study("another", dialogues=2), pilot=1, provider=machines.make_provider()
    )
    work(run)
    loads = run.plan["loads"]
    tokens = sum(load["pilot_input_tokens"] + load["pilot_output_tokens"] for load in loads)
    piloting.decide(run=run, now=NOW)
    run.refresh_from_db()
    assert check(run, "cost")["value"] == pytest.approx(run.spent_tokens / tokens - 1)


def test_a_waiver_needs_a_reason_and_lets_the_run_go_on() -> None:
    run = machines.run_to_end(machines.judging_run(pilot=1))
    staff = factories.make_staff()
    with pytest.raises(CannotDo, match="waive it with a reason, or cancel the run"):
        runs.resume(run=run)
    with pytest.raises(CannotDo, match="Say why the run may go on all the same"):
        piloting.waive(run=run, reason=" \n", user=staff, now=NOW)

    run = piloting.waive(run=run, reason=" A trial. ", user=staff, now=NOW)

    assert (run.state, run.gate_waiver, run.gate_waived_at, run.gate_waived_by) == (
        *("running", "A trial.", NOW),
        staff,
    )
    run = machines.run_to_end(run)
    assert (run.state, run.calls, run.gate_passed) == ("finished", 24, False)
    assert Judgment.objects.filter(status="done").count() == 24
    with pytest.raises(CannotDo, match="There is no failed pilot to waive"):
        piloting.waive(run=run, reason="Again.", user=staff, now=NOW)


def test_a_pilot_that_is_not_decided_cannot_be_waived() -> None:
    run = machines.judging_run(pilot=1)
    with pytest.raises(CannotDo, match="There is no failed pilot to waive"):
        piloting.waive(run=run, reason="Impatient.", user=None, now=NOW)


def test_the_decision_and_the_pause_come_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(**_: Any) -> bool:
        raise RuntimeError("the worker died")

    run = machines.judging_run(pilot=1)
    work(run)
    monkeypatch.setattr(runs, "pause", dies)
    with pytest.raises(RuntimeError, match="died"):
        piloting.decide(run=run, now=NOW)
    assert Run.objects.get().gate_decided_at is None
