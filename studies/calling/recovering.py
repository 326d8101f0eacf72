"""Recovering: calls whose worker died are written off as lost, and their rows go back in line."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from studies.calling import budget, runs
from studies.calling.budget import Amount
from studies.calling.pacing import MOST_FAILURES, seconds_to_wait
from studies.models import Coding, Generation, Judgment, LLMCall, Run, WorkRow

LOST: Final = (
    "The worker ended before an answer to this call arrived. If it was under way it may have been charged; "
    "if it was only next in line it was never made."
)
CHUNK: Final = 500


def recover_lost(*, now: datetime, rng: random.Random) -> int:
    """Puts rows back in line whose lease has run out; how many. What they reserved counts as spent."""
    recovered = 0
    for rows, link in ((Generation, "generation"), (Judgment, "judgment"), (Coding, "coding")):
        lost = rows.objects.filter(status=WorkRow.Status.RUNNING, lease_until__lt=now)
        for row in lost.select_related("run").order_by("pk")[:CHUNK]:
            recovered += _recover(row.run, row, link, now, rng)
        _close_cancelled(rows.objects, now)
    return recovered


def _close_cancelled(rows: Any, now: datetime) -> None:
    """Rows that came back to a run after it was cancelled."""
    rows.filter(status=WorkRow.Status.PENDING, run__cancelled_at__isnull=False).update(
        status=WorkRow.Status.FAILED, finished_at=now, error_kind="cancelled", error=runs.cancelled()
    )


@transaction.atomic
def _recover(run: Run, row: WorkRow, link: str, now: datetime, rng: random.Random) -> bool:
    """False: its worker was only late, and has settled it just now.

    The row is locked before its call, as in settling, or the two would wait for each other.
    """
    mine = type(row)._default_manager.filter(
        pk=row.pk, status=WorkRow.Status.RUNNING, attempts=row.attempts, lease_until=row.lease_until
    )
    if not mine.select_for_update():
        return False
    call = LLMCall.objects.filter(attempt=row.attempts, **{link: row}).first()
    if call is not None and not _written_off(call, now):
        return False
    failures = row.failures + 1
    given_up = failures >= MOST_FAILURES or run.cancelled_at is not None
    wait = timedelta(seconds=seconds_to_wait(1, None, rng))
    changed: int = mine.update(
        status=WorkRow.Status.FAILED if given_up else WorkRow.Status.PENDING,
        finished_at=now if given_up else None,
        not_before=now + wait,
        lease_until=None,
        failures=failures,
        error_kind="lost",
        error=LOST,
    )
    if call is not None:
        reserved = Amount(call.reserved_tokens, call.reserved_micros)
        budget.settle(run=run, reserved=reserved, spent=reserved)
    return bool(changed)


def _written_off(call: LLMCall, now: datetime) -> bool:
    return bool(
        LLMCall.objects.under_way()
        .filter(pk=call.pk)
        .update(
            finished_at=now,
            result=LLMCall.Result.LOST,
            error_kind="lost",
            error=LOST,
            cost_reason=LOST,
        )
    )
