"""From an answer to a reply: kept as it came, flagged, and a Response where it is one."""

from __future__ import annotations

import random
from typing import Any

import pytest

from studies import tasks
from studies.calling.settling import Arrived, settle
from studies.generation.planning import plan_replies
from studies.models import Generation, LLMCall, Response
from tests import factories, machines
from tests.factories import NOW
from tests.machines import Told, completion, settled

pytestmark = pytest.mark.django_db


def answered(**changed: Any) -> Generation:
    run = machines.generation_run()
    row = settled(run, lambda request: completion(request, **changed))
    assert isinstance(row, Generation)
    return row


@pytest.mark.parametrize(
    ("changed", "outcome", "has_response", "flags"),
    [
        ({"text": "That sounds hard."}, "ok", True, []),
        ({"text": " Two  spaces,\r\n\ta tab \u2014 and \U0001f600 "}, "ok", True, []),
        ({"text": "**Bold** words."}, "ok", True, ["markdown"]),
        ({"text": "Seeker: I am lost."}, "wrong_role", True, ["label_prefix", "wrong_role"]),
        ({"text": ""}, "empty", False, ["empty"]),
        ({"text": " \n"}, "empty", False, ["empty"]),
        ({"text": "That sou", "finish_reason": "length"}, "truncated", True, []),
        (
            {"text": "Seeker: I am", "finish_reason": "length"},
            "truncated",
            True,
            ["label_prefix", "wrong_role"],
        ),
        ({"text": "", "finish_reason": "length"}, "truncated", False, ["empty"]),
        ({"text": "", "finish_reason": "refusal", "refusal": "I can't."}, "refused", False, []),
        ({"text": "I", "finish_reason": "content_filter"}, "refused", False, []),
        (
            {"text": "Seeker: no", "finish_reason": "refusal"},
            "refused",
            False,
            ["label_prefix", "wrong_role"],
        ),
        ({"text": "Fine.", "finish_reason": "other"}, "ok", True, []),
    ],
)
def test_one_word_for_every_answer_the_weightiest_first(
    changed: dict[str, Any], outcome: str, has_response: bool, flags: list[str]
) -> None:
    row = answered(**changed)
    assert (row.status, row.outcome, row.flags) == ("done", outcome, flags)
    assert row.text == (changed["text"] or changed.get("refusal", ""))
    assert (row.response is not None) == has_response
    assert Response.objects.filter(system=row.system).count() == has_response
    if row.response is not None:
        assert row.response.text == changed["text"]
        assert (row.response.dialogue, row.response.replicate, row.response.import_batch) == (
            row.dialogue,
            1,
            None,
        )
    assert (row.error == "") == (outcome == "ok")
    assert row.call == LLMCall.objects.get()


def test_what_no_database_can_hold_is_replaced_and_flagged() -> None:
    row = answered(text="It\0 is \ud800 hard.")
    assert (row.text, row.flags, row.outcome) == ("It\ufffd is \ufffd hard.", ["unstorable"], "ok")
    assert row.response is not None
    assert row.response.text == row.text


def test_an_import_that_took_the_place_meanwhile_keeps_it_and_the_answer_is_kept_too() -> None:
    run = machines.generation_run()
    (one,) = machines.claimed(run, most=1).taken
    imported = Response.objects.create(dialogue=one.row.dialogue, system=one.row.system, text="Imported.")

    answer = completion(one.ask.request, text="Paid for.")
    craft = tasks.craft_for(run)
    settle(run=run, craft=craft, arrived=[Arrived(one, answer, NOW)], rng=random.Random(1))

    run.refresh_from_db()
    row = Generation.objects.get(pk=one.row.pk)
    assert (row.status, row.outcome, row.text, row.flags, row.response) == (
        *("done", "ok", "Paid for.", ["place_taken"]),
        None,
    )
    assert Response.objects.get(system=row.system) == imported
    assert run.spent_tokens > 0


def test_a_refusal_says_what_the_model_said() -> None:
    assert answered(text="", finish_reason="refusal", refusal="I can't.").error == (
        "The model refused to reply. It said: “I can't.”"
    )


def test_a_reply_over_the_policy_is_flagged_and_never_cut() -> None:
    study = factories.make_study(max_words=3)
    run = machines.generation_run(study)
    row = settled(run, lambda request: completion(request, text="Four words are here."))
    assert (row.text, row.flags, row.outcome) == ("Four words are here.", ["over_long"], "ok")


def test_a_system_reads_the_stored_dialogue_and_no_other_reply() -> None:
    study = factories.make_study()
    client = Told(lambda request, made: completion(request))
    machines.run_to_end(machines.generation_run(study, name="LOUD-WRITER", family="LOUD-FAMILY"), client)
    assert len(client.requests) == 4
    for request, external_id in zip(client.requests, ("d1", "d2", "d3", "d4"), strict=True):
        user = request.messages[1].text
        assert (
            f"Seeker: I feel alone ({external_id}).\nSupporter: Since when?\nSeeker: Since I moved." in user
        )
        assert request.schema is None
        assert not [word for word in ("LOUD", "Reply 1", "counsellor", external_id + ":") if word in user]


def test_replicates_are_responses_of_their_own() -> None:
    study = factories.make_study(dialogues=1)
    writer = machines.make_writer(study, sampling_seed=7)
    run = machines.started(plan_replies(study=study, systems=[writer], replicates=3, now=NOW))
    client = Told(lambda request, made: completion(request, text=f"Reply {made}."))
    machines.run_to_end(run, client)
    assert [request.settings.seed for request in client.requests] == [7, 8, 9]
    assert len({call.prompt_sha256 for call in LLMCall.objects.all()}) == 1
    assert list(
        Response.objects.filter(system=writer).order_by("replicate").values_list("replicate", "text")
    ) == [(1, "Reply 1."), (2, "Reply 2."), (3, "Reply 3.")]


@pytest.mark.parametrize("rows", [1, 4])
def test_settling_replies_costs_a_fixed_number_of_queries_for_each(
    rows: int, django_assert_num_queries: Any
) -> None:
    run = machines.generation_run()
    taken = machines.claimed(run, most=rows).taken
    craft = tasks.craft_for(run)
    arrived = [Arrived(one, completion(one.ask.request), NOW) for one in taken]
    # savepoint, the rows held, budget, savepoint; then the run.
    # A reply: call, row, savepoint, response, savepoint, row.
    with django_assert_num_queries(5 + 6 * rows):
        settle(run=run, craft=craft, arrived=arrived, rng=random.Random(1))
    assert Generation.objects.filter(status="done").count() == rows
