"""The tables of what raters left behind besides ratings, and of the plan that they worked through.

Messages to the researcher and drafts are in none of them. What of an erased rater stays in the database to
keep the plan whole is told in the plan only, without their words and reasons.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef

from raters.export.tables import CHUNK, Table, as_json
from raters.models import Answer, Assignment, Erasure, Event, Guess, Rating, Skip
from raters.verdicts import iso_utc
from studies.comparison import Order
from studies.models import Study
from studies.protocol import MAIN, RUBRIC, ProtocolDocument, Question


class SkipRow(NamedTuple):
    rater: str
    pair: str
    dialogue: str
    kind: str
    phase: str
    order: str
    position: int
    reason: str
    note: str
    skipped_at: str


class GuessRow(NamedTuple):
    """ "First" is the reply shown first. The kinds are those of the systems: what is to be guessed."""

    rater: str
    pair: str
    dialogue: str
    order: str
    system_first: str
    system_second: str
    kind_first: str
    kind_second: str
    guess_first: str
    certainty_first: int
    guess_second: str
    certainty_second: int
    guessed_at: str


class AnswerRow(NamedTuple):
    rater: str
    use: str
    attempt: int
    key: str
    question: str
    value: str
    right: bool | None
    answered_at: str


class EventRow(NamedTuple):
    rater: str
    kind: str
    at: str
    data: str


class AssignmentRow(NamedTuple):
    protocol_hash: str
    booklet: int
    remainder_of: int | None
    rater: str | None
    position: int
    pair: str
    dialogue: str
    kind: str
    order: str
    asks_reason: bool
    instructed_value: int | None
    rated_main: bool
    rated_rubric: bool
    skipped: bool
    shown_at: str
    rubric_shown_at: str
    released_at: str


class ErasureRow(NamedTuple):
    rater: str
    cause: str
    at: str
    counts: str


def skip_rows(study: Study) -> Iterator[SkipRow]:
    rows = Skip.objects.filter(
        assignment__booklet__session__study=study, assignment__booklet__session__erased_at=None
    ).order_by("skipped_at", "pk")
    selected = rows.values_list(
        "assignment__booklet__session__pseudonym",
        "assignment__pair__key",
        "assignment__pair__dialogue__external_id",
        "assignment__kind",
        "phase",
        "assignment__order",
        "assignment__position",
        "reason",
        "note",
        "skipped_at",
    )
    for *facts, at in selected.iterator(chunk_size=CHUNK):
        yield SkipRow._make((*facts, iso_utc(at)))


def guess_rows(study: Study) -> Iterator[GuessRow]:
    rows = Guess.objects.filter(
        assignment__booklet__session__study=study, assignment__booklet__session__erased_at=None
    ).order_by("guessed_at", "pk")
    selected = rows.values_list(
        "assignment__booklet__session__pseudonym",
        "assignment__pair__key",
        "assignment__pair__dialogue__external_id",
        "assignment__order",
        "assignment__pair__first__system__name",
        "assignment__pair__second__system__name",
        "assignment__pair__first__system__kind",
        "assignment__pair__second__system__kind",
        "first",
        "first_certainty",
        "second",
        "second_certainty",
        "guessed_at",
    )
    for *facts, name_a, name_b, kind_a, kind_b, first, sure, second, sure_too, at in selected.iterator(
        chunk_size=CHUNK
    ):
        sides = (name_a, name_b, kind_a, kind_b)
        if facts[-1] == Order.BA:
            sides = (name_b, name_a, kind_b, kind_a)
        yield GuessRow._make((*facts, *sides, first, sure, second, sure_too, iso_utc(at)))


def answer_rows(study: Study) -> Iterator[AnswerRow]:
    """The question is that of the rater's own protocol; the open one on the blinding stands in none."""
    asked = _questions_of(study)
    rows = Answer.objects.filter(session__study=study, session__erased_at=None)
    selected = rows.order_by("answered_at", "pk").values_list(
        "session__protocol_id", "session__pseudonym", "use", "attempt", "key", "value", "answered_at"
    )
    for protocol, rater, use, attempt, key, value, at in selected.iterator(chunk_size=CHUNK):
        question = asked.get((protocol, use, key))
        yield AnswerRow(
            rater=rater,
            use=use,
            attempt=attempt,
            key=key,
            question=question.text if question else "",
            value=value,
            right=_is_right(question, value),
            answered_at=iso_utc(at),
        )


def _questions_of(study: Study) -> dict[tuple[int, str, str], Question]:
    """By protocol, use and key."""
    return {
        (protocol.pk, use, question.key): question
        for protocol in study.protocols.all()
        for use, questions in _questions_by_use(protocol.document()).items()
        for question in questions
    }


def _questions_by_use(document: ProtocolDocument) -> dict[str, tuple[Question, ...]]:
    journey = document.journey
    return {
        Answer.Use.COMPREHENSION.value: journey.comprehension,
        Answer.Use.SURVEY.value: journey.survey,
    }


def _is_right(question: Question | None, value: str) -> bool | None:
    """None where no option is the right one. Answers are stored in the words that were shown."""
    if question is None or not question.right:
        return None
    return value == question.options[question.right - 1]


def event_rows(study: Study) -> Iterator[EventRow]:
    """Of those who consented. What a correction replaced is in its `data`."""
    rows = Event.objects.filter(
        session__study=study, session__consented_at__isnull=False, session__erased_at=None
    ).order_by("at", "pk")
    selected = rows.values_list("session__pseudonym", "kind", "at", "data")
    for rater, kind, at, data in selected.iterator(chunk_size=CHUNK):
        yield EventRow(rater, kind, iso_utc(at), as_json(data))


def assignment_rows(study: Study) -> Iterator[AssignmentRow]:
    """The whole plan, given to somebody or not, so that sides and fill can be counted anew."""
    rows = Assignment.objects.filter(booklet__protocol__study=study).annotate(
        rated_main=Exists(Rating.objects.filter(assignment=OuterRef("pk"), phase=MAIN)),
        rated_rubric=Exists(Rating.objects.filter(assignment=OuterRef("pk"), phase=RUBRIC)),
        skipped=Exists(Skip.objects.filter(assignment=OuterRef("pk"))),
    )
    selected = rows.order_by("booklet__protocol__version", "booklet__number", "position").values_list(
        "booklet__protocol__sha256",
        "booklet__number",
        "booklet__remainder_of__number",
        "booklet__session__pseudonym",
        "position",
        "pair__key",
        "pair__dialogue__external_id",
        "kind",
        "order",
        "asks_reason",
        "instructed_value",
        "rated_main",
        "rated_rubric",
        "skipped",
        "shown_at",
        "rubric_shown_at",
        "released_at",
    )
    for *facts, shown, again, released in selected.iterator(chunk_size=CHUNK):
        yield AssignmentRow._make((*facts, iso_utc(shown), iso_utc(again), iso_utc(released)))


def erasure_rows(study: Study) -> Iterator[ErasureRow]:
    rows = Erasure.objects.filter(study=study).order_by("at", "pk")
    selected = rows.values_list("pseudonym", "cause", "at", "counts")
    for rater, cause, at, counts in selected.iterator(chunk_size=CHUNK):
        yield ErasureRow(rater, cause, iso_utc(at), as_json(counts))


JOURNEY_TABLES: Final = (
    Table("assignments.csv", AssignmentRow._fields, assignment_rows),
    Table("skips.csv", SkipRow._fields, skip_rows),
    Table("guesses.csv", GuessRow._fields, guess_rows),
    Table("answers.csv", AnswerRow._fields, answer_rows),
    Table("events.csv", EventRow._fields, event_rows),
    Table("erasures.csv", ErasureRow._fields, erasure_rows),
)
