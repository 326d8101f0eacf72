"""What paying raters needs. Holds platform ids: nothing of it goes into an export."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from raters.selectors.people import minutes_of, outcome_of
from raters.selectors.rights import pairs_erased
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Payment:
    """One line of the payment list. Holds the platform's id: it never goes into an export."""

    participant_id: str
    submission_id: str
    pseudonym: str
    outcome: str
    pairs: int
    minutes: int | None
    code: str


def payments_of(study: Study) -> Iterator[Payment]:
    """Everybody who consented, with what paying needs."""
    sessions = (
        study.sessions.filter(consented_at__isnull=False)
        .select_related("identity")
        .annotate(pairs=Count("booklet__assignments__ratings"))
        .order_by("consented_at")
    )
    erased = pairs_erased(study)
    for session in sessions.iterator(chunk_size=1000):
        identity = getattr(session, "identity", None)
        yield Payment(
            participant_id=identity.participant_id if identity else "",
            submission_id=identity.submission_id if identity else "",
            pseudonym=session.pseudonym,
            outcome=outcome_of(session),
            pairs=session.pairs + erased.get(session.pseudonym, 0),
            minutes=minutes_of(session),
            code=session.code,
        )
