"""Nudges: a message says that there is something to do, rows say what."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from studies import tasks
from studies.calling import clients, runs
from studies.generation.replying import Replying
from studies.judging import piloting, planning
from studies.judging.judging import Judging
from studies.llm.scripted import ScriptedClient
from studies.models import Judgment, LLMCall, Run
from tests import factories, machines
from tests.factories import NOW
from tests.studies.llm.test_imports import HEAVY

ROOT = Path(__file__).parents[2]
WEB = (
    "import sys, django; django.setup(); import heartsite.urls, heartsite.wsgi, studies.tasks;"
    "from studies.generation import planning; from studies.judging import planning, piloting;"
    "print(*sys.modules)"
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int, Any]]:
    """What was sent to workers: task, run, and the seconds that it is to wait."""
    found: list[tuple[str, int, Any]] = []
    for task in (tasks.drain_run, tasks.price_run):

        def send(args: Any, name: str = task.__name__, **more: Any) -> None:
            found.append((name, args[0], more.get("countdown")))

        monkeypatch.setattr(task, "apply_async", send)
    monkeypatch.setattr(clients, "client", ScriptedClient)
    return found


def test_the_web_never_loads_the_client_library() -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "heartsite.settings", "HEARTSITE_VAR": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", WEB], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    names = set(done.stdout.split())
    assert {"studies.tasks", "heartsite.urls", "studies.calling.draining"} <= names
    assert HEAVY & names == set()
    assert "studies.llm.library" not in names


@pytest.mark.django_db
def test_one_message_works_a_run_off_and_notes_its_end(sent: list[Any]) -> None:
    run = machines.judging_run()
    tasks.drain_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.calls, sent) == ("finished", 24, [])
    assert set(LLMCall.objects.values_list("worker", flat=True)) == {clients.worker_name()}
    tasks.drain_run(run.pk)
    assert LLMCall.objects.count() == 24


@pytest.mark.django_db
def test_a_run_that_has_to_wait_is_nudged_when_it_is_time(sent: list[Any]) -> None:
    run = machines.judging_run(model_id="scripted-429")
    tasks.drain_run(run.pk)
    ((name, pk, countdown),) = sent
    assert (name, pk) == ("drain_run", run.pk)
    assert 0.1 <= countdown <= 5.0


@pytest.mark.django_db
def test_a_long_wait_is_left_to_the_sweep(sent: list[Any]) -> None:
    run = machines.judging_run()
    Judgment.objects.update(not_before=timezone.now() + timedelta(seconds=600))
    tasks.drain_run(run.pk)
    assert sent == []


@pytest.mark.django_db
def test_a_gate_that_opens_wakes_workers_for_the_rest(
    sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piloting, "decide", lambda **_: True)
    run = machines.judging_run(pilot=1)
    tasks.drain_run(run.pk)
    assert sent == [("drain_run", run.pk, None)] * tasks.WAKES


@pytest.mark.django_db
def test_the_sweep_recovers_prices_and_nudges(sent: list[Any]) -> None:
    running = machines.judging_run()
    machines.claimed(running, most=1)
    study = machines.make_frozen_study("another", dialogues=1)
    judges = machines.make_judges(study, provider=machines.make_provider("b", base_url="http://b"))
    planned = planning.plan_judgments(study=study, judges=judges, now=NOW)

    tasks.sweep()

    assert LLMCall.objects.get().result == "lost"
    assert ("price_run", planned.pk, None) in sent
    assert sent.count(("drain_run", running.pk, None)) == tasks.WAKES
    sent.clear()
    tasks.price_run(planned.pk)
    runs.pause(run=running, reason="Tea.", now=NOW)
    tasks.sweep()
    assert sent == []


@pytest.mark.django_db
def test_what_is_wrong_with_a_plans_prices_is_written_into_it() -> None:
    study = machines.make_frozen_study(dialogues=1)
    provider = machines.priced_provider(prices={"scripted-a": 5})
    judges = machines.make_judges(study, provider=provider)
    run = planning.plan_judgments(study=study, judges=judges, now=NOW)
    tasks.price_run(run.pk)
    run.refresh_from_db()
    assert run.plan["problem"].startswith("the price of scripted-a must look like")
    assert run.priced_at is None
    provider.prices = machines.PRICES
    provider.save()
    tasks.price_run(run.pk)
    run.refresh_from_db()
    assert "problem" not in run.plan
    assert run.priced_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_nudge_is_sent_after_the_commit_and_a_dead_broker_does_not_matter(
    sent: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = machines.judging_run()
    tasks.nudge(run)
    assert sent == [("drain_run", run.pk, None)] * tasks.WAKES
    Run.objects.update(started_at=None)
    tasks.nudge(Run.objects.get())
    assert sent[-1] == ("price_run", run.pk, None)

    def dead(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.drain_run, "apply_async", dead)
    tasks.nudge(run)
    assert len(sent) == tasks.WAKES + 1


@pytest.mark.django_db
def test_each_kind_of_run_has_its_craft() -> None:
    assert isinstance(tasks.craft_for(machines.judging_run()), Judging)
    generation = machines.generation_run(
        factories.make_study("another"), provider=machines.make_provider("b", base_url="http://b")
    )
    assert isinstance(tasks.craft_for(generation), Replying)
