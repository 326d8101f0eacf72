"""What a planned run says of itself, and what it is going to cost."""

from __future__ import annotations

from typing import Any

import pytest

from studies.calling import designing
from studies.calling.designing import PlanError
from studies.judging import planning
from studies.models import Run
from tests import machines
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def planned(*, families: tuple[str, ...] = machines.FAMILIES, **fields: Any) -> Run:
    study = machines.make_frozen_study(dialogues=2)
    judges = machines.make_judges(study, provider=machines.priced_provider(**fields), families=families)
    return planning.plan_judgments(study=study, judges=judges, now=NOW, design=machines.ONCE, pilot=0)


def test_a_plan_counts_calls_and_tokens_and_money_of_every_judge() -> None:
    run = designing.price(run=planned(), now=NOW)
    assert (run.priced_at, run.currency, run.plan["unpriced"]) == (NOW, "USD", [])
    loads = run.plan["loads"]
    assert [(load["name"], load["calls"], load["model"]) for load in loads] == [
        ("judge-one", 8, "scripted-a"),
        ("judge-three", 8, "scripted-a"),
        ("judge-two", 8, "scripted-a"),
    ]
    for load in loads:
        assert load["most_input_tokens"] > load["input_tokens"] > 0
        assert load["micros"] == load["input_tokens"] + 2 * load["output_tokens"]
        assert load["most_micros"] == load["most_input_tokens"] + 2 * load["most_output_tokens"]
    assert run.plan["micros"] == sum(load["micros"] for load in loads)
    assert run.plan["data"] == [
        {"file_name": "sample.jsonl", "licence": "CC BY 4.0", "non_commercial": False}
    ]


def test_what_was_really_asked_is_within_the_plan() -> None:
    run = planned()
    most = sum(load["most_input_tokens"] + load["most_output_tokens"] for load in run.plan["loads"])
    run = machines.run_to_end(machines.started(run))
    reserved = sum(run.llm_calls.values_list("reserved_tokens", flat=True))
    assert 0.98 * reserved < most < 1.02 * reserved
    assert run.spent_tokens < most


def test_prices_in_two_currencies_cannot_be_added_up_until_one_is_changed() -> None:
    run = planned(prices={"scripted-a": {"input": 1, "output": 1, "currency": "EUR"}})
    other = machines.priced_provider("dollars")
    loads = [dict(load) for load in run.plan["loads"]]
    loads[0]["provider"] = other.pk
    Run.objects.update(plan={**run.plan, "loads": loads, "providers": [*run.plan["providers"], other.pk]})
    run.refresh_from_db()

    with pytest.raises(PlanError, match="prices in EUR and USD cannot be added up") as caught:
        designing.price(run=run, now=NOW)
    designing.note_problem(run=run, problem=str(caught.value))
    run.refresh_from_db()
    assert (run.priced_at, run.plan["problem"]) == (None, str(caught.value))

    other.prices = {"scripted-a": {"input": 1, "output": 1, "currency": "EUR"}}
    other.save()
    run = designing.price(run=run, now=NOW)
    assert (run.currency, run.priced_at, "problem" in run.plan) == ("EUR", NOW, False)


@pytest.mark.parametrize(
    "row", [{"input": "free", "output": 1}, {"input": -1, "output": 1}, {"input": 1}, "1", {"in": 1}, None]
)
def test_a_price_list_that_cannot_be_read_is_a_problem_of_the_plan(row: Any) -> None:
    run = planned(prices={"scripted-a": row})
    with pytest.raises(PlanError, match="the price of scripted-a must look like"):
        designing.price(run=run, now=NOW)


def test_a_plan_that_was_extended_while_its_prices_were_looked_up_is_priced_anew() -> None:
    run = planned()
    stale = Run.objects.get(pk=run.pk)
    load = designing.Load("judge-four", run.plan["providers"][0], "priced", "h", "scripted-a", calls=2)
    designing.note_plan(run, [load])

    designing.price(run=stale, now=NOW)

    found = Run.objects.get(pk=run.pk)
    assert found.priced_at is None
    assert len(found.plan["loads"]) == 4
    assert designing.price(run=found, now=NOW).priced_at == NOW


def test_loads_of_an_extension_are_added_to_those_before() -> None:
    run = planned()
    before = {load["name"]: load["calls"] for load in run.plan["loads"]}
    load = designing.Load("judge-one", run.plan["providers"][0], "priced", "h", "scripted-a", calls=2)
    designing.note_plan(run, [load])
    assert {one["name"]: one["calls"] for one in run.plan["loads"]} == {**before, "judge-one": 10}


def test_a_design_says_what_is_asked_of_whom_and_is_hashed() -> None:
    run = planned(families=("one", "two", "three"))
    assert len(run.design_sha256) == 64
    (one, *_) = run.design["judges"]
    assert one == {
        "name": "judge-one",
        "family": "one",
        "api": "openai",
        "host": "127.0.0.1:9",
        "model_id": "scripted-a",
        "prompt_version": "judge-rubric-1",
        "settings": {"max_tokens": 400, "timeout_seconds": 30.0},
        "for_trial": False,
        "variant": "rubric",
        "longest_text": None,
    }
