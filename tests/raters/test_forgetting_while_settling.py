"""A rater takes back words while workers write down what models answered about them."""

from __future__ import annotations

import json
import random
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from django.db import connection

from raters import forgetting, passages, retaining
from raters.models import RatingSession
from studies import tasks
from studies.calling import runs
from studies.calling.claiming import Claimed
from studies.calling.settling import Arrived, settle
from studies.calling.writing import update_row
from studies.coding import codebooks, planning
from studies.coding import forgetting as by_models
from studies.coding.planning import CodingDesign
from studies.llm.port import CallError, CallRequest, Completion, ErrorKind
from studies.models import Coder, Coding, CodingMark, LLMCall, Passage, Run, Study
from tests import factories, machines
from tests.factories import NOW
from tests.machines import completion, wire
from tests.raters.leavings import WORDS
from tests.raters.test_forgetting_races import REASONS, during, take_back, words_left
from tests.raters.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
WORKERS, BATCH = 4, 8
#: Long enough for erasing to come to where it must wait.
HELD = 0.7  # seconds


@pytest.fixture
def study() -> Study:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    codebooks.add_default(study=study)
    return study


@pytest.fixture
def rater(study: Study) -> RatingSession:
    """Eight reasons with the word; another rater has eight without it."""
    rater, other = factories.make_rater(study), factories.make_rater(study)
    for session, word in ((rater, WORDS), (other, "quiet")):
        for number, own in enumerate(factories.assignments_of(session)):
            factories.rate(own, reason=f"{word} reason {number}")
    return rater


@pytest.fixture
def run(study: Study, rater: RatingSession) -> Run:
    """Two coders on all sixteen reasons."""
    passages.set_out(study=study, design=REASONS)
    provider = machines.make_provider()
    coders = [
        Coder.objects.create(study=study, name=name, provider=provider, model_id="scripted-a", family=name)
        for name in ("phi", "olmo")
    ]
    design = CodingDesign(consistency_share=0)
    return machines.started(planning.plan_codings(study=study, coders=coders, now=NOW, design=design))


def ok(request: CallRequest, quote: str) -> Completion:
    assert request.schema is not None
    asked = request.schema["properties"]["codes"]["properties"]
    text = json.dumps({"note": quote, "codes": {key: key == "other" for key in asked}})
    return completion(request, text=text, wire=wire(quote.encode()))


def unreadable(request: CallRequest, quote: str) -> Completion:
    return completion(request, text='{"note": ', wire=wire(quote.encode()))


def refused(request: CallRequest, quote: str) -> Completion:
    return completion(request, finish_reason="refusal", refusal=quote, wire=wire(quote.encode()))


def failed(kind: ErrorKind) -> Callable[[CallRequest, str], CallError]:
    return lambda request, quote: CallError(kind, f"It said: “{quote}”", wire=wire(quote.encode()))


#: Every way in which an answer can quote what it was asked about.
ANSWERS: tuple[Callable[[CallRequest, str], Completion | CallError], ...] = (
    ok,
    unreadable,
    refused,
    *map(failed, (ErrorKind.BAD_REQUEST, ErrorKind.SERVER, ErrorKind.QUOTA)),
)


def batches_of(run: Run) -> list[list[Arrived]]:
    """All calls with an answer, a batch for each worker; those of one row never in the order of another."""
    rng = random.Random(3)
    taken: list[Claimed] = []
    while more := machines.claimed(run).taken:
        taken += more
    rng.shuffle(taken)
    arrived = [
        Arrived(one, answer(one.ask.request, f"it says {one.row.passage.text}"), NOW + timedelta(minutes=1))
        for one, answer in zip(taken, cycle(ANSWERS), strict=False)
    ]
    return [arrived[start : start + BATCH] for start in range(0, len(arrived), BATCH)]


def workers_on(run: Run) -> list[Callable[[], object]]:
    """One for each batch."""
    craft, batches = tasks.craft_for(run), batches_of(run)
    assert len(batches) == WORKERS
    return [partial(settle, run=run, craft=craft, arrived=batch, rng=random.Random(1)) for batch in batches]


def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers who have written down the half of their batch wait until words are being taken back.

    SQLite lets nobody begin while another one writes.
    """
    begun, written = threading.Event(), Counter[int]()
    forget = forgetting.forget

    def writes(*told: Any, **more: Any) -> bool:
        own = threading.get_ident()
        written[own] += 1
        if written[own] == BATCH and connection.features.has_select_for_update:
            begun.wait(20)
            time.sleep(HELD)
        return update_row(*told, **more)

    def forgets(*told: Any) -> dict[str, int]:
        begun.set()
        return forget(*told)

    monkeypatch.setattr("studies.calling.settling.update_row", writes)
    monkeypatch.setattr(forgetting, "forget", forgets)


def test_erasing_and_settling_at_once_end_neither_and_leave_no_word(
    run: Run, rater: RatingSession, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    meeting(monkeypatch)

    assert at_once(*workers_on(run), take_back(rater)) == []

    assert caplog.messages == []
    assert words_left() == set()
    assert_settled()
    retaining.enforce(now=LATER)
    assert_codes_of_others_alone()


def test_settling_what_was_erased_meanwhile_writes_no_word_down(
    run: Run, rater: RatingSession, caplog: Any
) -> None:
    workers = workers_on(run)
    take_back(rater)()

    assert at_once(*workers) == []

    assert caplog.messages == []
    assert words_left() == set()
    assert_settled()
    retaining.enforce(now=LATER)
    assert_codes_of_others_alone()


def test_a_worker_who_claims_waits_for_no_erasure_and_asks_about_nothing_of_it(
    run: Run, rater: RatingSession
) -> None:
    taken: list[Claimed] = []

    def claim_all() -> None:
        while more := machines.claimed(run).taken:
            taken.extend(more)

    assert during(take_back(rater), claim_all) == []

    claim_all()  # where nothing but what was being erased was in sight
    assert len(taken) == 16
    assert not LLMCall.objects.exclude(coding__passage__erased_at=None).exists()
    assert Counter(Coding.objects.values_list("status", "error_kind")) == {
        ("running", ""): 16,
        ("failed", "erased"): 16,
    }
    assert words_left() == set()


@pytest.mark.parametrize("act", [runs.cancel, runs.retry_failed])
def test_a_run_that_words_are_taken_from_can_be_cancelled_and_tried_again(
    act: Callable[..., object], run: Run, rater: RatingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is paused for a failure that quotes them, so that erasing wants the run as well."""
    for settles in workers_on(run):
        settles()
    quoting = LLMCall.objects.filter(error__contains=WORDS).values_list("error", flat=True)[0]
    Run.objects.filter(pk=run.pk).update(paused_at=NOW, pause_reason=quoting)
    begun = threading.Event()
    forget = by_models.forget

    def forgets(*told: Any) -> Any:
        begun.set()
        time.sleep(HELD)
        return forget(*told)

    def acts() -> None:
        begun.wait(20)
        act(run=run, now=LATER)

    monkeypatch.setattr(by_models, "forget", forgets)

    assert at_once(take_back(rater), acts) == []

    assert words_left() == set()


def test_an_answer_that_is_there_after_all_is_taken_away_within_the_hour(
    run: Run, rater: RatingSession
) -> None:
    """Nobody has begun a transaction for retention."""
    taken = machines.claimed(run).taken
    take_back(rater)()
    late = LLMCall.objects.filter(coding__passage__erased_at__isnull=False)
    answered = {"finished_at": NOW, "result": "answered", "cost_micros": 0}
    changed = late.update(raw=zlib.compress(WORDS.encode()), **answered)
    assert 0 < changed < len(taken)
    assert words_left() == {"LLMCall.raw"}

    retaining.enforce(now=LATER)

    assert words_left() == set()


def assert_settled() -> None:
    """No call is open, and what the other rater's calls brought is there."""
    assert not LLMCall.objects.under_way().exists()
    assert not Coding.objects.filter(status="running").exists()
    kept = LLMCall.objects.filter(coding__passage__erased_at__isnull=True)
    assert kept.exclude(raw=None).count() == kept.count() == 16


def assert_codes_of_others_alone() -> None:
    gone = Passage.objects.filter(erased_at__isnull=False)
    assert gone.count() == 8
    assert not CodingMark.objects.filter(coding__passage__in=gone).exists()
    assert not Coding.objects.filter(passage__in=gone, status="done").exists()
    assert CodingMark.objects.exists()
