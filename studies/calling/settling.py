"""Settling: what came back is written down, the money counted, and each row goes on or ends."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import OperationalError, transaction

from studies.calling import budget, runs
from studies.calling.budget import NOTHING, Amount
from studies.calling.claiming import Claimed
from studies.calling.columns import COUNTS, answer_columns, ms, sensible, storable, wire_columns
from studies.calling.craft import MOST_SAMPLES, Craft, Reading
from studies.calling.holding import asked_to_wait, held_until, hold
from studies.calling.pacing import MOST_FAILURES, seconds_to_wait
from studies.calling.silencing import NO_PROMPT, silenced, told_instead
from studies.calling.writing import update_row
from studies.llm.port import CallError, Completion
from studies.models import LLMCall, Run, WorkRow

logger = logging.getLogger(__name__)

_CRASHED: Final = "crashed"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call that has come to its end. Without an answer it was never made, and never began."""

    claimed: Claimed
    answer: Completion | CallError | None
    at: datetime
    started_at: datetime | None = None


@dataclass(slots=True)
class _Ending:
    """What a call means for its row, its budget and its run."""

    call: dict[str, Any]
    row: dict[str, Any]
    spent: Amount
    was_made: bool = True
    reading: Reading | None = None
    pause: str = ""
    held_until: datetime | None = None
    taken: bool = field(default=False)

    def silence(self) -> None:
        self.call, self.row = silenced(self.call) | {"prompt": NO_PROMPT}, silenced(self.row)
        self.pause = told_instead(self.pause)


def settle(*, run: Run, craft: Craft, arrived: Sequence[Arrived], rng: random.Random) -> None:
    """Writes down what came back: in one transaction, or where that fails in one for each."""
    endings = [(one, _ending_or_fault(craft, one, rng)) for one in arrived]
    # Before the transaction and by itself, so that no lock of a provider waits for one of a row.
    hold((one.claimed.provider.pk, ending.held_until) for one, ending in endings)
    try:
        _write(run, craft, endings)
    except Exception:
        logger.exception("%d answers of run %s could not be written down together", len(endings), run.pk)
        for one, ending in endings:
            _write_alone(run, craft, one, ending)


@transaction.atomic
def _write(run: Run, craft: Craft, endings: Sequence[tuple[Arrived, _Ending]]) -> None:
    """Locks the rows first, in the order of their keys, and the run last: so do all who want more than one.

    A call is changed by whoever holds its row. Who erases texts holds their rows as well: either that is
    over, and nothing is written here that may quote one, or it waits and takes away what is.
    """
    keys = _held_rows(craft, endings)
    erased = craft.erased(keys)
    for one, ending in endings:
        if one.claimed.row.pk in erased:
            ending.silence()
    spent = reserved = NOTHING
    unmade = 0
    for one, ending in endings:
        if _finish(craft, one, ending):
            reserved, spent = reserved + one.claimed.reserved, spent + ending.spent
            unmade += not ending.was_made
    craft.store(
        [
            (one.claimed.row, ending.reading)
            for one, ending in endings
            if ending.taken and ending.reading is not None
        ]
    )
    budget.settle(run=run, reserved=reserved, spent=spent, unmade=unmade)
    _stop_where_hopeless(run, endings)


def _held_rows(craft: Craft, endings: Sequence[tuple[Arrived, _Ending]]) -> list[int]:
    rows = craft.rows.objects.filter(pk__in=[one.claimed.row.pk for one, _ in endings])
    return list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def _write_alone(run: Run, craft: Craft, one: Arrived, ending: _Ending) -> None:
    """What cannot be stored ends its row and no other's; what was paid for is kept as it came."""
    try:
        _write(run, craft, [(one, ending)])
    except OperationalError:
        raise  # the database, not the answer
    except Exception as error:
        logger.exception("the answer of call %s could not be stored", one.claimed.call.pk)
        ending = _crashed(
            one, f"This program could not store the answer ({type(error).__name__}).", ending.spent
        )
        _write(run, craft, [(one, ending)])


def _ending_or_fault(craft: Craft, one: Arrived, rng: random.Random) -> _Ending:
    """A fault of ours with one answer must not hold up the others that came with it."""
    try:
        return _ending(craft, one, rng)
    except Exception as error:
        logger.exception("the answer of call %s could not be looked at", one.claimed.call.pk)
        told = f"This program failed on the answer ({type(error).__name__})."
        return _crashed(one, told, one.claimed.reserved)


def _crashed(one: Arrived, told: str, spent: Amount) -> _Ending:
    """The body as it came, and nothing that was made of it."""
    wire = one.answer.wire if one.answer else None
    call = {
        "result": LLMCall.Result.ANSWERED,
        "reading": _CRASHED,
        "reading_detail": told,
        "cost_reason": told,
        **(wire_columns(wire) if wire else {}),
    }
    if isinstance(one.answer, Completion):
        usage = sensible(one.answer.usage)
        call |= {name: getattr(usage, name) for name in COUNTS}
    return _Ending(call, _given_up(_CRASHED, told, one.at), spent)


def _ending(craft: Craft, one: Arrived, rng: random.Random) -> _Ending:
    if one.answer is None:
        return _unmade(one.at)
    if isinstance(one.answer, CallError):
        return _failed(one.claimed, one.answer, one.at, rng)
    return _answered(craft, one.claimed, one.answer, one.at)


def _unmade(at: datetime) -> _Ending:
    """A row that was claimed ahead and given back: nothing happened to it."""
    call = {
        "result": LLMCall.Result.FAILED,
        "error_kind": "not_made",
        "error": "The worker gave this row back before it made the call.",
        "cost_micros": 0,
    }
    return _Ending(call, _again(at), NOTHING, was_made=False)


def _answered(craft: Craft, claimed: Claimed, answer: Completion, at: datetime) -> _Ending:
    reading = _read(craft, claimed, answer)
    usage = sensible(answer.usage)
    priced = budget.priced_anyhow(claimed.ask.request.model, claimed.provider, usage)
    told = None if usage.input_tokens is None else usage.input_tokens + (usage.output_tokens or 0)
    spent = Amount(
        claimed.reserved.tokens if told is None else told,
        # A cost that nobody can tell counts in full, so that the cap holds whatever it was.
        claimed.reserved.micros if priced.cost_micros is None else priced.cost_micros,
    )
    call = answer_columns(answer, usage, priced) | {
        "reading": reading.status,
        "reading_detail": storable(reading.detail),
    }
    return _read_ending(claimed, reading, call, spent, at)


def _read_ending(
    claimed: Claimed, reading: Reading, call: dict[str, Any], spent: Amount, at: datetime
) -> _Ending:
    """A row whose answer has arrived: done, in line again for one that can be read, or given up."""
    row = claimed.row
    samples = row.samples if reading.outcome else row.samples + 1
    if reading.status == _CRASHED:
        return _Ending(call, _given_up(_CRASHED, reading.detail, at), spent)
    if not reading.outcome and samples < MOST_SAMPLES:
        return _Ending(call, _again(at) | {"samples": samples, "failures": 0}, spent)
    if not reading.outcome:
        reading = Reading(reading.status, "unparseable", reading.detail, reading.columns, reading.content)
    done = {
        "status": WorkRow.Status.DONE,
        "outcome": reading.outcome,
        "samples": samples,
        "finished_at": at,
        "lease_until": None,
        "call_id": claimed.call.pk,
        "error_kind": "",
        "error": "" if reading.outcome == "ok" else storable(reading.detail),
        **reading.columns,
    }
    return _Ending(call, done, spent, reading=reading)


def _read(craft: Craft, claimed: Claimed, answer: Completion) -> Reading:
    """A fault of ours while reading must not lose an answer that was paid for."""
    try:
        return craft.read(claimed.row, claimed.ask, answer)
    except Exception as error:
        logger.exception("the answer of call %s could not be looked at", claimed.call.pk)
        return Reading(_CRASHED, "", f"This program failed on the answer ({type(error).__name__}).")


def _failed(claimed: Claimed, error: CallError, at: datetime, rng: random.Random) -> _Ending:
    unknown = error.kind not in budget.FREE
    call = {
        "result": LLMCall.Result.FAILED,
        "error_kind": error.kind.value,
        "error": storable(error.sentence),
        "latency_ms": ms(error.seconds),
        "retry_after_ms": ms(asked_to_wait(error)),
        "cost_micros": None if unknown else 0,
        "cost_reason": "The call failed; whether it was charged is not known." if unknown else "",
        **(wire_columns(error.wire) if error.wire else {}),
    }
    spent = claimed.reserved if unknown else NOTHING
    if error.kind.pauses_run:
        return _Ending(call, _again(at), spent, pause=error.sentence)
    failures = claimed.row.failures + 1
    if not error.kind.is_transient or failures >= MOST_FAILURES:
        return _Ending(call, _given_up(error.kind.value, error.sentence, at, failures=failures), spent)
    seconds = seconds_to_wait(failures, asked_to_wait(error), rng)
    again = _again(at + timedelta(seconds=seconds)) | {
        "failures": failures,
        "error_kind": error.kind.value,
        "error": storable(error.sentence),
    }
    return _Ending(call, again, spent, held_until=held_until(error, at))


def _again(at: datetime) -> dict[str, Any]:
    return {"status": WorkRow.Status.PENDING, "not_before": at, "lease_until": None}


def _given_up(kind: str, sentence: str, at: datetime, *, failures: int | None = None) -> dict[str, Any]:
    return {
        "status": WorkRow.Status.FAILED,
        "finished_at": at,
        "lease_until": None,
        "error_kind": kind,
        "error": storable(sentence),
    } | ({} if failures is None else {"failures": failures})


def _finish(craft: Craft, one: Arrived, ending: _Ending) -> bool:
    """Whether the call was still open. One that was given up for lost is settled, and its row somebody's."""
    call, row = one.claimed.call, one.claimed.row
    times = {"started_at": one.started_at or call.started_at, "finished_at": one.at}
    if not update_row(LLMCall, call.pk, times | ending.call, only_if={"finished_at": None}):
        logger.warning("call %s came back after it was given up for lost", call.pk)
        return False
    still_mine = {"status": WorkRow.Status.RUNNING, "attempts": row.attempts}
    ending.taken = update_row(craft.rows, row.pk, ending.row, only_if=still_mine)
    return True


def _stop_where_hopeless(run: Run, endings: Sequence[tuple[Arrived, _Ending]]) -> None:
    """Pauses the run for a failure that all its calls would share.

    In the transaction of the answers: the reason may quote a text, and who erases that waits for them alone.
    """
    at = max(one.at for one, _ in endings)
    reason = next((ending.pause for _, ending in endings if ending.pause), "")
    failed = [ending for _, ending in endings if ending.row["status"] == WorkRow.Status.FAILED]
    if reason:
        runs.pause(run=run, reason=storable(reason), now=at)
    elif failed:
        runs.pause_if_hopeless(run=run, last=failed[-1].row["error"], now=at)
    current = Run.objects.get(pk=run.pk)
    if current.cap_micros is not None and current.spent_micros > current.cap_micros:
        reason = "A provider charged more than the most its calls could cost; the run is over its limit."
        runs.pause(run=run, reason=reason, now=at)
