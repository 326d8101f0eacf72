"""Everything stored about one rater, for the rater: names platform ids, so it is no part of an export."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from raters.erasing import given_by, known_of
from raters.forgetting import passages_of
from raters.models import RatingScore, RatingSession
from raters.selectors import assignments_of

#: Not about the rater: who of the researchers handled a message.
_LEFT_OUT = frozenset({"handled_by_id"})
#: A reason as coders read it, and what it may be used for; not who coded it how.
_PASSAGE = ("of_rater__rating_id", "key", "variant", "text", "may_leave")


def everything_about(session: RatingSession) -> dict[str, Any]:
    """Tables by name, each a list of rows, ready for JSON. Rows point to one another by their keys."""
    scores = RatingScore.objects.filter(rating__assignment__booklet__session=session)
    return {
        "session": _rows(RatingSession.objects.filter(pk=session.pk))[0],
        **{name: _rows(rows) for name, rows in {**given_by(session), **known_of(session)}.items()},
        "scores": list(scores.order_by("pk").values("rating_id", "dimension__key", "value")),
        "pairs": _rows(assignments_of(session)),
        "passages": list(passages_of(session).order_by("pk").values(*_PASSAGE)),
    }


def _rows(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    found = rows.order_by("pk").values()
    return [{name: _plain(value) for name, value in row.items() if name not in _LEFT_OUT} for row in found]


def _plain(value: Any) -> Any:
    """Times and tokens as text: ISO 8601 with the zone."""
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
