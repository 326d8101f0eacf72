"""What judges are sent and what is made of it, from the row to the scores."""

from __future__ import annotations

import json
import zlib

import pytest

from studies import selectors
from studies.calling import runs
from studies.comparison import Order, canonical
from studies.judging import planning
from studies.judging.judging import Judging
from studies.llm.port import CallRequest, Completion
from studies.models import Judgment, LLMCall, Response, Run, System
from tests import factories, machines
from tests.factories import NOW
from tests.machines import Told, completion

pytestmark = pytest.mark.django_db
LOUD = "ZEBRA-{}-4711"


def choosing(words: str, *, prefers: bool = True) -> Told:
    """A judge that always prefers the reply with these words, or the other one, wherever it stands."""

    def answer(request: CallRequest, made: int) -> Completion:
        assert request.schema is not None
        asked = dict(request.schema["properties"])
        slots = list(asked["evidence"]["properties"])
        user = request.messages[1].text
        read = {slot: user.split(f" reply {slot}>>\n")[1].split("\n<<")[0] for slot in slots}
        (wanted,) = (slot for slot in slots if (words in read[slot]) is prefers)
        told = {"evidence": dict.fromkeys(slots, "seen")} | {
            name: {"reason": f"because of {name}", "verdict": f"{wanted}_much_better"}
            for name in asked
            if name != "evidence"
        }
        return completion(request, text=json.dumps(told))

    return Told(answer)


def test_the_same_reply_wins_in_both_orders_and_scores_are_signed_as_shown() -> None:
    run = machines.run_to_end(machines.judging_run(), choosing("Reply 1 to"))
    assert run.state == "finished"
    rows = Judgment.objects.filter(outcome="ok")
    assert rows.count() == 24
    dimensions = run.study.dimensions.count()
    for row in rows.prefetch_related("scores"):
        shown = -2 if row.order == "AB" else 2
        assert [score.value for score in row.scores.all()] == [shown] * dimensions
        assert canonical(shown, Order(row.order)) == -2
        assert row.evidence == ["seen", "seen"]
        assert row.reason == "because of overall"
        assert set(row.reasons) == set(run.study.dimensions.values_list("key", flat=True))


def test_a_judge_reads_exactly_the_comparison_in_its_order() -> None:
    run = machines.judging_run()
    craft = Judging(run)
    for row in craft.with_texts(list(Judgment.objects.values_list("pk", flat=True))):
        ask = craft.ask(row)
        shown = selectors.comparison_for(row.pair, Order(row.order), "none")
        user = ask.request.messages[1].text
        assert f"reply {ask.slot_first}>>\n{shown.first}\n" in user
        assert f"reply {ask.slot_second}>>\n{shown.second}\n" in user
        assert user.index(shown.first) < user.index(shown.second)
        assert all(turn.text in user for turn in shown.turns)


def test_the_prompt_of_a_row_never_changes_and_differs_between_rows() -> None:
    run = machines.judging_run()
    keys = list(Judgment.objects.order_by("pk").values_list("pk", flat=True))
    first = [Judging(run).ask(row) for row in Judging(run).with_texts(keys)]
    Judgment.objects.update(attempts=5, samples=2)
    again = [Judging(run).ask(row) for row in Judging(run).with_texts(keys)]
    assert [ask.prompt_sha256 for ask in first] == [ask.prompt_sha256 for ask in again]
    assert [ask.request for ask in first] == [ask.request for ask in again]
    assert len({ask.prompt_sha256 for ask in first}) == 24


def test_rows_come_in_the_order_of_their_keys() -> None:
    run = machines.judging_run()
    keys = list(Judgment.objects.order_by("-pk").values_list("pk", flat=True))
    assert [row.pk for row in Judging(run).with_texts(keys)] == keys


def test_replicates_differ_in_their_seed_only_where_one_is_set() -> None:
    run = machines.judging_run(design=planning.DESIGN, sampling_seed=40)
    often = Judgment.objects.filter(replicate=3)[0]
    rows = Judgment.objects.filter(judge=often.judge, pair=often.pair, order=often.order)
    asked = [Judging(run).ask(row) for row in Judging(run).with_texts([row.pk for row in rows])]
    assert sorted(ask.request.settings.seed or 0 for ask in asked) == [40, 41, 42]


def test_nothing_that_names_a_source_ever_stands_in_a_prompt() -> None:
    """Loud names wherever one could come from; then every prompt that was sent is searched."""
    study = factories.make_study(dialogues=2, notes=LOUD.format("notes"), consent=LOUD.format("consent"))
    study.title = LOUD.format("title")
    study.save()
    for system in System.objects.all():
        system.name = LOUD.format(f"system{system.pk}")
        if system.kind == "llm":
            system.family, system.model_id = LOUD.format("family"), LOUD.format("model")
        system.save()
    Response.objects.update(writer=LOUD.format("writer"))
    for dialogue in study.dialogues.all():
        dialogue.external_id = LOUD.format(f"dialogue{dialogue.pk}")
        dialogue.tags, dialogue.meta = [LOUD.format("tag")], {"source": LOUD.format("meta")}
        dialogue.save()
    study.import_batches.update(file_name=LOUD.format("file"), licence=LOUD.format("licence"))
    study.dimensions.exclude(key="overall").update(name=LOUD.format("construct"))
    pair = study.dialogues.all()[0].pairs.all()[0]
    type(pair).objects.filter(pk=pair.pk).update(kind="decoy", expected=-1, key="ZEBRA4711key")
    opened = factories.open_study(study)
    factories.rate(factories.assignments_of(factories.make_rater(opened))[0], reason=LOUD.format("rating"))
    provider = machines.make_provider("zebra-provider-4711", base_url="http://zebra-4711.example")
    judges = machines.make_judges(study, provider=provider, model_id="scripted-zebra-4711")
    for judge in judges:
        judge.name = LOUD.format(judge.name)
        judge.save()

    run = machines.run_to_end(machines.judging_run(study=study, judges=judges, pilot=1))

    calls = LLMCall.objects.filter(run=run)
    prompts = [zlib.decompress(call.prompt).decode() for call in calls]
    assert len(prompts) >= 12
    assert not [text for text in prompts if "zebra" in text.lower() or "4711" in text]
    assert not [text for text in prompts if "decoy" in text.lower()]
    schemas = {call.schema_sha256 for call in calls}
    assert 1 <= len(schemas) <= 16


def test_until_the_gate_is_passed_only_the_pilot_waits_in_line() -> None:
    run = machines.judging_run(pilot=1)
    craft = Judging(run)
    assert craft.waiting(run).count() == 6
    for passed, count in ((False, 6), (True, 24)):
        Run.objects.update(gate_passed=passed)
        assert craft.waiting(Run.objects.get()).count() == count
    Run.objects.update(gate_passed=False, gate_waived_at=NOW, gate_waiver="Seen.")
    assert craft.waiting(Run.objects.get()).count() == 24


def test_without_the_rubric_only_the_overall_question_is_scored() -> None:
    run = machines.run_to_end(machines.judging_run(variant="no_rubric"))
    rows = Judgment.objects.prefetch_related("scores__dimension")
    assert run.state == "finished"
    assert {tuple(score.dimension.key for score in row.scores.all()) for row in rows} == {("overall",)}
    assert all(row.evidence == ["", ""] and row.reason for row in rows)


def test_rows_that_were_taken_away_meanwhile_are_left_out() -> None:
    """A worker looks at rows before it locks anything; a run can be cancelled in between."""
    run = machines.judging_run()
    keys = list(Judgment.objects.order_by("pk").values_list("pk", flat=True))
    runs.cancel(run=run, now=NOW)
    assert Judging(run).with_texts(keys) == []
