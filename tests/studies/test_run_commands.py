"""The command line of runs: each command does its one thing, or says in a sentence why it does not."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from studies.calling import providers
from studies.models import Coder, Coding, Generation, Judge, Judgment, LLMCall, Provider, Run, System
from tests import factories
from tests.studies.coding.material import coded_study

pytestmark = pytest.mark.django_db
SCRIPTED = ("--provider", "scripted", "--model", "scripted-a", "--family")


def told(*command: str) -> Any:
    """What a command says as JSON."""
    out = StringIO()
    call_command(*command, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def scripted() -> Provider:
    told("add_provider", "scripted", "--api", "scripted")
    return Provider.objects.get()


def test_a_provider_is_added_once_and_a_scripted_one_is_for_trial(scripted: Provider) -> None:
    assert (scripted.name, scripted.for_trial) == ("scripted", True)
    with pytest.raises(CommandError, match="already exists"):
        told("add_provider", "scripted", "--api", "scripted")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--base-url", "http://169.254.169.254/latest"), "is not on this installation's list"),
        (("--base-url", "https://user:secret@llm.example.org"), "holds no user name and no password"),
        (("--base-url", "https://10.0.0.7/v1"), "is not on this installation's list"),
        ((), "needs a key: name the variable"),
        (("--key-name", "SECRET_KEY"), "it ends in _API_KEY"),
        (("--key-name", "X_API_KEY", "--prices", '{"m": {"input": "-1", "output": "2"}}'), "the price of m"),
    ],
)
def test_a_provider_that_must_not_be_called_is_refused(given: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        told("add_provider", "mine", "--api", "openai", *given)
    assert not Provider.objects.exists()


def test_the_local_models_provider_follows_its_port_and_is_for_trial() -> None:
    providers.local_provider(8311)
    local = providers.local_provider(8500)
    assert Provider.objects.get() == local
    assert (local.base_url, local.for_trial, local.max_in_flight) == ("http://127.0.0.1:8500/v1", True, 1)
    assert (local.is_own, local.is_outside) == (True, False)


def test_a_provider_of_ones_own_has_an_address_of_ones_own(settings: Settings) -> None:
    settings.LLM_ALLOW_LOOPBACK = True
    told("add_provider", "mine", "--api", "openai", "--base-url", "http://127.0.0.1:8080/v1", "--own")
    assert not Provider.objects.get().is_outside
    with pytest.raises(CommandError, match="is not on your machines"):
        told("add_provider", "not-mine", "--api", "openai", "--key-name", "X_API_KEY", "--own")


def test_systems_and_judges_are_added_with_their_settings(scripted: Provider) -> None:
    factories.make_study()
    told("add_system", "kind-words", "sys", *SCRIPTED, "gpt", "--max-tokens", "99", "--params-total", "7")
    told("add_judge", "kind-words", "judge", *SCRIPTED, "llama", "--temperature", "0", "--longest-text", "80")
    system, judge = System.objects.get(name="sys"), Judge.objects.get()
    assert (system.kind, system.provider, system.max_tokens, system.params_total) == ("llm", scripted, 99, 7)
    asked = (judge.family, judge.temperature, judge.longest_text, judge.variant)
    assert asked == ("llama", Decimal(0), 80, "rubric")


def test_what_is_not_there_is_named_with_what_is(scripted: Provider) -> None:
    factories.make_study()
    with pytest.raises(CommandError, match="no provider 'nobody'; providers are: scripted"):
        told("add_judge", "kind-words", "j", "--provider", "nobody", "--model", "m", "--family", "f")
    with pytest.raises(CommandError, match="no run 3 of kind-words; runs are: none yet"):
        told("show_run", "kind-words", "3")
    factories.open_study(factories.make_study("other"))
    with pytest.raises(CommandError, match="no judge is called unheard"):
        told("plan_judgments", "other", "--judge", "unheard")


@pytest.mark.django_db(transaction=True)
def test_a_study_goes_from_replies_to_judgments_without_a_worker(scripted: Provider) -> None:
    study = factories.make_study(systems=("people",), dialogues=3)
    told("add_system", study.slug, "sys", *SCRIPTED, "gpt")
    planned = told("plan_replies", study.slug)
    assert (planned["run"], planned["planned_calls"], planned["state"]) == (1, 3, "planned")
    with pytest.raises(CommandError, match="at least one limit"):
        told("start_run", study.slug, "1", "--here")
    fetched = told("start_run", study.slug, "1", "--cap-calls", "10", "--here")
    assert (fetched["state"], fetched["rows"], fetched["calls"]) == ("finished", {"done": 3}, 3)
    told("make_pairs", study.slug, "--baseline", "people")
    told("freeze_study", study.slug)
    for family in ("claude", "llama", "gemini"):
        told("add_judge", study.slug, f"judge-{family}", *SCRIPTED, family)
    told("plan_judgments", study.slug, "--pilot", "1", "--consistency-share", "0")

    stopped = told("start_run", study.slug, "2", "--cap-money", "1.5", "--here")
    assert (stopped["state"], stopped["rows"]) == ("paused", {"done": 6, "pending": 12})
    assert Run.objects.get(number=2).cap_micros == 1_500_000
    ended = told("start_run", study.slug, "2", "--waive-gate", "Scripted judges draw lots.", "--here")
    assert (ended["state"], ended["rows"]) == ("finished", {"done": 18})
    assert Run.objects.get(number=2).gate_waiver == "Scripted judges draw lots."
    assert (Generation.objects.count(), Judgment.objects.count(), LLMCall.objects.count()) == (3, 18, 21)


@pytest.mark.django_db(transaction=True)
def test_coders_are_added_and_code_without_a_worker(scripted: Provider) -> None:
    study = coded_study()
    with pytest.raises(CommandError, match="there are no coders: add one first"):
        told("plan_codings", study.slug)
    added = told("add_coder", study.slug, "phi", *SCRIPTED, "phi", "--longest-text", "80")
    assert added == {"study": study.slug, "coder": "phi", "model": "scripted-a", "family": "phi"}
    coder = Coder.objects.get()
    assert (coder.temperature, coder.longest_text, coder.max_tokens) == (Decimal(0), 80, 1200)
    with pytest.raises(CommandError, match="no coder is called nobody"):
        told("plan_codings", study.slug, "--coder", "nobody")
    plan = told("plan_codings", study.slug, "--kind", "reason", "--first", "3", "--consistency-share", "0")
    assert plan["coding"] == {"passages": 3, "sent": 3, "withheld": 0, "same_family": 0}
    ended = told("start_run", study.slug, "1", "--cap-calls", "10", "--here")
    assert (ended["kind"], ended["state"], ended["rows"]) == ("code", "finished", {"done": 3})
    assert Coding.objects.filter(outcome="ok").count() == 3
