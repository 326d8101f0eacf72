"""What a judge's verdict says, exactly; and that a judgment without verdicts has none."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters.verdicts import (
    Verdict,
    by_judges,
    has_trial_verdicts,
    verdicts_by_judgment,
    verdicts_for_judgments,
    verdicts_of,
)
from studies import freezing
from studies.comparison import Order, canonical
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.models import Judge, Judgment, JudgmentScore, Pair, Run, Study, System
from tests.factories import NOW, SYSTEMS, make_rater, make_study, open_study, rate_all
from tests.raters.machine_studies import ONCE
from tests.scripted_runs import make_judges, make_provider, run_to_end

pytestmark = pytest.mark.django_db

PANEL = JuryDesign(preset="paper-panel", consistency_share=0.0)
WITH_OWN = JuryDesign(same_family_share=1.0, consistency_share=0.0)


def judged(study: Study, judges: list[Judge], *, design: JuryDesign = ONCE) -> Run:
    freezing.freeze(study=study, now=NOW)
    return run_to_end(plan_judgments(study=study, judges=judges, design=design, pilot=0, now=NOW))


def one_pair() -> Study:
    """Dialogue d1, counsellor against model-a."""
    return make_study(dialogues=1, systems=SYSTEMS[:2])


def all_of(study: Study) -> list[Verdict]:
    return [verdict for verdicts in verdicts_by_judgment(study) for verdict in verdicts]


@pytest.mark.parametrize("order", [Order.AB, Order.BA])
def test_a_verdict_names_the_sides_as_shown_and_turns_the_value(order: Order) -> None:
    study = one_pair()
    judged(study, make_judges(study, make_provider("real", api="openai", for_trial=False)))
    judgment = Judgment.objects.get(judge__name="judge-gpt", order=order)
    JudgmentScore.objects.filter(judgment=judgment).update(value=-2)
    Judgment.objects.filter(pk=judgment.pk).update(reason="=warm")
    first, second = ("counsellor", "model-a") if order is Order.AB else ("model-a", "counsellor")
    found = verdicts_for_judgments(study, [judgment.pk])
    assert [verdict.dimension for verdict in found] == [
        asked.key for asked in study.protocols.get().document().rubric
    ]
    writers = {"counsellor": "w1", "model-a": ""}
    assert found[0] == Verdict(
        study="kind-words",
        protocol_hash=study.protocols.get().sha256,
        dialogue="d1",
        tags="everyday",
        pair=Pair.objects.get().key,
        system_first=first,
        system_second=second,
        order=order.value,
        dimension="overall",
        source_kind="judge",
        source="judge-gpt",
        occasion=1,
        value_shown=-2,
        value=-2 if order is Order.AB else 2,
        scale=5,
        target="comparison",
        kind="main",
        phase="main",
        pilot=False,
        surplus=False,
        rated_at="2025-03-03T09:00:00Z",
        response_first=f"d1/{first}/1",
        response_second=f"d1/{second}/1",
        replicate_first=1,
        replicate_second=1,
        writer_first=writers[first],
        writer_second=writers[second],
        rater_group="jury",
        position=None,
        layout="",
        excluded=False,
        exclusion_reason="",
        reason="=warm",
        reason_released=None,
        seconds=None,
        flags_first="",
        flags_second="",
        check_asked=None,
        check_answered=None,
        visible_seconds=None,
        focus_losses=None,
        pastes=None,
    )
    assert {verdict.reason for verdict in found[1:]} == {""}


def test_every_verdict_is_the_stored_one() -> None:
    study = make_study(dialogues=2)
    judged(study, make_judges(study, make_provider()))
    found = {(v.source, v.pair, v.order, v.dimension): (v.value_shown, v.value) for v in all_of(study)}
    stored = JudgmentScore.objects.values_list(
        "judgment__judge__name", "judgment__pair__key", "judgment__order", "dimension__key", "value"
    )
    assert found == {tuple(key): (value, canonical(value, Order(key[2]))) for *key, value in stored}
    assert len(found) == 4 * 3 * 2 * 6


def test_a_pilots_judgments_count_and_a_repeat_has_its_occasion() -> None:
    study = one_pair()
    judges = make_judges(study, make_provider())
    freezing.freeze(study=study, now=NOW)
    design = JuryDesign(consistency_share=1.0)
    run = run_to_end(plan_judgments(study=study, judges=judges, design=design, pilot=1, now=NOW))
    assert (run.state, run.gate_waived_at) == ("finished", NOW)
    overall = [v for v in all_of(study) if v.dimension == "overall"]
    assert {(v.source, v.order, v.occasion) for v in overall} == {
        (judge.name, order, occasion) for judge in judges for order in ("AB", "BA") for occasion in (1, 2, 3)
    }
    assert {v.pilot for v in overall} == {False}


def test_a_judge_without_rubric_has_a_phase_of_its_own_and_one_answer() -> None:
    study = one_pair()
    judged(study, make_judges(study, make_provider(), variant="no_rubric"))
    assert {(v.phase, v.dimension) for v in all_of(study)} == {("no_rubric", "overall")}
    assert all(v.reason for v in all_of(study))


@pytest.mark.parametrize(
    ("for_trial", "design", "reasons"),
    [
        (
            False,
            JuryDesign(same_family_share=1.0, consistency_share=0.0),
            {("jury", ""), ("same_family",) * 2},
        ),
        (False, PANEL, {("panel", "panel")}),
        (True, PANEL, {("panel", "trial")}),
        (True, ONCE, {("jury", "trial")}),
    ],
)
def test_only_the_jury_is_not_excluded(
    for_trial: bool, design: JuryDesign, reasons: set[tuple[str, str]]
) -> None:
    study = one_pair()
    System.objects.filter(study=study, name="model-a").update(family="mistral")
    provider = make_provider("p", api="scripted" if for_trial else "openai", for_trial=for_trial)
    judged(study, make_judges(study, provider, families=("claude", "gpt", "llama", "mistral")), design=design)
    found = all_of(study)
    assert {(v.rater_group, v.exclusion_reason) for v in found} == reasons
    assert all(v.excluded is bool(v.exclusion_reason) for v in found)
    assert has_trial_verdicts(study) is for_trial


def test_what_a_judge_said_under_a_trial_provider_stays_marked() -> None:
    """The provider that was asked counts, not the one that the judge has now."""
    study = one_pair()
    judged(study, make_judges(study, make_provider()))
    Judge.objects.update(provider=make_provider("real", api="openai", for_trial=False))
    assert {v.exclusion_reason for v in all_of(study)} == {"trial"}


@pytest.mark.parametrize("model", ["scripted-refuses", "scripted-truncates", "scripted-garbage"])
def test_a_missing_verdict_is_missing(model: str) -> None:
    study = one_pair()
    judges = make_judges(study, make_provider())
    Judge.objects.filter(name="judge-gpt").update(model_id=model)
    judged(study, list(Judge.objects.all()))
    assert {v.source for v in all_of(study)} == {"judge-claude", "judge-llama"}
    assert Judgment.objects.filter(status="done").count() == len(judges) * 2


def test_a_decoy_says_that_it_is_one() -> None:
    study = one_pair()
    freezing.freeze(study=study, now=NOW)
    Pair.objects.update(kind="decoy", expected=-1)
    judged(study, make_judges(study, make_provider()))
    assert {v.kind for v in all_of(study)} == {"decoy"}


def test_raters_and_judges_do_not_mix_and_another_study_does_not_show_through() -> None:
    study = make_study("one", dialogues=2)
    judges = make_judges(study, make_provider())
    open_study(study)
    run_to_end(plan_judgments(study=study, judges=judges, design=ONCE, pilot=0, now=NOW))
    rate_all(make_rater(study))
    assert {v.source_kind for v in verdicts_of(study)} == {"rater"}
    assert {v.source_kind for v in all_of(study)} == {"judge"}
    other = open_study(make_study("two", dialogues=2))
    assert all_of(other) == []
    assert has_trial_verdicts(other) is False


def test_a_chunk_costs_the_same_queries_for_few_and_many_judgments() -> None:
    counts = []
    for number in (1, 3):
        study = make_study(f"s{number}", dialogues=number)
        judged(study, make_judges(study, make_provider(f"p{number}", key_name=f"K{number}_API_KEY")))
        with CaptureQueriesContext(connection) as queries:
            found = all_of(study)
        counts.append(len(queries))
    assert len(found) == 6 * 3 * 2 * 6
    # Protocol, keys (not seen where the database streams them), judgments, answers.
    assert counts[0] == counts[1] <= 4


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    study = make_study(dialogues=2)
    judged(study, make_judges(study, make_provider()))
    whole = all_of(study)
    monkeypatch.setattr(by_judges, "CHUNK", 5)
    assert all_of(study) == whole
    assert len(whole) == 4 * 3 * 2 * 6
