"""The comprehension check: two tries, then a kind way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from raters.leaving import give_back_all
from raters.models import Answer, Event, RatingSession
from raters.noting import note
from raters.participating import forget_drafts, has_ended, seen
from raters.selectors import document_for, recruitment_of, tries_made, wrongly_answered

TRIES: Final = 2


class InvalidAnswers(Exception):
    """Not one of its options for each question of the check."""


@transaction.atomic
def answer(
    *, session: RatingSession, attempt: int, answers: Mapping[str, str], now: datetime
) -> RatingSession:
    """Stores one try and what follows from it: understood, another try, or turned away with the booklet free.

    `attempt` is the try, from 1, that the form was shown for; `answers` are options in words by question.
    A try that is stored already stands, so that a form sent twice, or from two tabs, is one try.
    Raises InvalidAnswers.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    is_over = has_ended(locked) or locked.understood_at is not None
    if is_over or locked.instructed_at is None or attempt != tries_made(locked) + 1:
        return locked
    options = {question.key: question.options for question in document_for(locked).journey.comprehension}
    if set(answers) != set(options) or any(value not in options[key] for key, value in answers.items()):
        raise InvalidAnswers(f"expected one option each of {sorted(options)}")
    Answer.objects.bulk_create(
        Answer(
            session=locked,
            use=Answer.Use.COMPREHENSION,
            attempt=attempt,
            key=key,
            value=answers[key],
            answered_at=now,
        )
        for key in options
    )
    seen(session=locked, now=now)
    if not wrongly_answered(document_for(locked), answers):
        _understood(locked, attempt, now)
    elif attempt >= TRIES:
        _turn_away(locked, now)
    return locked


def _understood(session: RatingSession, attempt: int, now: datetime) -> None:
    session.understood_at = now
    session.save(update_fields=["understood_at"])
    note(session, Event.Kind.UNDERSTOOD, now, attempt=attempt)


def _turn_away(session: RatingSession, now: datetime) -> None:
    """No rejection: the platform's code for it, where there is one, and nothing rated that could be lost."""
    session.turned_away_at = now
    session.code = recruitment_of(session.study).screened_out_code
    session.save(update_fields=["turned_away_at", "code"])
    give_back_all(session=session, now=now)
    forget_drafts(session)
    note(session, Event.Kind.TURNED_AWAY, now)
