"""Calls, judgments and replies, to look at."""

from __future__ import annotations

import json
import re
import zlib
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies.admin.calls import MOST_RAW, unpacked
from studies.models import Generation, Judgment, JudgmentScore, LLMCall, Run
from studies.run_progress import UNKNOWN
from tests.studies import machines

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"
MODELS = ("llmcall", "judgment", "generation")


@pytest.fixture
def head() -> Client:
    return machines.staff()


def judged() -> Run:
    return machines.worked_off(machines.started(machines.judging_run(machines.judged_study())))


def fetched(**fields: Any) -> Run:
    return machines.worked_off(machines.started(machines.fetching_run(machines.fetching_study(**fields))))


def listed(model: str) -> str:
    return reverse(f"admin:studies_{model}_changelist")


def address(row: Any) -> str:
    return reverse(f"admin:studies_{row._meta.model_name}_change", args=[row.pk])


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def test_a_call_shows_what_was_asked_and_what_came_back(head: Client) -> None:
    run = judged()
    call = LLMCall.objects.order_by("pk")[0]
    assert call.judgment is not None
    page = head.get(address(call))
    text = text_of(page)
    prompt = json.loads(zlib.decompress(bytes(call.prompt)))
    for role, said in prompt:
        assert role in text
        assert " ".join(said.split()) in text
    assert call.response_id in text
    assert "0.00 USD" in text
    assert "no model was called" in text
    assert '<pre class="run-text" dir="auto">' in page.content.decode()
    assert address(call.judgment) in page.content.decode()
    assert reverse("admin:studies_study_run", args=[run.study_id, run.number]) in page.content.decode()


def test_an_unknown_cost_is_no_zero(head: Client) -> None:
    judged()
    call = LLMCall.objects.order_by("pk")[0]
    LLMCall.objects.filter(pk=call.pk).update(cost_micros=None, cost_reason="Nobody knows.")
    text = text_of(head.get(address(call)))
    assert f"Cost: {UNKNOWN}" in text
    assert "Nobody knows." in text


def test_a_long_answer_is_cut_for_the_page_and_says_so(head: Client) -> None:
    judged()
    call = LLMCall.objects.order_by("pk")[0]
    LLMCall.objects.filter(pk=call.pk).update(raw=zlib.compress(b"x" * (MOST_RAW + 1)), raw_truncated=True)
    text = text_of(head.get(address(call)))
    assert "Only the first 64 KiB are shown. Only its beginning was kept; the hash is of the whole." in text
    assert "x" * MOST_RAW in text
    assert "x" * (MOST_RAW + 1) not in text


@pytest.mark.parametrize(
    ("size", "is_whole"), [(0, True), (9, True), (10, True), (11, False), (99_999, False)]
)
def test_unpacking_stops_in_time(size: int, is_whole: bool) -> None:
    assert unpacked(zlib.compress(b"y" * size), 10) == ("y" * min(size, 10), is_whole)


def test_hostile_texts_are_only_text(head: Client) -> None:
    judged()
    call = LLMCall.objects.order_by("pk")[0]
    said = zlib.compress(json.dumps([["user", HOSTILE]]).encode())
    LLMCall.objects.filter(pk=call.pk).update(
        raw=zlib.compress(HOSTILE.encode() + b"\xff"), prompt=said, model_returned=HOSTILE, refusal=HOSTILE
    )
    Judgment.objects.update(reason=HOSTILE, reasons={"overall": HOSTILE}, evidence=[HOSTILE, HOSTILE])
    rows: list[Any] = [call, Judgment.objects.order_by("pk")[0]]
    for page in [head.get(address(row)).content.decode() for row in rows] + [
        head.get(listed("llmcall")).content.decode()
    ]:
        assert HOSTILE not in page
        assert unescape(page).count(HOSTILE) >= 1
        assert not re.search(r"\sstyle=|\son[a-z]+=\"|<style", page)


def test_calls_are_found_by_run_and_by_what_came_of_them(head: Client) -> None:
    run = judged()
    call = LLMCall.objects.order_by("pk")[0]
    LLMCall.objects.filter(pk=call.pk).update(
        result="failed", error="x", error_kind="server", reading="schema"
    )
    other = Run.objects.create(
        study=run.study, number=9, kind="generate", created_at=run.created_at, design={}
    )
    count = LLMCall.objects.count()
    for query, found in (
        ({"run": run.pk}, count),
        ({"run": other.pk}, 0),
        ({"run": "x"}, count),
        ({"result__exact": "failed"}, 1),
        ({"error_kind": "server"}, 1),
        ({"reading": "schema"}, 1),
        ({"q": LLMCall.objects.order_by("pk")[1].response_id}, 1),
        ({"q": "nothing"}, 0),
    ):
        assert head.get(listed("llmcall"), query).context["cl"].result_count == found, query


def test_the_list_of_calls_reads_no_texts(head: Client) -> None:
    judged()
    with CaptureQueriesContext(connection) as queries:
        text = text_of(head.get(listed("llmcall")))
    assert "judge-gpt" in text
    assert not [one for one in queries if '"raw"' in one["sql"] or '"prompt"' in one["sql"]]


def test_a_judgment_shows_its_verdicts_and_calls(head: Client) -> None:
    judged()
    row = Judgment.objects.order_by("pk")[0]
    text = text_of(head.get(address(row)))
    for score in JudgmentScore.objects.filter(judgment=row).select_related("dimension"):
        assert f"{score.dimension.key} {score.value:+d} {row.reasons[score.dimension.key]}" in text
    assert row.evidence[0] in text
    assert f"call {row.calls.get().pk} to scripted-judge" in text


def test_a_fetched_reply_shows_its_text_and_calls(head: Client) -> None:
    fetched()
    row = Generation.objects.order_by("pk")[0]
    page = head.get(address(row))
    assert row.text in text_of(page)
    assert address(row.calls.get()) in page.content.decode()
    assert "a reply" in text_of(head.get(address(row.calls.get())))


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_say_what_is_for_trying_out_only(head: Client, model: str) -> None:
    judged()
    fetched(slug="fetching")
    rows = apps.get_model("studies", model).objects
    own = rows.order_by("pk")[0]
    real = machines.make_provider("real", api="openai", key_name="A_API_KEY", for_trial=False)
    rows.exclude(pk=own.pk).update(provider=real)
    other = rows.exclude(pk=own.pk).order_by("pk")[0]

    page = head.get(listed(model), {"all": ""}).content.decode()
    marks = re.findall(r'class="field-is_trial"><img [^>]*alt="(\w+)"', page)
    assert marks == ["False"] * (rows.count() - 1) + ["True"]
    assert text_of(head.get(address(own))).count("for trying out only") == 1
    assert "for trying out only" not in text_of(head.get(address(other)))


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_added_changed_or_deleted(head: Client, model: str) -> None:
    judged()
    assert head.get(reverse(f"admin:studies_{model}_add")).status_code == 403
    assert machines.staff("view_dialogue").get(listed(model)).status_code == 403
    assert machines.staff(f"view_{model}").get(listed(model)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_lists_cost_the_same_for_few_rows_and_for_many(head: Client, model: str) -> None:
    counts = []
    for number, dialogues in enumerate((1, 3)):
        study = machines.judged_study(f"j{number}", dialogues=dialogues)
        machines.worked_off(machines.started(machines.judging_run(study)))
        other = machines.fetching_study(slug=f"f{number}", dialogues=dialogues)
        machines.worked_off(machines.started(machines.fetching_run(other)))
        with CaptureQueriesContext(connection) as queries:
            text_of(head.get(listed(model)))
        counts.append(len(queries))
    assert counts[0] == counts[1]
