"""A second plan for the same judges: what an earlier run left behind, and a panel beside a jury."""

from __future__ import annotations

from collections import Counter

import pytest

from studies.calling import designing, runs
from studies.judging import piloting
from studies.judging.jury import JuryDesign
from studies.judging.planning import extend, plan_judgments
from studies.llm.port import CallError, ErrorKind
from studies.models import Judge, Judgment, LLMCall, Provider, Run, Study
from tests import machines
from tests.factories import NOW, add_dialogue, pair_up
from tests.machines import Told, completion, run_to_end, work

pytestmark = pytest.mark.django_db
PANEL = JuryDesign(preset="paper-panel", consistency_share=0)


def planned(study: Study, design: JuryDesign = machines.ONCE, pilot: int = 0) -> Run:
    judges = list(Judge.objects.filter(study=study).select_related("provider"))
    run = plan_judgments(study=study, judges=judges, design=design, pilot=pilot, now=NOW)
    designing.price(run=run, now=NOW)
    return runs.start(run=run, now=NOW, cap_calls=1000, cap_tokens=None, cap_micros=None)


def judged_study() -> Study:
    study = machines.make_frozen_study(dialogues=2)
    machines.make_judges(study)
    return study


def roles(run: Run) -> Counter[str]:
    return Counter(Judgment.objects.filter(run=run).values_list("role", flat=True))


def test_a_panel_and_a_jury_of_the_same_judges_are_designs_of_their_own() -> None:
    study = judged_study()
    panel, jury = planned(study, PANEL), planned(study)
    assert set(roles(panel)) == {"panel"}
    assert set(roles(jury)) == {"jury"}


def test_a_jury_takes_no_seat_over_from_a_cancelled_panel() -> None:
    study = judged_study()
    panel = planned(study, PANEL)
    work(panel, Told(lambda request, made: CallError(ErrorKind.AUTHENTICATION, "No.")))
    runs.cancel(run=panel, now=NOW)
    left = roles(panel)
    jury = planned(study)
    assert (set(roles(jury)), roles(panel)) == ({"jury"}, left)


def test_a_jury_takes_its_own_seats_over_from_a_cancelled_run() -> None:
    study = judged_study()
    first = planned(study)
    seats = roles(first)
    work(first, Told(lambda request, made: CallError(ErrorKind.AUTHENTICATION, "No.")))
    runs.cancel(run=first, now=NOW)
    called = roles(first)
    second = planned(study)
    assert called
    assert (roles(second), roles(first)) == (seats, Counter())


def test_a_pilot_whose_failed_rows_are_tried_again_is_decided_anew() -> None:
    study = judged_study()
    run = planned(study, pilot=1)
    work(run, Told(lambda request, made: CallError(ErrorKind.BAD_REQUEST, "Not so.")))
    assert piloting.decide(run=run, now=NOW) is False
    runs.retry_failed(run=run, now=NOW)
    run.refresh_from_db()
    assert (run.gate, run.gate_decided_at, run.gate_passed) == ({}, None, None)
    runs.resume(run=run)
    work(run, Told(lambda request, made: completion(request)))
    assert piloting.decide(run=run, now=NOW) is False
    run.refresh_from_db()
    assert "0 of 6 judgments gave no verdict" in run.pause_reason


def test_a_limit_of_money_alone_is_none_where_a_price_is_taken_away() -> None:
    study = machines.make_frozen_study(dialogues=2)
    provider = machines.priced_provider()
    machines.make_judges(study, provider=provider)
    judges = list(Judge.objects.select_related("provider"))
    run = plan_judgments(study=study, judges=judges, design=machines.ONCE, pilot=0, now=NOW)
    designing.price(run=run, now=NOW)
    runs.start(run=run, now=NOW, cap_calls=None, cap_tokens=None, cap_micros=10**9)
    Provider.objects.update(prices={})
    work(run, Told(lambda request, made: completion(request)))
    run.refresh_from_db()
    assert (run.state, LLMCall.objects.count()) == ("paused", 0)
    assert run.pause_reason == "No price is known for scripted-a: limit the calls or the tokens, and resume."
    runs.resume(run=run, cap_calls=100)
    assert run_to_end(run, Told(lambda request, made: completion(request))).state == "finished"


def test_an_extended_run_tells_all_its_pairs() -> None:
    study = judged_study()
    run = planned(study)
    before = run.plan["jury"]
    # What no verb allows in a frozen study, so that there is something to extend by.
    add_dialogue(study, "late", systems=("counsellor", "model-a"))
    frozen = Study.is_frozen
    try:
        Study.is_frozen = lambda self: False  # type: ignore[method-assign]
        pair_up(study)
    finally:
        Study.is_frozen = frozen  # type: ignore[method-assign]
    extend(run=run, now=NOW)
    after = Run.objects.get(pk=run.pk).plan["jury"]
    added = Judgment.objects.filter(pair__dialogue__external_id="late").values("pair").distinct().count()
    assert added > 0
    assert after["pairs"] > before["pairs"]
    assert after["calls_by_role"]["jury"] == Judgment.objects.filter(run=run).count()
