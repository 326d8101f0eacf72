"""Two at once: a rater takes back words while they are set out, coded or handed over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from raters import passages, withdrawing
from raters.coding import marking, planning, taking_part
from raters.models import CodeMark, CodingAssignment, CodingSession, RatingSession
from raters.passages import PassageDesign
from studies.coding import codebooks
from studies.models import Coding, LLMCall, Study
from tests.factories import NOW
from tests.raters.coder_studies import begun
from tests.raters.leavings import WORDS, make_busy_rater, make_busy_study
from tests.raters.test_forgetting import code_everything, where_it_stands
from tests.raters.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=1)
REASONS = PassageDesign(replies=False)
#: Long enough for the second act to come to where it must wait.
HELD = 0.7  # seconds


@pytest.fixture
def study() -> Study:
    study = make_busy_study()
    codebooks.add_default(study=study)
    return study


@pytest.fixture
def rater(study: Study) -> RatingSession:
    """Somebody with two reasons on record."""
    return make_busy_rater(study)


def during(first: Callable[[], object], second: Callable[[], object]) -> list[BaseException]:
    """What the two raised, where the second begins after the first has done everything but commit."""
    done = threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                time.sleep(HELD)
        finally:
            done.set()

    def afterwards() -> None:
        done.wait(20)
        second()

    return at_once(slowly, afterwards)


def take_back(rater: RatingSession) -> Callable[[], object]:
    return partial(withdrawing.withdraw, session=rater, delete=True, now=LATER)


def words_left() -> set[str]:
    """Who the rater is stays known until the end of its own."""
    return {column for column in where_it_stands() if not column.startswith("PlatformIdentity.")}


def coders_of(study: Study) -> list[CodingSession]:
    passages.set_out(study=study, design=REASONS)
    return begun(study)


def test_a_note_that_is_being_sent_goes_with_the_words_that_it_quotes(
    study: Study, rater: RatingSession
) -> None:
    one, _two = coders_of(study)
    own = CodingAssignment.objects.filter(session=one)[0]
    send = partial(marking.mark, assignment=own, codes=["reframe"], note=f"says {WORDS}", now=NOW)

    assert during(send, take_back(rater)) == []

    assert words_left() == set()
    assert not CodeMark.objects.exists()


def test_an_answer_that_is_being_written_down_goes_with_the_words_that_it_quotes(
    study: Study, rater: RatingSession
) -> None:
    code_everything(study)
    row = Coding.objects.all()[0]
    LLMCall.objects.filter(coding=row).update(raw=None, result="", finished_at=None)
    running = {"status": "running", "note": "", "outcome": "", "call": None, "finished_at": None}
    Coding.objects.filter(pk=row.pk).update(**running, lease_until=LATER)

    def write_down() -> None:
        """As settling does: the call, then its row."""
        LLMCall.objects.filter(coding=row).update(result="answered", finished_at=NOW)
        done = {"status": "done", "outcome": "ok", "finished_at": NOW, "lease_until": None}
        Coding.objects.filter(pk=row.pk).update(**done, call=row.call, note=f"says {WORDS}")

    assert during(write_down, take_back(rater)) == []

    assert words_left() == set()
    assert set(Coding.objects.values_list("status", "error_kind")) == {("failed", "erased")}


def test_words_that_are_being_set_out_go_too(study: Study, rater: RatingSession) -> None:
    set_out = partial(passages.set_out, study=study, design=REASONS)

    assert during(set_out, take_back(rater)) == []

    assert words_left() == set()
    assert set(study.passages.values_list("text", flat=True)) == {""}


def test_words_that_are_being_taken_back_are_not_set_out(study: Study, rater: RatingSession) -> None:
    set_out = partial(passages.set_out, study=study, design=REASONS)

    assert [type(error) for error in during(take_back(rater), set_out)] in ([], [passages.CannotSetOut])

    assert words_left() == set()


def test_a_coder_can_stop_and_be_relieved_while_words_are_taken_back(
    study: Study, rater: RatingSession
) -> None:
    one, _two = coders_of(study)

    assert during(take_back(rater), partial(taking_part.stop, session=one, now=LATER)) == []

    one.refresh_from_db()
    assert one.stopped_at == LATER
    assert words_left() == set()


def test_texts_can_be_dealt_while_words_are_taken_back(study: Study, rater: RatingSession) -> None:
    coders_of(study)
    deal = partial(planning.invite_coders, study=study, count=1, per_passage=3, now=LATER)

    assert during(deal, take_back(rater)) == []

    assert words_left() == set()
