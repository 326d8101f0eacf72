"""Drafts: what stands in a pair's form, kept while the rater is still at it. A draft is never an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from raters import participating
from raters.models import Assignment, Draft, RatingSession
from raters.rating import LONGEST_REASON
from raters.selectors import may_answer

#: Longer than any answer may be: what is too long is said when it is sent, and not lost before.
LONGEST_FIELD: Final = 2 * LONGEST_REASON
_TEXTS: Final = re.compile(r"q\d{1,3}|reason|visible|away|pasted|layout")
_LISTS: Final = ("flags_1", "flags_2")
_LONGEST_LIST: Final = 10

Fields = dict[str, str | list[str]]


class TooLate(Exception):
    """Nothing is collected on this pair any more."""


@transaction.atomic
def save(*, assignment: Assignment, phase: str, fields: Mapping[str, list[str]], now: datetime) -> Draft:
    """Keeps the form's fields as they stand, in the place of what was kept before.

    `fields`: all values by name, as a form sends them. Unknown names are left out, long texts are cut.
    Raises TooLate after the rating part or the session has ended, and where no answer is asked for.
    """
    session = RatingSession.objects.select_for_update().get(booklet=assignment.booklet_id)
    if session.reviewed_at or participating.has_ended(session):
        raise TooLate
    if not may_answer(session, assignment, phase):
        raise TooLate
    participating.seen(session=session, now=now)
    # The session's lock lets one in at a time; the constraint stands behind it.
    draft, _new = Draft.objects.update_or_create(
        assignment=assignment, phase=phase, defaults={"fields": _known(fields), "saved_at": now}
    )
    return draft


def _known(fields: Mapping[str, list[str]]) -> Fields:
    kept: Fields = {}
    for name, values in fields.items():
        if name in _LISTS:
            kept[name] = [_clean(value) for value in values[:_LONGEST_LIST]]
        elif values and _TEXTS.fullmatch(name):
            kept[name] = _clean(values[-1])
    return kept


def _clean(value: str) -> str:
    """No database keeps a null character in a text."""
    return value.replace("\0", "")[:LONGEST_FIELD]
