"""Inviting: single-use links for people whom no platform names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from raters.channels import INVITED
from raters.models import Invitation
from raters.selectors import recruitment_of
from studies.models import Study

#: In one go.
MOST: Final = 1000
LONGEST_LABEL: Final = 80


class CannotInvite(Exception):
    """No invitations are made; the message says why."""


@transaction.atomic
def invite(*, study: Study, count: int, labels: Sequence[str] = (), now: datetime) -> list[Invitation]:
    """So many invitations, each for one person. The first ones carry the labels, in their order.

    Raises CannotInvite, also where the study's raters do not come by invitation: nobody could use them.
    """
    if recruitment_of(study).channel != INVITED:
        raise CannotInvite("the study's raters do not come by invitation: choose that in its recruitment")
    if not 1 <= count <= MOST:
        raise CannotInvite(f"between 1 and {MOST} invitations are made in one go")
    if len(labels) > count:
        raise CannotInvite(f"{len(labels)} labels for {count} invitations")
    if any(len(label) > LONGEST_LABEL for label in labels):
        raise CannotInvite(f"a label has at most {LONGEST_LABEL} characters")
    padded = [*labels, *[""] * (count - len(labels))]
    return Invitation.objects.bulk_create(
        Invitation(study=study, label=label, created_at=now) for label in padded
    )
