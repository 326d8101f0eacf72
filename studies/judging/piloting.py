"""Piloting: the gate's decision about a run, and a researcher's waiver of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from studies.calling import runs
from studies.calling.runs import CannotDo
from studies.comparison import OVERALL, Order
from studies.judging.gate import Gate, PilotJudgment, gate
from studies.models import Judgment, LLMCall, Run, WorkRow


@transaction.atomic
def decide(*, run: Run, now: datetime) -> bool | None:
    """Opens the gate or pauses the run, once every pilot row has ended; None while there is none to decide.

    Only one of several workers decides, and what it decides comes with the pause, or not at all.
    """
    current = Run.objects.get(pk=run.pk)
    pilot = Judgment.objects.filter(run=current, is_pilot=True)
    if not current.has_pilot or current.gate_decided_at is not None or pilot.open().exists():
        return None
    found = gate(list(_pilot_judgments(current)), **_money(current))
    mine = Run.objects.filter(pk=run.pk, gate_decided_at__isnull=True).update(
        gate={"checks": [asdict(check) for check in found.checks]},
        gate_decided_at=now,
        gate_passed=found.passed,
    )
    if mine and not found.passed:
        runs.pause(run=current, reason=_reason(found), now=now)
    return found.passed if mine else None


@transaction.atomic
def waive(*, run: Run, reason: str, user: AbstractBaseUser | None, now: datetime, **caps: int | None) -> Run:
    """Lets a run go on that did not pass, with the reason on record; `caps` as in `runs.resume`.

    Raises CannotDo.
    """
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if locked.gate_passed is not False or locked.gate_waived_at is not None:
        raise CannotDo(_("There is no failed pilot to waive."))
    if not reason.strip():
        raise CannotDo(_("Say why the run may go on all the same: it stands in the record."))
    locked.gate_waived_at, locked.gate_waiver = now, reason.strip()
    locked.gate_waived_by_id = user.pk if user else None
    locked.save(update_fields=["gate_waived_at", "gate_waiver", "gate_waived_by_id"])
    return runs.resume(run=locked, **caps) if locked.state == "paused" else locked


def _reason(found: Gate) -> str:
    told = [check.sentence for check in found.checks if not check.passed and check.judge == ""]
    told += [
        f"{check.judge}: {check.sentence}" for check in found.checks if check.passed is False and check.judge
    ]
    return " ".join(("The pilot did not pass.", *told))


def _pilot_judgments(run: Run) -> Iterator[PilotJudgment]:
    """Rows that failed for good gave no verdict either."""
    overall = {
        row["pk"]: row["scores__value"]
        for row in Judgment.objects.filter(run=run, is_pilot=True, scores__dimension__key=OVERALL).values(
            "pk", "scores__value"
        )
    }
    rows = Judgment.objects.filter(run=run, is_pilot=True).values_list(
        "pk", "pair__key", "judge__name", "order", "replicate", "status", "outcome", "pair__expected"
    )
    for pk, pair, judge, order, replicate, status, outcome, expected in rows:
        told = outcome if status == WorkRow.Status.DONE else "failed"
        yield PilotJudgment(pair, judge, Order(order), replicate, told, overall.get(pk), expected)


def _money(run: Run) -> dict[str, float | None]:
    """What the pilot cost and should have cost, in money where every price is known, else in tokens."""
    calls = LLMCall.objects.filter(judgment__run=run, judgment__is_pilot=True)
    spent: dict[str, Any] = calls.aggregate(
        micros=Sum("cost_micros"),
        told=Sum("input_tokens"),
        wrote=Sum("output_tokens"),
        unknown=Count("pk", filter=Q(cost_micros__isnull=True)),
    )
    planned = run.plan.get("pilot_micros")
    if planned and not spent["unknown"] and not run.plan.get("unpriced"):
        return {"spent": spent["micros"], "planned": planned}
    loads = run.plan["loads"]
    tokens = sum(load["pilot_input_tokens"] + load["pilot_output_tokens"] for load in loads)
    told = None if spent["told"] is None else spent["told"] + (spent["wrote"] or 0)
    return {"spent": told, "planned": tokens}
