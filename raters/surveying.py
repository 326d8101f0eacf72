"""The short survey after the pairs: every answer is optional."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from raters import messaging
from raters.models import Answer, RatingSession
from raters.participating import seen
from raters.selectors import document_for


@transaction.atomic
def send(*, session: RatingSession, answers: Mapping[str, str], now: datetime) -> RatingSession:
    """Stores the survey, one row a question, "" for what was left out. Sending twice changes nothing.

    A survey that comes after the session was completed for its rater is still taken, as the pages promise
    that nothing is lost; after any other end it is not.
    """
    locked = RatingSession.objects.select_for_update().get(pk=session.pk)
    ends = (locked.stopped_at, locked.turned_away_at, locked.withdrawn_at)
    if locked.reviewed_at is None or locked.surveyed_at is not None or any(ends):
        return locked
    Answer.objects.bulk_create(
        Answer(
            session=locked,
            use=Answer.Use.SURVEY,
            key=question.key,
            value=answers.get(question.key, ""),
            answered_at=now,
        )
        for question in document_for(locked).journey.survey
    )
    messaging.notice_words(session=locked, text="\n".join(answers.values()), now=now)
    locked.surveyed_at = now
    locked.save(update_fields=["surveyed_at"])
    seen(session=locked, now=now)
    return locked
