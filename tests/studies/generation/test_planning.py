"""Planning replies: what is missing is asked for, once, and never into a frozen study."""

from __future__ import annotations

from typing import Any

import pytest

from studies import freezing
from studies.calling import runs
from studies.calling.designing import PlanError
from studies.generation import planning
from studies.generation.planning import plan_replies
from studies.llm.port import ErrorKind
from studies.models import Dialogue, Generation, Response, Run, System
from tests import factories, machines
from tests.factories import NOW
from tests.machines import completion, failing, settled

pytestmark = pytest.mark.django_db


def test_every_dialogue_gets_as_many_replies_as_asked_for() -> None:
    study = factories.make_study(max_words=40)
    run = plan_replies(study=study, systems=[machines.make_writer(study)], replicates=2, now=NOW)

    assert Generation.objects.count() == 8
    assert set(Generation.objects.values_list("replicate", "status", "not_before")) == {
        (1, "pending", NOW),
        (2, "pending", NOW),
    }
    assert (run.kind, run.protocol, run.design["policy"]) == (
        *("generate", None),
        {"max_words": 40, "max_sentences": None},
    )
    assert [load["calls"] for load in run.plan["loads"]] == [8]
    assert System.objects.get(name="writer").prompt_version == "reply-1"


def test_what_was_imported_or_fetched_is_not_asked_for_again() -> None:
    study = factories.make_study()
    writer = machines.make_writer(study)
    first, *_ = study.dialogues.order_by("pk")
    Response.objects.create(dialogue=first, system=writer, text="Imported.")
    run = machines.run_to_end(machines.started(plan_replies(study=study, systems=[writer], now=NOW)))
    assert (run.state, run.calls) == ("finished", 3)

    with pytest.raises(PlanError, match="nothing is missing"):
        plan_replies(study=study, systems=[writer], now=NOW)
    again = plan_replies(study=study, systems=[writer], replicates=2, now=NOW)
    assert set(again.generations.values_list("replicate", flat=True)) == {2}
    assert again.generations.count() == 4


def test_what_a_cancelled_run_left_is_taken_over_where_no_import_came_before() -> None:
    study = factories.make_study()
    writer = machines.make_writer(study)
    first = machines.started(plan_replies(study=study, systems=[writer], now=NOW))
    settled(first, failing(ErrorKind.SERVER), most=3)
    runs.cancel(run=first, now=NOW)
    left = Generation.objects.order_by("pk")[0]
    Response.objects.create(dialogue=left.dialogue, system=writer, text="Imported meanwhile.")

    second = plan_replies(study=study, systems=[writer], now=NOW)

    assert list(first.generations.values_list("pk", "status")) == [(left.pk, "failed")]
    assert sorted(second.generations.values_list("attempts", "status")) == [
        (0, "pending"),
        (1, "pending"),
        (1, "pending"),
    ]
    assert [load["calls"] for load in second.plan["loads"]] == [3]
    second = machines.run_to_end(machines.started(second))
    assert (second.state, Response.objects.filter(system=writer).count()) == ("finished", 4)


def test_a_run_is_extended_by_new_dialogues_only() -> None:
    study = factories.make_study()
    run = machines.run_to_end(machines.generation_run(study))
    with pytest.raises(PlanError, match="nothing is missing"):
        planning.extend(run=run, now=NOW)
    factories.add_dialogue(study, "d5", systems=["counsellor"])

    assert planning.extend(run=run, now=NOW) == 1

    run.refresh_from_db()
    assert (run.state, run.priced_at) == ("running", None)
    assert run.plan["loads"][0]["calls"] == 5
    run = machines.run_to_end(run)
    assert (run.state, run.calls) == ("finished", 5)
    factories.add_dialogue(study, "d6", systems=["counsellor"])
    other = machines.started(plan_replies(study=study, systems=[System.objects.get(name="writer")], now=NOW))
    runs.cancel(run=other, now=NOW)
    with pytest.raises(PlanError, match="this run was cancelled"):
        planning.extend(run=other, now=NOW)


def test_the_policy_of_a_run_stays_whatever_the_study_says_by_now() -> None:
    study = factories.make_study(max_words=40)
    run = machines.generation_run(study)
    study.max_words = 5
    study.save()
    machines.run_to_end(run)
    assert set(Generation.objects.values_list("outcome", flat=True)) == {"ok"}
    assert not any("over_long" in row.flags for row in Generation.objects.all())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"provider": None}, "writer has no provider: say where its model is asked"),
        ({"kind": "human", "provider": None}, "writer is no language model"),
        ({"family": " "}, "say of which family writer is"),
        ({"prompt_version": "reply-0"}, "writer names the prompt 'reply-0'; known are: reply-1"),
    ],
)
def test_a_system_that_cannot_be_asked_stops_the_plan(changed: dict[str, Any], told: str) -> None:
    study = factories.make_study()
    writer = machines.make_writer(study)
    System.objects.filter(pk=writer.pk).update(**changed)
    writer.refresh_from_db()
    with pytest.raises(PlanError, match=told):
        plan_replies(study=study, systems=[writer], now=NOW)
    assert not Run.objects.exists()


def test_a_plan_needs_systems_and_replies() -> None:
    study = factories.make_study()
    with pytest.raises(PlanError, match="no system is chosen"):
        plan_replies(study=study, systems=[], now=NOW)
    with pytest.raises(PlanError, match="at least one reply to each dialogue"):
        plan_replies(study=study, systems=[], replicates=0, now=NOW)


def test_nothing_is_planned_into_a_frozen_study() -> None:
    study = factories.make_study()
    run = machines.run_to_end(machines.generation_run(study))
    freezing.freeze(study=study, now=NOW)
    factories.add_dialogue(study, "d5", systems=["counsellor"])
    with pytest.raises(PlanError, match="the study is frozen: its replies can no longer change"):
        plan_replies(study=study, systems=[System.objects.get(name="writer")], now=NOW)
    with pytest.raises(PlanError, match="the study is frozen"):
        planning.extend(run=run, now=NOW)


@pytest.mark.parametrize("state", ["pending", "running"])
def test_a_study_is_not_frozen_while_replies_are_fetched(state: str) -> None:
    study = factories.make_study()
    run = machines.generation_run(study)
    if state == "running":
        settled(run, completion)
        machines.claimed(run)
        runs.cancel(run=run, now=NOW)
    told = "replies are still being fetched: wait until their run is over, or cancel it"
    assert freezing.problems_of(study) == [f"{4 if state == 'pending' else 3} {told}"]
    with pytest.raises(freezing.NotReady, match=told):
        freezing.freeze(study=study, now=NOW)

    Generation.objects.open().update(status="failed", error="x", finished_at=NOW, lease_until=None)
    assert freezing.problems_of(study) == []


def test_other_studies_replies_keep_nobody_from_freezing() -> None:
    machines.generation_run(factories.make_study("another"))
    study = factories.make_study()
    assert freezing.freeze(study=study, now=NOW).version == 1


def test_a_dialogue_without_turns_is_not_answered() -> None:
    study = factories.make_study()
    Dialogue.objects.filter(external_id="d1").update(turns=[])
    machines.generation_run(study)
    assert Generation.objects.count() == 3
