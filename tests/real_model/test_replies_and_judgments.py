"""A real model, however small, fetches replies and judges pairs: no answer is scripted, no wire is faked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from studies.calling import providers
from studies.generation.planning import plan_replies
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.llm.local_server import MODEL
from studies.models import Generation, Judge, Judgment, JudgmentScore, LLMCall, Provider, Study, System
from tests import factories
from tests.factories import NOW
from tests.scripted_runs import call_to_end
from tests.small_model import small_model

pytestmark = pytest.mark.django_db


def test_it_writes_replies_and_judges_them_in_both_orders(tmp_path: Path, settings: Settings) -> None:
    settings.LLM_ALLOW_LOOPBACK = True
    study = factories.make_study(dialogues=2)
    study.systems.filter(kind="llm").update(family="qwen")
    with small_model(tmp_path, threads=2) as port:
        provider = providers.local_provider(port)
        fetch(study, provider)
        judge(study, provider)

    replies = Generation.objects.select_related("response")
    assert [(row.status, bool(row.response.text)) for row in replies] == [("done", True)] * 2
    judgments = Judgment.objects.all()
    assert sorted(row.order for row in judgments) == ["AB"] * 4 + ["BA"] * 4
    assert {row.outcome for row in judgments} == {"ok"}
    scores = JudgmentScore.objects.all()
    assert scores.count() == len(judgments)
    assert {score.value for score in scores} <= {-2, -1, 0, 1, 2}
    calls = LLMCall.objects.all()
    assert len(calls) == 2 + len(judgments)
    assert {call.model_returned for call in calls} == {MODEL}
    assert all(call.input_tokens and call.output_tokens and call.prompt and call.raw for call in calls)


def fetch(study: Study, provider: Provider) -> None:
    system = System.objects.create(
        study=study, name="small", kind="llm", family="smollm", provider=provider, model_id=MODEL,
        temperature=0, max_tokens=80, timeout_seconds=600,
    )  # fmt: skip
    call_to_end(plan_replies(study=study, systems=[system], now=NOW))


def judge(study: Study, provider: Provider) -> None:
    """The imported replies, each pair in both orders, as raters are asked without a rubric."""
    factories.open_study(study)
    own = Judge.objects.create(
        study=study, name="small", provider=provider, model_id=MODEL, family="smollm", variant="no_rubric",
        temperature=0, max_tokens=300, longest_text=120, timeout_seconds=600,
    )  # fmt: skip
    design = JuryDesign(preset="paper-panel", consistency_share=0)
    call_to_end(plan_judgments(study=study, judges=[own], now=NOW, design=design, pilot=0))
