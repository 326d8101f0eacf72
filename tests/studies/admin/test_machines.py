"""Providers, systems and judges in the admin: what is refused, what stays once a call was made."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from studies.calling import runs
from studies.models import Judge, LLMCall, Provider, System
from tests import factories
from tests.studies import machines

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert('x')</script>"
PROVIDER = {
    "name": "own",
    "api": "openai",
    "base_url": "",
    "key_name": "",
    "max_in_flight": "8",
    "prices": "{}",
}
ASKED = {"max_tokens": "1200", "timeout_seconds": "120"}


@pytest.fixture
def head() -> Client:
    return machines.staff()


def address(model: str, pk: int | None = None) -> str:
    if pk is None:
        return reverse(f"admin:studies_{model}_add")
    return reverse(f"admin:studies_{model}_change", args=[pk])


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def fields_of(response: Any) -> set[str]:
    """The names that can be filled in."""
    assert response.status_code == 200
    form = response.content.decode().split('<div id="content-main">', 1)[1]
    found = re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form)
    return {name for name in found if not name.startswith(("_", "csrf"))}


def test_a_provider_is_added(head: Client) -> None:
    head.post(
        address("provider"),
        {**PROVIDER, "key_name": "OWN_API_KEY", "prices": '{"m": {"input": 1, "output": "2"}}'},
    )
    provider = Provider.objects.get()
    assert (provider.name, provider.api, provider.key_name) == ("own", "openai", "OWN_API_KEY")
    assert provider.for_trial is False
    assert provider.own_prices["m"].output == 2


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://169.254.169.254/latest", "The host 169.254.169.254 is not on this installation's list"),
        ("https://10.0.0.8/v1", "The host 10.0.0.8 is not on this installation's list of allowed hosts."),
        ("https://allowed.test:8443/v1", "The host allowed.test is inside a private network (10.1.2.3)"),
        ("http://allowed.test/v1", "An endpoint on another machine is called over https:// only."),
        ("https://metadata.test/v1", "has an address that is never called: 169.254.169.254."),
        ("https://u:p@allowed.test/v1", "holds no user name and no password"),
        ("ftp://allowed.test/", "An endpoint's address starts with https://"),
    ],
)
def test_addresses_that_are_not_called_are_refused_in_words(
    head: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch, base_url: str, said: str
) -> None:
    settings.LLM_ALLOWED_HOSTS = ["allowed.test", "allowed.test:8443", "metadata.test"]
    known = {"allowed.test": "10.1.2.3", "metadata.test": "169.254.169.254"}
    monkeypatch.setattr("socket.getaddrinfo", lambda host, *rest, **more: [(2, 1, 6, "", (known[host], 0))])
    assert said in text_of(head.post(address("provider"), {**PROVIDER, "base_url": base_url}))
    assert not Provider.objects.exists()


def test_loopback_is_for_the_embedded_mode(head: Client, settings: Settings) -> None:
    own = {**PROVIDER, "base_url": "http://127.0.0.1:8080/v1"}
    settings.LLM_ALLOW_LOOPBACK = False
    refused = head.post(address("provider"), own)
    assert "is not on this installation's list of allowed hosts" in text_of(refused)
    settings.LLM_ALLOW_LOOPBACK = True
    head.post(address("provider"), own)
    assert Provider.objects.get().base_url == "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"prices": '{"m": {"input": "-1", "output": "2"}}'}, "the price of m must look like"),
        ({"prices": '{"m": 3}'}, "the price of m must look like"),
        ({"prices": "[1]"}, "Prices are one JSON object"),
        ({"key_name": "SECRET_KEY"}, "A name such as OPENAI_API_KEY: it ends in _API_KEY."),
        ({"api": "scripted", "base_url": "http://127.0.0.1/"}, "The scripted provider calls no address"),
    ],
)
def test_what_a_provider_cannot_be(
    head: Client, settings: Settings, fields: dict[str, str], said: str
) -> None:
    settings.LLM_ALLOW_LOOPBACK = True
    assert said in text_of(head.post(address("provider"), {**PROVIDER, **fields}))
    assert not Provider.objects.exists()


def test_the_scripted_provider_is_for_trial_whatever_is_ticked(head: Client) -> None:
    head.post(address("provider"), {**PROVIDER, "api": "scripted"})
    assert Provider.objects.get().for_trial is True


def test_one_address_and_key_is_one_provider(head: Client) -> None:
    machines.make_provider("first", api="openai", key_name="A_API_KEY", for_trial=False)
    other = machines.make_provider("second", api="openai", key_name="B_API_KEY", for_trial=False)
    machines.make_provider("third", api="google", key_name="A_API_KEY")
    sent = {**PROVIDER, "name": "x", "key_name": "A_API_KEY"}
    assert "first has this address and this key" in text_of(head.post(address("provider"), sent))
    changed = head.post(address("provider", other.pk), {**sent, "name": "second"})
    assert "first has this address and this key" in text_of(changed)


def test_an_address_stays_once_it_was_called(head: Client) -> None:
    study = machines.fetching_study()
    provider = Provider.objects.get()
    assert {"api", "base_url"} <= fields_of(head.get(address("provider", provider.pk)))
    machines.worked_off(machines.started(machines.fetching_run(study)))
    fields = fields_of(head.get(address("provider", provider.pk)))
    assert "name" in fields
    assert not {"api", "base_url"} & fields
    sent = {**PROVIDER, "api": "openai", "base_url": "http://127.0.0.1/", "max_in_flight": "3"}
    head.post(address("provider", provider.pk), sent)
    provider.refresh_from_db()
    assert (provider.api, provider.base_url) == ("scripted", "")
    assert (provider.max_in_flight, provider.for_trial) == (3, True)
    machines.make_provider("twin", key_name="A_API_KEY")
    taken = head.post(address("provider", provider.pk), {**sent, "key_name": "A_API_KEY"})
    assert "twin has this address and this key" in text_of(taken)


@pytest.mark.parametrize("kind", ["replies", "judging"])
def test_an_address_stays_once_a_run_was_planned(head: Client, kind: str) -> None:
    fixed = {"api", "base_url", "for_trial"}
    study = machines.fetching_study() if kind == "replies" else machines.judged_study()
    provider = Provider.objects.get()
    other = machines.make_provider("other", api="openai", key_name="A_API_KEY")
    assert fixed <= fields_of(head.get(address("provider", provider.pk)))
    run = machines.fetching_run(study) if kind == "replies" else machines.judging_run(study)
    assert not LLMCall.objects.exists()
    assert not fixed & fields_of(head.get(address("provider", provider.pk)))
    assert fixed <= fields_of(head.get(address("provider", other.pk)))
    sent = {**PROVIDER, "name": "own", "api": "openai", "key_name": "B_API_KEY"}
    head.post(address("provider", provider.pk), sent)
    provider.refresh_from_db()
    assert (provider.name, provider.api, provider.for_trial) == ("own", "scripted", True)
    runs.cancel(run=run, now=timezone.now())
    assert fixed <= fields_of(head.get(address("provider", provider.pk)))


def test_a_key_shows_as_set_or_not_and_never_itself(head: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_API_KEY", "sk-planted-and-secret")
    monkeypatch.delenv("ABSENT_API_KEY", raising=False)
    there = machines.make_provider("there", api="openai", key_name="PLANTED_API_KEY")
    absent = machines.make_provider("absent", api="openai", key_name="ABSENT_API_KEY")
    pages = [
        head.get(reverse("admin:studies_provider_changelist")),
        head.get(address("provider", there.pk)),
        head.get(address("provider", absent.pk)),
    ]
    assert "set here" in text_of(pages[1])
    assert "not set here: the workers need it" in text_of(pages[2])
    assert all("sk-planted" not in page.content.decode() for page in pages)


def test_what_asked_to_wait_says_until_when(head: Client) -> None:
    provider = machines.make_provider(held_until=timezone.now() + timedelta(minutes=5))
    assert "asked to wait until" in text_of(head.get(address("provider", provider.pk)))


def test_a_system_under_test_is_added_to_a_study_that_is_not_frozen(head: Client) -> None:
    study, frozen = factories.make_study(), machines.judged_study("frozen")
    provider = Provider.objects.get()
    sent = {
        "study": study.pk,
        "name": "new",
        "provider": provider.pk,
        "model_id": "m-1",
        "family": "gpt",
        **ASKED,
    }
    for missing in ("provider", "model_id", "family"):
        assert "This field is required." in text_of(head.post(address("system"), {**sent, missing: ""}))
    assert "not one of the available choices" in text_of(
        head.post(address("system"), {**sent, "study": frozen.pk})
    )
    assert "No prompt is called x." in text_of(head.post(address("system"), {**sent, "prompt_version": "x"}))
    assert "already exists" in text_of(head.post(address("system"), {**sent, "name": "model-a"}))
    head.post(address("system"), sent)
    system = System.objects.get(name="new")
    assert (system.kind, system.model_id, system.max_tokens, system.temperature) == ("llm", "m-1", 1200, None)


#: What the page's table of scores on other benchmarks sends where nobody touched it.
NO_SCORES = {"benchmark_scores-TOTAL_FORMS": "0", "benchmark_scores-INITIAL_FORMS": "0"}


def test_how_a_system_is_asked_stays_once_a_reply_was_planned(head: Client) -> None:
    study = machines.fetching_study()
    system = study.systems.get(name="fetched")
    asked = {"provider", "model_id", "temperature", "max_tokens", "prompt_version"}
    assert asked <= fields_of(head.get(address("system", system.pk)))
    machines.fetching_run(study)
    fields = fields_of(head.get(address("system", system.pk)))
    assert fields == {"family", "params_total", "params_active"}
    sent = {"family": "qwen", "model_id": "other", "params_total": "7", **NO_SCORES}
    head.post(address("system", system.pk), sent)
    system.refresh_from_db()
    assert (system.family, system.params_total, system.model_id) == ("qwen", 7, "scripted-replies")


def test_a_family_stays_once_judges_were_drawn_by_it(head: Client) -> None:
    study = machines.judged_study()
    system = study.systems.get(name="model-a")
    assert "family" in fields_of(head.get(address("system", system.pk)))
    machines.judging_run(study)
    fields = fields_of(head.get(address("system", system.pk)))
    assert "family" not in fields
    assert "params_total" in fields


@pytest.mark.parametrize("kind", ["human", "decoy"])
def test_people_and_decoys_have_no_model(head: Client, kind: str) -> None:
    system = factories.make_study().systems.get(kind="human")
    System.objects.filter(pk=system.pk).update(kind=kind)
    page = head.get(address("system", system.pk))
    assert fields_of(page) == set()
    assert "Dated model id" not in text_of(page)
    assert head.post(address("system", system.pk), {}).status_code == 302


def test_a_system_that_gets_a_provider_needs_a_model_id(head: Client) -> None:
    system = factories.make_study().systems.get(name="model-a")
    sent = {"provider": machines.make_provider().pk, "model_id": "", "family": "x", **ASKED}
    said = text_of(head.post(address("system", system.pk), sent))
    assert "Say as which model the provider is to be asked." in said


def test_a_judge_is_added_at_temperature_0_and_stays_once_it_judged(head: Client) -> None:
    study = machines.judged_study()
    page = head.get(address("judge")).content.decode()
    assert re.search(r'name="temperature" value="0"', page)
    assert re.search(r'name="max_tokens" value="1200"', page)
    sent = {"study": study.pk, "name": "j", "provider": Provider.objects.get().pk, "model_id": "scripted-j"}
    sent |= {"family": "qwen", "variant": "rubric", "temperature": "0", **ASKED}
    assert "No prompt is called x." in text_of(head.post(address("judge"), {**sent, "prompt_version": "x"}))
    head.post(address("judge"), sent)
    judge = Judge.objects.get(name="j")
    assert (judge.temperature, judge.family) == (Decimal(0), "qwen")
    assert "model_id" in fields_of(head.get(address("judge", judge.pk)))

    machines.judging_run(study)
    assert fields_of(head.get(address("judge", judge.pk))) == set()
    assert head.post(address("judge", judge.pk), {**sent, "family": "x"}).status_code == 403
    assert head.post(reverse("admin:studies_judge_delete", args=[judge.pk])).status_code == 403


def test_trial_is_marked_and_hostile_names_are_text(head: Client) -> None:
    study = machines.judged_study()
    Judge.objects.filter(family="gpt").update(name=HOSTILE, model_id=HOSTILE)
    System.objects.filter(name="model-a").update(
        name=HOSTILE, provider=Provider.objects.get(), model_id=HOSTILE
    )
    for model, pk in (
        ("judge", Judge.objects.get(name=HOSTILE).pk),
        ("system", study.systems.get(name=HOSTILE).pk),
    ):
        listed = head.get(reverse(f"admin:studies_{model}_changelist")).content.decode()
        assert "For trying out only" in listed
        assert "icon-yes" in listed
        for page in (listed, head.get(address(model, pk)).content.decode()):
            assert HOSTILE not in page


@pytest.mark.parametrize("model", ["provider", "system", "judge"])
def test_permissions_are_the_models_own(model: str) -> None:
    machines.judged_study()
    listed = reverse(f"admin:studies_{model}_changelist")
    onlooker = machines.staff(f"view_{model}")
    assert onlooker.get(listed).status_code == 200
    assert onlooker.get(address(model)).status_code == 403
    stranger = machines.staff("view_dialogue")
    assert stranger.get(listed).status_code == 403
    assert stranger.post(address(model), {}).status_code == 403


@pytest.mark.parametrize("model", ["provider", "system", "judge"])
def test_lists_cost_the_same_for_one_study_and_for_three(head: Client, model: str) -> None:
    counts = []
    for slug in ("one", "two", "three"):
        machines.judged_study(slug, dialogues=1)
        machines.make_provider(f"p-{slug}", key_name=f"{slug.upper()}_API_KEY")
        with CaptureQueriesContext(connection) as queries:
            assert head.get(reverse(f"admin:studies_{model}_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
