"""A rater who has left something of every kind, for tests of what happens to it."""

from __future__ import annotations

from typing import Any

from raters import messaging
from raters.models import (
    Answer,
    Assignment,
    Draft,
    Erasure,
    Event,
    ExportJob,
    Guess,
    Message,
    PlatformIdentity,
    Rating,
    RatingScore,
    RatingSession,
    Recruitment,
    ReplyFlag,
    Skip,
)
from studies.models import Question, Study
from tests import factories
from tests.factories import NOW

#: Stands in every text that this rater writes, and in their id on the platform.
WORDS = "LOUD"
TABLES = (Answer, Draft, Event, Guess, Message, PlatformIdentity, Rating, RatingScore, ReplyFlag, Skip)


def make_busy_study(**fields: Any) -> Study:
    study = factories.make_study(**fields)
    Question.objects.create(study=study, use="survey", key="age", text="Age?", options="18-40\n41+")
    Question.objects.create(study=study, use="survey", key="more", text="Anything else?")
    factories.open_study(study)
    Recruitment.objects.update_or_create(study=study, defaults={"channel": "prolific"})
    return study


def make_busy_rater(study: Study, participant_id: str = "LOUD-pid") -> RatingSession:
    """Two pairs rated (the first corrected), one skipped, one drafted; and whatever else one can leave."""
    session = factories.make_rater(study, participant_id=participant_id)
    first, second, third, fourth = factories.assignments_of(session)
    factories.rate(first, reason=f"{WORDS} first thought")
    rating = factories.rate(first, reason=f"{WORDS} second thought")
    factories.rate(second, reason=f"{WORDS} I want to die")
    ReplyFlag.objects.create(rating=rating, side=1, kind="unsafe")
    Skip.objects.create(assignment=third, phase="main", reason="other", note=WORDS, skipped_at=NOW)
    Draft.objects.create(assignment=fourth, phase="main", fields={"reason": WORDS}, saved_at=NOW)
    Guess.objects.create(
        assignment=first,
        first="ai",
        first_certainty=1,
        second="person",
        second_certainty=5,
        guessed_at=NOW,
    )
    for key, value in (("age", "18-40"), ("more", WORDS)):
        Answer.objects.create(session=session, use="survey", key=key, value=value, answered_at=NOW)
    Answer.objects.create(session=session, use="blinding", key="compared", value=WORDS, answered_at=NOW)
    messaging.send(session=session, text=f"{WORDS}: hello", now=NOW)
    RatingSession.objects.filter(pk=session.pk).update(opted_out=["loss"], rater_group="north")
    session.refresh_from_db()
    return session


def rows_of(session: RatingSession) -> dict[str, int]:
    """How many rows of each kind are there; only this rater may have left any."""
    assert RatingSession.objects.filter(consented_at__isnull=False).count() == 1
    return {model.__name__: model._default_manager.count() for model in TABLES}


def export_of(study: Study, **fields: object) -> ExportJob:
    values: dict[str, object] = {
        "requested_at": NOW,
        "finished_at": NOW,
        "status": "done",
        "sha256": "ab" * 32,
        "file": "exports/2025/03/kind-words-20250303-090000.zip",
    }
    return ExportJob.objects.create(study=study, **{**values, **fields})


def live_pairs(session: RatingSession) -> int:
    return Assignment.objects.filter(booklet__session=session).live().count()


def last_erasure() -> Erasure:
    return Erasure.objects.order_by("-pk")[0]
