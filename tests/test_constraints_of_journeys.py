"""What the database refuses of a rater's journey: settings, answers, drafts, flags, messages, records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from raters import messaging
from raters.models import (
    Answer,
    Assignment,
    Draft,
    Erasure,
    Guess,
    Invitation,
    Message,
    Rating,
    RatingSession,
    ReplyFlag,
    Skip,
)
from studies.models import Question, Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import make_busy_rater, make_busy_study
from tests.test_constraints import changed, copy_of, first, refused

pytestmark = pytest.mark.django_db
OURS = (Question, Answer, Draft, Erasure, Guess, Message, ReplyFlag, Skip)


@pytest.fixture(autouse=True)
def _rows() -> None:
    """One rater who left something of everything, a record of it, and an invitation."""
    study = make_busy_study()
    session = make_busy_rater(study)
    messaging.distress(assignment=factories.assignments_of(session)[2], text="", now=NOW)
    Invitation.objects.create(study=study, created_at=NOW)
    Erasure.objects.create(study=study, pseudonym="r-1", cause="rater", counts={}, at=NOW)


def other(**fields: Any) -> Question:
    return Question(study=Study.objects.get(), key="another", text="?", **fields)


TWICE: dict[str, Callable[[], models.Model]] = {
    "studies_question_once_per_study": lambda: copy_of(first(Question)),
    "raters_answer_once_per_attempt": lambda: copy_of(first(Answer)),
    "raters_draft_once_per_phase": lambda: copy_of(first(Draft)),
    "raters_flag_once": lambda: copy_of(first(ReplyFlag)),
    "raters_skip_once_per_phase": lambda: copy_of(first(Skip)),
    "a pair's guess": lambda: copy_of(first(Guess)),
    "an invitation's token": lambda: copy_of(first(Invitation)),
}
SENSELESS: dict[str, Callable[[], models.Model]] = {
    "studies_study_asking_known": lambda: changed(first(Study), asking="aloud"),
    "studies_study_withdrawal_known": lambda: changed(first(Study), withdrawal="never"),
    "studies_study_shares_are_percent": lambda: changed(first(Study), reason_percent=0),
    "a reason on more than all pairs": lambda: changed(first(Study), reason_percent=101),
    "more repeats than half": lambda: changed(first(Study), repeats_percent=51),
    "studies_question_right_option_of_a_check_only": lambda: other(use="survey", right=1),
    "a check without a right option": lambda: other(use="comprehension", right=None),
    "raters_assignment_instructed_value_on_scale": lambda: changed(first(Assignment), instructed_value=3),
    "raters_session_turned_away_or_understood": lambda: changed(
        first(RatingSession), turned_away_at=NOW, understood_at=NOW
    ),
    "raters_session_turned_away_before_any_end": lambda: changed(
        first(RatingSession), turned_away_at=NOW, stopped_at=NOW
    ),
    "turned away and complete": lambda: changed(first(RatingSession), turned_away_at=NOW, completed_at=NOW),
    "raters_answer_use_known": lambda: changed(first(Answer), use="quiz"),
    "raters_erasure_cause_known": lambda: changed(first(Erasure), cause="accident"),
    "raters_guess_sources_known": lambda: changed(first(Guess), first="oracle"),
    "a second reply by nobody known": lambda: changed(first(Guess), second=""),
    "raters_guess_certainty_from_1_to_5": lambda: changed(first(Guess), first_certainty=0),
    "more than certain": lambda: changed(first(Guess), second_certainty=6),
    "raters_message_kind_known": lambda: changed(first(Message), kind="spam"),
    "raters_flag_side_known": lambda: changed(first(ReplyFlag), side=3),
    "raters_flag_kind_known": lambda: changed(first(ReplyFlag), kind="dull"),
    "raters_skip_reason_known": lambda: changed(first(Skip), reason="bored"),
}


@pytest.mark.parametrize("what", TWICE)
def test_the_same_thing_twice_is_refused(what: str) -> None:
    assert refused(TWICE[what]())


@pytest.mark.parametrize("what", SENSELESS)
def test_what_makes_no_sense_is_refused(what: str) -> None:
    row = SENSELESS[what]()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        row.save()
    if "_" in what:
        assert what in str(refusal.value)


def test_the_rows_as_they_stand_are_taken() -> None:
    for model in (Study, RatingSession, Answer, Draft, Guess, Skip, ReplyFlag, Message, Erasure, Rating):
        assert not refused(first(model))
    assert not refused(other(use="comprehension", right=1, options="a\nb"))
    assert not refused(changed(first(Assignment), instructed_value=-2))
    assert not refused(changed(first(RatingSession), turned_away_at=NOW, withdrawn_at=NOW))


def test_every_constraint_of_the_journey_is_tried_here_by_its_name() -> None:
    named = {constraint.name for model in OURS for constraint in model._meta.constraints}
    assert named - TWICE.keys() - SENSELESS.keys() == set()
