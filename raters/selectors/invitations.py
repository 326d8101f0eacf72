"""Who was invited, and who came. The links are keys: for staff who may see invitations, never exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raters.channels import INVITED
from raters.models import Invitation
from raters.selectors.people import hmac_of
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation. It is used once somebody has consented with it."""

    token: str
    label: str
    is_used: bool


def invitations_of(study: Study) -> Iterator[Invited]:
    """The study's invitations in the order in which they were made; two queries."""
    used = set(
        study.sessions.filter(channel=INVITED, consented_at__isnull=False).values_list(
            "platform_hash", flat=True
        )
    )
    rows = Invitation.objects.filter(study=study).order_by("pk").values_list("token", "label")
    for token, label in rows.iterator(chunk_size=1000):
        yield Invited(token, label, hmac_of(study, token) in used)


def labels_of(study: Study) -> dict[str, str]:
    """Labels by a session's platform hash: for paying those who came by invitation."""
    labelled = Invitation.objects.filter(study=study).exclude(label="").values_list("token", "label")
    return {hmac_of(study, token): label for token, label in labelled}


def invitations_by_hash(study: Study) -> dict[str, int]:
    """Primary keys by the platform hash of the session that each opens."""
    rows = Invitation.objects.filter(study=study).order_by("pk").values_list("token", "pk")
    return {hmac_of(study, token): pk for token, pk in rows}
