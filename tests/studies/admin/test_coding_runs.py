"""Coders, coding runs and codings in the administration."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studies import tasks
from studies.calling import designing
from studies.models import Coder, Coding, LLMCall, Passage, Provider, Run, Study
from tests.studies import machines
from tests.studies.coding.material import coded_study, make_coder, outside_provider

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture(autouse=True)
def _no_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "nudge", lambda run: None)


@pytest.fixture
def head() -> Client:
    return machines.staff()


def models_url(study: Study) -> str:
    return reverse("admin:studies_study_models", args=[study.pk])


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def planned(head: Client, study: Study, **more: Any) -> Any:
    coders = list(Coder.objects.values_list("pk", flat=True))
    sent = {"action": "coding", "coders": coders, "kinds": ["reason", "reply"], "consistency_share": "0"}
    return head.post(models_url(study), {**sent, **more}, follow=True)


def run_url(run: Run) -> str:
    return reverse("admin:studies_study_run", args=[run.study_id, run.number])


def test_the_page_says_what_is_missing(head: Client) -> None:
    study = Study.objects.create(slug="s", title="S")
    assert "Coders go by a codebook, and this study has none yet." in text_of(head.get(models_url(study)))
    study = coded_study()
    text = text_of(head.get(models_url(study)))
    assert "No language model codes in this study yet." in text
    assert "Code passages" not in text
    make_coder(study)
    make_coder(study, "outside", provider=outside_provider())
    text = text_of(head.get(models_url(study)))
    assert "Code passages" in text
    assert "coder scripted for trying out only scripted-coder phi stay with you" in text
    assert "outside outside for trying out only scripted-coder phi only where the rater agreed" in text
    Passage.objects.all().delete()
    assert "No reasons and no replies are set out" in text_of(head.get(models_url(study)))


def test_the_two_plans_on_the_page_share_no_id(head: Client) -> None:
    study = machines.judged_study()
    study.codes.create(key="reframe", kind="strategy", name="Reframe", definition="…")
    make_coder(study)
    page = head.get(models_url(study)).content.decode()
    found = re.findall(r'\bid="([^"]+)"', page)
    assert len(found) == len(set(found))


def test_a_coder_is_added_on_a_provider_of_ones_own_and_stays_once_it_has_coded(head: Client) -> None:
    study = coded_study()
    own = outside_provider("mine", is_own=True)
    page = head.get(reverse("admin:studies_coder_add")).content.decode()
    assert f'<option value="{own.pk}" selected>mine</option>' in page
    fields = {"study": study.pk, "name": "phi", "provider": own.pk, "model_id": "m", "family": "phi"}
    asked = {"max_tokens": "1200", "timeout_seconds": "120", "temperature": "0"}
    wrong = head.post(reverse("admin:studies_coder_add"), {**fields, **asked, "prompt_version": "code-0"})
    assert "No prompt is called code-0. Known are: code-1." in text_of(wrong)
    head.post(reverse("admin:studies_coder_add"), {**fields, **asked})
    coder = Coder.objects.get()
    assert (coder.provider, coder.family, coder.temperature) == (own, "phi", Decimal(0))
    planned(head, study)
    change = reverse("admin:studies_coder_change", args=[coder.pk])
    assert "_save" not in head.get(change).content.decode()
    assert head.post(reverse("admin:studies_coder_delete", args=[coder.pk])).status_code == 403
    page = head.get(reverse("admin:studies_provider_change", args=[own.pk])).content.decode()
    assert not re.search(r'name="(is_own|base_url)"', page)


def test_a_provider_is_ones_own_only_at_an_address(head: Client) -> None:
    sent = {"name": "own", "api": "openai", "key_name": "X_API_KEY", "max_in_flight": "8", "prices": "{}"}
    answer = head.post(reverse("admin:studies_provider_add"), {**sent, "is_own": "on"})
    assert "Give the address on your own machines." in text_of(answer)
    assert not Provider.objects.exists()


def test_from_plan_to_codes(head: Client) -> None:
    study = coded_study()
    make_coder(study)
    make_coder(study, "outside", provider=outside_provider())
    text = text_of(planned(head, study, coders=[Coder.objects.get(name="coder").pk]))
    run = Run.objects.get()
    assert "12 passages, by version 1 of the codebook" in text
    assert "These codings are by a model for trying out only. They are no results." in text
    designing.price(run=run, now=timezone.now())
    head.post(run_url(run), {"action": "start", "calls": "20"})
    run = machines.worked_off(Run.objects.get())
    text = text_of(head.get(run_url(run)))
    assert run.state == "finished"
    assert "Done 12 / 12" in text
    assert (
        "Coder codes refused cut off could not be read failed under way waiting coder 12 0 0 0 0 0 0" in text
    )
    assert "Extend by new passages" in text
    answer = head.post(run_url(run), {"action": "extend"}, follow=True)
    assert "There are no new passages." in text_of(answer)
    assert "Run 1 code passages finished 12 / 12" in text_of(head.get(models_url(study)))


def test_what_is_withheld_is_counted_and_not_offered_for_retry(head: Client) -> None:
    study = coded_study()
    make_coder(study, provider=outside_provider())
    text = text_of(planned(head, study, first="3"))
    assert "6 passages (the first 3 of each kind)" in text
    assert "1 coding is withheld: it is of words of a rater who did not agree" in text
    run = machines.started(Run.objects.get())
    text = text_of(head.get(run_url(run)))
    assert "1 These are words of a rater who did not agree that they leave" in text
    assert "Retry" not in text


def test_a_plan_that_is_not_possible_is_said(head: Client) -> None:
    study = coded_study()
    make_coder(study, family="gpt")
    text = text_of(planned(head, study))
    assert "Nothing was planned: the coder coder and the judge judge-gpt" in text
    assert not Run.objects.exists()


def worked(study: Study) -> Run:
    make_coder(study)
    return machines.worked_off(machines.started(planned_run(study)))


def planned_run(study: Study) -> Run:
    planned(machines.staff(), study)
    return Run.objects.get()


def test_a_coding_and_its_call_show_what_was_asked_and_answered(head: Client) -> None:
    study = coded_study()
    Passage.objects.filter(kind="reason").update(text=f"It gives hope. {HOSTILE}")
    worked(study)
    row = Coding.objects.filter(passage__kind="reason")[0]
    page = head.get(reverse("admin:studies_coding_change", args=[row.pk]))
    assert HOSTILE not in page.content.decode()
    text = text_of(page)
    assert "Codes: offer_hope" in text
    assert "[scripted] words of 1 codes were found." in text
    reply = Coding.objects.filter(passage__kind="reply")[0]
    address = reverse("admin:studies_coding_change", args=[reply.pk])
    assert "Codes: none applies" in text_of(head.get(address))
    call = LLMCall.objects.get(coding=row)
    text = text_of(head.get(reverse("admin:studies_llmcall_change", args=[call.pk])))
    assert "Purpose: coding" in text
    assert "System, judge or coder: coder" in text
    assert f"{row.coder_id} on {row.passage_id}.1" in text


def test_lists_cost_the_same_for_one_row_and_for_many(head: Client) -> None:
    study = coded_study()
    run = worked(study)
    counts = [queries_of(head, "coding"), queries_of(head, "llmcall")]
    make_coder(study, "other")
    planned(head, study)
    machines.worked_off(machines.started(study.runs.exclude(pk=run.pk).get()))
    assert Coding.objects.count() == 24
    assert [queries_of(head, "coding"), queries_of(head, "llmcall")] == counts


def queries_of(head: Client, model: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        head.get(reverse(f"admin:studies_{model}_changelist"))
    return len(queries)
