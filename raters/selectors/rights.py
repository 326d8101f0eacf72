"""What a rater may still ask for, what was erased, and what waits in the inbox."""

from __future__ import annotations

from dataclasses import dataclass

from raters.models import Message, RatingSession
from raters.selectors.people import document_for
from studies.models import Study

EITHER = Study.Withdrawal.EITHER


@dataclass(frozen=True, slots=True)
class Rights:
    """For a page. Both are over once they were used; nobody withdraws before consent."""

    may_withdraw: bool
    may_delete: bool
    has_withdrawn: bool
    is_erased: bool

    @property
    def may_ask(self) -> bool:
        return self.may_withdraw or self.may_delete


def rights_of(session: RatingSession) -> Rights:
    """By what the protocol, to which the rater consented, promised."""
    has_consented = session.consented_at is not None
    promised = has_consented and document_for(session).journey.withdrawal == EITHER
    return Rights(
        may_withdraw=has_consented and session.withdrawn_at is None,
        may_delete=promised and session.erased_at is None,
        has_withdrawn=session.withdrawn_at is not None,
        is_erased=session.erased_at is not None,
    )


def unread_messages(study: Study) -> int:
    """How much in the study's inbox nobody has handled."""
    return Message.objects.filter(session__study=study, handled_at=None).count()
