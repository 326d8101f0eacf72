"""What the database refuses of providers, judges, runs, their rows and their calls."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from studies.llm.port import ErrorKind
from studies.models import (
    Coding,
    Generation,
    Judge,
    Judgment,
    JudgmentScore,
    LLMCall,
    Provider,
    Run,
    System,
)
from tests import factories, machines
from tests.factories import NOW
from tests.machines import completion, settled
from tests.studies.coding.material import coded_study, coding_run
from tests.test_constraints import changed, copy_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows() -> None:
    """A judging, a generation and a coding run: of each a done row, a failed, a running and a pending one."""
    for run in (
        machines.judging_run(),
        machines.generation_run(
            factories.make_study("another"), provider=machines.make_provider("b", base_url="http://b")
        ),
        coding_run(coded_study("a-third")),
    ):
        settled(run, completion)
        settled(run, machines.failing(ErrorKind.BAD_REQUEST))
        machines.claimed(run, most=1)


def row(model: type[models.Model] = Judgment, status: str = "done") -> Any:
    return model._default_manager.filter(status=status).order_by("pk")[0]


def call(**which: Any) -> Any:
    return LLMCall.objects.filter(**which).order_by("pk")[0]


def answered() -> Any:
    return call(result="answered", judgment__isnull=False)


def judging() -> Run:
    return Run.objects.get(kind="judge")


TWICE: dict[str, Callable[[], models.Model]] = {
    "provider name": lambda: copy_of(Provider.objects.all()[0], base_url="http://elsewhere"),
    "provider address and key": lambda: copy_of(Provider.objects.all()[0], name="elsewhere"),
    "judge": lambda: copy_of(Judge.objects.all()[0]),
    "run number": lambda: copy_of(judging()),
    "judgment": lambda: copy_of(row(status="pending")),
    "generation": lambda: copy_of(row(Generation, "pending")),
    "response of a generation": lambda: copy_of(row(Generation), replicate=9),
    "score": lambda: copy_of(JudgmentScore.objects.all()[0]),
    "attempt at a judgment": lambda: copy_of(answered()),
    "attempt at a coding": lambda: copy_of(call(coding__isnull=False)),
    "attempt at a generation": lambda: copy_of(call(generation__isnull=False)),
}


@pytest.mark.parametrize("what", TWICE)
def test_the_same_thing_twice_is_refused(what: str) -> None:
    assert refused(TWICE[what]())


SENSELESS: dict[str, Callable[[], models.Model]] = {
    "a language that nobody speaks": lambda: changed(Provider.objects.all()[0], api="telnet"),
    "no call at once": lambda: changed(Provider.objects.all()[0], max_in_flight=0),
    "a scripted provider in earnest": lambda: changed(Provider.objects.all()[0], for_trial=False),
    "a judge of no family": lambda: changed(Judge.objects.all()[0], family=""),
    "a judge with half a rubric": lambda: changed(Judge.objects.all()[0], variant="half"),
    "a person whose replies are fetched": lambda: changed(
        System.objects.filter(kind="human")[0], provider=Provider.objects.all()[0], model_id="m"
    ),
    "a model without an id that is fetched": lambda: changed(System.objects.get(name="writer"), model_id=""),
    "a third kind of run": lambda: changed(judging(), kind="rate"),
    "judging without a protocol": lambda: changed(judging(), protocol=None),
    "more calls than allowed": lambda: changed(judging(), cap_calls=1),
    "paused before it was started": lambda: changed(judging(), started_at=None, paused_at=NOW),
    "a waiver without a reason": lambda: changed(judging(), gate_waived_at=NOW),
    "a third order": lambda: changed(row(), order="BB"),
    "a role of no plan": lambda: changed(row(), role="guest"),
    "a jury of the author's family": lambda: changed(row(), same_family=True),
    "a verdict off every scale": lambda: changed(JudgmentScore.objects.all()[0], value=3),
    "a provider of our own without an address": lambda: changed(
        Provider.objects.all()[0], is_own=True, api="openai", base_url="", for_trial=False
    ),
    "a call for nothing": lambda: changed(answered(), judgment=None),
    "a call for two rows": lambda: changed(answered(), generation=row(Generation)),
    "a call for a judgment and a coding": lambda: changed(answered(), coding=row(Coding)),
    "finished without a result": lambda: changed(answered(), result=""),
    "a result before the end": lambda: changed(answered(), finished_at=None),
    "a result that there is not": lambda: changed(answered(), result="guessed"),
    "a cost that nobody knows why not": lambda: changed(answered(), cost_micros=None, cost_reason=""),
    "a failure without a sentence": lambda: changed(call(result="failed"), error=""),
    "a lost call without a sentence": lambda: changed(answered(), result="lost"),
}
FOR_ALL: dict[str, Callable[[Any], models.Model]] = {
    "a status that there is not": lambda of: changed(row(of), status="lost"),
    "done without an outcome": lambda of: changed(row(of), outcome=""),
    "an outcome before it is done": lambda of: changed(row(of, "pending"), outcome="ok"),
    "done by no call": lambda of: changed(row(of), call=None),
    "failed without a sentence": lambda of: changed(row(of, "failed"), error=""),
    "running for ever": lambda of: changed(row(of, "running"), lease_until=None),
    "a lease on what does not run": lambda of: changed(row(of, "pending"), lease_until=NOW),
    "done at no time": lambda of: changed(row(of), finished_at=None),
    "failed at no time": lambda of: changed(row(of, "failed"), finished_at=None),
    "an end before it ended": lambda of: changed(row(of, "pending"), finished_at=NOW),
    "replicate nought": lambda of: changed(row(of, "pending"), replicate=0),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_what_makes_no_sense_is_refused(what: str) -> None:
    assert refused(SENSELESS[what]())


@pytest.mark.parametrize("of", [Judgment, Generation, Coding])
@pytest.mark.parametrize("what", FOR_ALL)
def test_what_makes_no_sense_for_a_row_is_refused(what: str, of: Any) -> None:
    assert refused(FOR_ALL[what](of))


def test_every_check_of_these_tables_is_tried() -> None:
    """A check that is added needs a case that it refuses."""
    cases = [*SENSELESS.values()]
    cases += [partial(case, of) for case in FOR_ALL.values() for of in (Judgment, Generation, Coding)]
    told = "\n".join(sentence_of(case()) for case in cases)
    tables: tuple[type[models.Model], ...] = (
        *(Provider, Judge, Run, Judgment, Generation, Coding, JudgmentScore, LLMCall, System),
    )
    checks = {
        one.name
        for table in tables
        for one in table._meta.constraints
        if isinstance(one, models.CheckConstraint)
    }
    # All but the first: such a status breaks another check as well, and PostgreSQL names that one.
    elsewhere = {
        *("studies_system_kind_known", "studies_judgment_status_known", "studies_generation_status_known"),
        "studies_coding_status_known",
    }
    assert {name for name in checks - elsewhere if name not in told} == set()


def sentence_of(row: models.Model) -> str:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        row.save(force_insert=row.pk is None)
    return str(caught.value)


@pytest.mark.parametrize("gone", [Provider, Judge, Run, Judgment, LLMCall])
def test_what_was_asked_and_answered_cannot_be_taken_away(gone: type[models.Model]) -> None:
    rows: dict[Any, models.Model] = {Judgment: row(), LLMCall: answered(), Run: judging()}
    found = rows.get(gone) or gone._default_manager.all()[0]
    with pytest.raises(models.ProtectedError):
        found.delete()


def test_settings_of_a_call_are_plain_numbers() -> None:
    judge = Judge.objects.all()[0]
    judge.temperature, judge.top_p, judge.sampling_seed = Decimal("0.70"), Decimal(1), 5
    settings = judge.call_settings(replicate=3)
    assert (settings.temperature, settings.top_p, settings.seed) == (0.7, 1.0, 7)
    assert isinstance(settings.temperature, float)
