"""The life of a run: started within a budget, paused, resumed, retried, cancelled, finished."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from studies.models import Coding, Generation, Judgment, Run, Study, WorkRow

#: The rows of each kind of run.
ROWS: Final[dict[str, type[Generation] | type[Judgment] | type[Coding]]] = {
    Run.Kind.GENERATE: Generation,
    Run.Kind.JUDGE: Judgment,
    Run.Kind.CODE: Coding,
}
#: Kinds of error of rows that are never sent, so never tried again: the rater's consent does not allow the
#: provider, or the text is gone.
WITHHELD: Final = "withheld"
ERASED: Final = "erased"
NEVER_SENT: Final = (WITHHELD, ERASED)


ALWAYS: Final = Q()

#: A run whose first rows all fail for good is paused: the fault is not in the rows.
HOPELESS: Final = 10


class CannotDo(Exception):
    """The run is not in a state for that; the message says why and what to do."""


def rows_of(run: Run) -> type[Generation] | type[Judgment] | type[Coding]:
    return ROWS[run.kind]


def next_number(study: Study) -> int:
    """The number of the study's next run; call it under the study's lock."""
    return (study.runs.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def start(
    *,
    run: Run,
    now: datetime,
    cap_calls: int | None,
    cap_tokens: int | None,
    cap_micros: int | None,
) -> Run:
    """Lets workers call models within these limits. Raises CannotDo."""
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state != "planned":
        raise CannotDo(_("This run was started already."))
    if locked.priced_at is None and locked.plan.get("problem"):
        raise CannotDo(locked.plan["problem"])
    if locked.priced_at is None:
        raise CannotDo(_("The prices have not been looked up yet; wait a moment."))
    if cap_calls is None and cap_tokens is None and cap_micros is None:
        raise CannotDo(_("Set at least one limit: calls, tokens or money."))
    if locked.plan.get("unpriced") and cap_calls is None and cap_tokens is None:
        raise CannotDo(
            _("No price is known for %s: limit the calls or the tokens, since money cannot limit them.")
            % ", ".join(locked.plan["unpriced"])
        )
    locked.cap_calls, locked.cap_tokens, locked.cap_micros = cap_calls, cap_tokens, cap_micros
    locked.started_at = now
    locked.save(update_fields=["cap_calls", "cap_tokens", "cap_micros", "started_at"])
    return locked


def pause(*, run: Run, reason: str, now: datetime, only_if: Q = ALWAYS) -> bool:
    """Stops further calls; those under way are finished and written down. False: it was not running."""
    rows = Run.objects.calling().filter(only_if, pk=run.pk)
    return bool(rows.update(paused_at=now, pause_reason=reason))


def pause_if_hopeless(*, run: Run, last: str, now: datetime) -> None:
    """Pauses a run of which many rows failed for good and none was answered; `last` says what happened."""
    rows = rows_of(run).objects.filter(run=run)
    failed = rows.filter(status=WorkRow.Status.FAILED).exclude(error_kind__in=NEVER_SENT).count()
    if failed >= HOPELESS and not rows.filter(status=WorkRow.Status.DONE).exists():
        pause(run=run, reason=f"Every call so far failed. The last one: {last}", now=now)


@transaction.atomic
def resume(
    *,
    run: Run,
    cap_calls: int | None = None,
    cap_tokens: int | None = None,
    cap_micros: int | None = None,
) -> Run:
    """Goes on where it was paused, with higher limits where they are given. Raises CannotDo."""
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state != "paused":
        raise CannotDo(_("This run is not paused."))
    if locked.gate_passed is False and not locked.is_past_gate:
        raise CannotDo(_("The pilot did not pass: waive it with a reason, or cancel the run."))
    locked.paused_at, locked.pause_reason = None, ""
    for name, value in (("cap_calls", cap_calls), ("cap_tokens", cap_tokens), ("cap_micros", cap_micros)):
        if value is not None:
            setattr(locked, name, value)
    if locked.cap_calls is not None and locked.cap_calls < locked.calls:
        raise CannotDo(_("The run has made %d calls already: its limit cannot be lower.") % locked.calls)
    locked.save(update_fields=["paused_at", "pause_reason", "cap_calls", "cap_tokens", "cap_micros"])
    return locked


@transaction.atomic
def retry_failed(*, run: Run, now: datetime) -> int:
    """Puts failed rows back in line, but for what must not be sent; how many. Raises CannotDo.

    A finished run goes on.
    """
    # In the order of planning and freezing: no reply may come into a frozen study.
    study = Study.objects.select_for_update(no_key=True).get(pk=run.study_id)
    if run.kind == Run.Kind.GENERATE and study.is_frozen():
        raise CannotDo(_("The study is frozen: its replies can no longer change."))
    _hold(run, WorkRow.Status.FAILED)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state == "cancelled":
        raise CannotDo(_("This run was cancelled."))
    failed = rows_of(locked).objects.filter(run=locked, status=WorkRow.Status.FAILED)
    failed = failed.exclude(error_kind__in=NEVER_SENT)
    if locked.gate_passed is False and failed.filter(is_pilot=True).exists():
        # The pilot goes on, and its gate is decided anew.
        locked.gate, locked.gate_decided_at, locked.gate_passed = {}, None, None
        locked.save(update_fields=["gate", "gate_decided_at", "gate_passed"])
    again = failed.update(
        status=WorkRow.Status.PENDING,
        failures=0,
        not_before=now,
        finished_at=None,
        error_kind="",
        error="",
    )
    if again and locked.finished_at is not None:
        Run.objects.filter(pk=locked.pk).update(finished_at=None)
    return again


@transaction.atomic
def cancel(*, run: Run, now: datetime) -> Run:
    """Ends a run for good: rows that were never called are taken away, others fail. Raises CannotDo."""
    _hold(run, WorkRow.Status.PENDING)
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.state in ("cancelled", "finished"):
        raise CannotDo(_("This run has ended already."))
    waiting = rows_of(locked).objects.filter(run=locked, status=WorkRow.Status.PENDING)
    waiting.filter(attempts=0).delete()
    waiting.update(
        status=WorkRow.Status.FAILED,
        finished_at=now,
        error_kind="cancelled",
        error=cancelled(),
    )
    locked.cancelled_at = now
    locked.save(update_fields=["cancelled_at"])
    return locked


def _hold(run: Run, status: WorkRow.Status) -> None:
    """Locks the rows to be changed, in the order of their keys and before the run, as settling does."""
    rows = rows_of(run).objects.filter(run=run, status=status).order_by("pk")
    list(rows.select_for_update().values_list("pk", flat=True))


def cancelled() -> str:
    """What stands in a row that a cancelled run left without an answer."""
    return _("The run was cancelled before this was answered.")


def left_behind(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows without an answer whose run was cancelled: they stand in the way of new ones."""
    return rows.filter(status=WorkRow.Status.FAILED, run__cancelled_at__isnull=False)


def take_over(*, run: Run, rows: QuerySet[Any], provider: int, now: datetime, **more: Any) -> int:
    """Makes rows this run's that another one left behind; how many."""
    return rows.update(
        run=run,
        provider=provider,
        status=WorkRow.Status.PENDING,
        failures=0,
        not_before=now,
        finished_at=None,
        error_kind="",
        error="",
        **more,
    )


@transaction.atomic
def finish_if_done(*, run: Run, now: datetime) -> bool:
    """Notes the end of a run that has nothing left to do. Locked: rows may be added at this moment."""
    Run.objects.select_for_update().get(pk=run.pk)
    if rows_of(run).objects.filter(run=run).open().exists():
        return False
    return bool(Run.objects.calling().filter(pk=run.pk).update(finished_at=now))
