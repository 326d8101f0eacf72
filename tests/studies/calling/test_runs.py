"""The life of a run: what may be done in each state, and what it does to the rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from studies import freezing
from studies.calling import runs
from studies.calling.runs import CannotDo
from studies.generation import planning as generating
from studies.judging import planning
from studies.llm.port import ErrorKind
from studies.models import Generation, Judgment, LLMCall, Run
from tests import factories, machines
from tests.factories import NOW
from tests.machines import claimed, completion, failing, settled

pytestmark = pytest.mark.django_db
NO_CAPS: dict[str, int | None] = {"cap_calls": None, "cap_tokens": None, "cap_micros": None}


def planned() -> Run:
    study = machines.make_frozen_study(dialogues=2)
    judges = machines.make_judges(study)
    return planning.plan_judgments(study=study, judges=judges, now=NOW, design=machines.ONCE, pilot=0)


def in_state(state: str) -> Run:
    if state == "planned":
        return planned()
    run = machines.judging_run()
    if state == "paused":
        runs.pause(run=run, reason="Lunch.", now=NOW)
    elif state == "cancelled":
        runs.cancel(run=run, now=NOW)
    elif state == "finished":
        run = machines.run_to_end(run)
    run.refresh_from_db()
    assert run.state == state
    return run


VERBS: dict[str, Callable[[Run], object]] = {
    "start": lambda run: runs.start(run=run, now=NOW, **{**NO_CAPS, "cap_calls": 5}),
    "pause": lambda run: runs.pause(run=run, reason="Tea.", now=NOW),
    "resume": lambda run: runs.resume(run=run),
    "cancel": lambda run: runs.cancel(run=run, now=NOW),
    "retry_failed": lambda run: runs.retry_failed(run=run, now=NOW),
}
ENDS: dict[tuple[str, str], str] = {
    ("planned", "start"): "The prices have not been looked up yet; wait a moment.",
    ("planned", "pause"): "planned",
    ("planned", "resume"): "This run is not paused.",
    ("planned", "cancel"): "cancelled",
    ("planned", "retry_failed"): "planned",
    ("running", "start"): "This run was started already.",
    ("running", "pause"): "paused",
    ("running", "resume"): "This run is not paused.",
    ("running", "cancel"): "cancelled",
    ("running", "retry_failed"): "running",
    ("paused", "start"): "This run was started already.",
    ("paused", "pause"): "paused",
    ("paused", "resume"): "running",
    ("paused", "cancel"): "cancelled",
    ("paused", "retry_failed"): "paused",
    ("cancelled", "start"): "This run was started already.",
    ("cancelled", "pause"): "cancelled",
    ("cancelled", "resume"): "This run is not paused.",
    ("cancelled", "cancel"): "This run has ended already.",
    ("cancelled", "retry_failed"): "This run was cancelled.",
    ("finished", "start"): "This run was started already.",
    ("finished", "pause"): "finished",
    ("finished", "resume"): "This run is not paused.",
    ("finished", "cancel"): "This run has ended already.",
    ("finished", "retry_failed"): "finished",
}


@pytest.mark.parametrize(("state", "verb"), ENDS)
def test_what_can_be_done_in_each_state(state: str, verb: str) -> None:
    run = in_state(state)
    try:
        VERBS[verb](run)
    except CannotDo as error:
        told = str(error)
    else:
        told = Run.objects.get(pk=run.pk).state
    assert told == ENDS[state, verb]


def test_a_run_needs_a_limit_to_start() -> None:
    run = planned()
    Run.objects.update(priced_at=NOW)
    with pytest.raises(CannotDo, match="Set at least one limit: calls, tokens or money"):
        runs.start(run=run, now=NOW, **NO_CAPS)
    assert runs.start(run=run, now=NOW, **{**NO_CAPS, "cap_micros": 5}).state == "running"


def test_money_alone_is_no_limit_where_no_price_is_known() -> None:
    run = planned()
    Run.objects.update(priced_at=NOW, plan={**run.plan, "unpriced": ["scripted-a"]})
    with pytest.raises(CannotDo, match="No price is known for scripted-a: limit the calls or the tokens"):
        runs.start(run=run, now=NOW, **{**NO_CAPS, "cap_micros": 5})
    assert runs.start(run=run, now=NOW, **{**NO_CAPS, "cap_tokens": 5}).cap_tokens == 5


def test_what_is_wrong_with_the_prices_is_said_at_the_start() -> None:
    run = planned()
    Run.objects.update(plan={**run.plan, "problem": "prices in EUR and USD cannot be added up"})
    with pytest.raises(CannotDo, match="EUR and USD"):
        runs.start(run=run, now=NOW, **{**NO_CAPS, "cap_calls": 5})


def test_the_first_reason_for_a_pause_is_kept() -> None:
    run = in_state("paused")
    assert not runs.pause(run=run, reason="Tea.", now=NOW + timedelta(hours=1))
    run.refresh_from_db()
    assert (run.pause_reason, run.paused_at) == ("Lunch.", NOW)


def test_resuming_takes_the_reason_away_and_keeps_the_limits_that_are_not_named() -> None:
    run = in_state("paused")
    Run.objects.update(cap_tokens=9, calls=3)
    run = runs.resume(run=run, cap_calls=4)
    assert (run.pause_reason, run.paused_at, run.cap_calls, run.cap_tokens) == ("", None, 4, 9)


def test_a_limit_below_the_calls_that_were_made_is_refused() -> None:
    run = in_state("paused")
    Run.objects.update(calls=3)
    with pytest.raises(CannotDo, match="has made 3 calls already"):
        runs.resume(run=run, cap_calls=2)
    assert Run.objects.get().state == "paused"


def test_cancelling_takes_away_what_was_never_asked_and_fails_the_rest() -> None:
    run = machines.judging_run()
    settled(run, completion, most=2)
    settled(run, failing(ErrorKind.SERVER), most=3)
    claimed(run, most=4)
    later = NOW + timedelta(minutes=1)

    runs.cancel(run=run, now=later)

    left = Judgment.objects.order_by("pk").values_list("status", "error_kind", "finished_at")
    assert sorted(left) == sorted(
        [
            *[("done", "", NOW + timedelta(seconds=3))] * 2,
            *[("failed", "cancelled", later)] * 3,
            *[("running", "", None)] * 4,
        ],
        key=lambda row: row[0],
    )
    assert set(LLMCall.objects.values_list("run", flat=True)) == {run.pk}


def test_failed_rows_are_asked_again_and_a_finished_run_goes_on() -> None:
    run = machines.judging_run()
    settled(run, failing(ErrorKind.BAD_REQUEST), most=5)
    run = machines.run_to_end(run)
    assert run.state == "finished"

    assert runs.retry_failed(run=run, now=NOW + timedelta(days=1)) == 5

    run = Run.objects.get()
    assert run.state == "running"
    rows = Judgment.objects.filter(status="pending")
    assert set(rows.values_list("failures", "error", "error_kind", "attempts", "finished_at")) == {
        (0, "", "", 1, None)
    }
    run = machines.run_to_end(run, clock=machines.Clock(NOW + timedelta(days=1)))
    assert (run.state, run.calls) == ("finished", 29)
    assert Judgment.objects.filter(status="done").count() == 24


def test_no_reply_is_fetched_again_into_a_frozen_study() -> None:
    study = factories.make_study()
    run = machines.generation_run(study)
    settled(run, failing(ErrorKind.BAD_REQUEST), most=4)
    freezing.freeze(study=study, now=NOW)

    with pytest.raises(CannotDo, match="The study is frozen: its replies can no longer change"):
        runs.retry_failed(run=run, now=NOW)
    assert set(Generation.objects.values_list("status", flat=True)) == {"failed"}


def test_a_run_is_done_when_every_row_has_ended() -> None:
    run = machines.judging_run()
    settled(run, completion, most=12)
    assert not runs.finish_if_done(run=run, now=NOW)
    claimed(run, most=12)
    assert not runs.finish_if_done(run=run, now=NOW)
    Judgment.objects.filter(status="running").update(
        status="failed", error="x", finished_at=NOW, lease_until=None
    )
    assert runs.finish_if_done(run=run, now=NOW)
    assert not runs.finish_if_done(run=run, now=NOW)


def test_runs_are_numbered_within_their_study() -> None:
    study = factories.make_study()
    one = machines.generation_run(study)
    other = machines.generation_run(
        factories.make_study("another"), provider=machines.make_provider("b", base_url="http://b")
    )
    system = machines.make_writer(study, name="writer-2", provider=one.generations.all()[0].provider)
    again = generating.plan_replies(study=study, systems=[system], now=NOW)
    assert (one.number, other.number, again.number) == (1, 1, 2)
