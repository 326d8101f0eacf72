"""Sessions at a given place of the journey, for tests of the pages around the pairs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from raters import participating
from raters.models import Assignment, RatingSession
from studies.models import Pair, Question, Study
from tests import factories
from tests.factories import NOW

#: By question: the options, the right one first.
CHECK = {"who": ("The seeker", "The supporter"), "what": ("Two replies", "One reply", "Nothing")}
SURVEY = {"age": ("Under 40", "40 or older"), "mood": ()}


def add_check(study: Study) -> None:
    for position, (key, options) in enumerate(CHECK.items()):
        Question.objects.create(
            study=study,
            use="comprehension",
            key=key,
            text=f"About {key}?",
            options="\n".join(options),
            right=1,
            position=position,
        )


def add_survey(study: Study) -> None:
    for position, (key, options) in enumerate(SURVEY.items()):
        Question.objects.create(
            study=study,
            use="survey",
            key=key,
            text=f"About {key}?",
            options="\n".join(options),
            position=position,
        )


def add_training(session: RatingSession, *, expected: int = 1, order: str = "AB") -> Assignment:
    """A training pair in front of the rater's others, of two replies that no other pair compares."""
    first, second = session.study.dialogues.order_by("pk")[0].responses.order_by("-pk")[:2]
    pair = Pair.objects.create(
        dialogue=first.dialogue,
        first=first,
        second=second,
        key="training-1",
        kind=Pair.Kind.TRAINING,
        expected=expected,
        feedback="The other one answers what was asked.",
    )
    return Assignment.objects.create(
        booklet=session.booklet, position=0, pair=pair, order=order, kind=Assignment.Kind.TRAINING
    )


def make_reviewed(study: Study, *, now: datetime = NOW + timedelta(minutes=10)) -> RatingSession:
    """A rater who rated everything and ended the rating part."""
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment)
    return participating.review(session=session, now=now)


def at(session: RatingSession, page: str, *more: object) -> str:
    return reverse(f"raters:{page}", args=[session.token, *more])
