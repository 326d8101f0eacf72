"""The payment list: the one table with platform ids. For the admin only, never part of an export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from raters.export.cells import csv_lines
from raters.selectors import payments_of
from studies.models import Study

PAYMENT_COLUMNS: Final = (
    "participant_id",
    "submission_id",
    "rater",
    "outcome",
    "pairs",
    "minutes",
    "code",
)


def payment_rows(study: Study) -> Iterator[str]:
    """The list as lines of CSV, header first: everybody who consented, with what paying needs."""
    return csv_lines(
        PAYMENT_COLUMNS,
        (
            (
                payment.participant_id,
                payment.submission_id,
                payment.pseudonym,
                payment.outcome,
                payment.pairs,
                payment.minutes,
                payment.code,
            )
            for payment in payments_of(study)
        ),
    )
