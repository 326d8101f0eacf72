"""The files with platform ids: payment list, bonus file, links of invitations. Never part of an export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from raters import paying
from raters.export.cells import csv_lines, csv_rows
from raters.selectors import bonuses_of, invitations_of, payments_of
from studies.models import Study

PAYMENT_COLUMNS: Final = (
    "participant_id",
    "submission_id",
    "rater",
    "outcome",
    "pairs",
    "skipped",
    "minutes",
    "amount",
    "code",
)


def payment_rows(study: Study) -> Iterator[str]:
    """The list as lines of CSV, header first: everybody who consented, with what paying needs."""
    return csv_lines(
        PAYMENT_COLUMNS,
        (
            (
                payment.participant_id or payment.label,
                payment.submission_id,
                payment.pseudonym,
                payment.outcome,
                payment.pairs,
                payment.skipped,
                payment.minutes,
                None if payment.amount is None else paying.amount(payment.amount),
                payment.code,
            )
            for payment in payments_of(study)
        ),
    )


def bonus_rows(study: Study) -> Iterator[str]:
    """`id,amount` a line as Prolific's bulk bonus payment takes it: the participant's id, no header."""
    return csv_rows(
        (payment.participant_id, paying.amount(payment.amount))
        for payment in bonuses_of(study)
        if payment.amount is not None
    )


def invitation_rows(study: Study, join: str) -> Iterator[str]:
    """Label, whole link and whether it was used, header first. `join` is the study's join link."""
    return csv_lines(
        ("label", "link", "used"),
        ((row.label, f"{join}?invitation={row.token}", row.is_used) for row in invitations_of(study)),
    )
