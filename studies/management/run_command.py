"""What the commands about runs share: finding one by its number, and telling what it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import CommandError

from studies.calling import runs
from studies.models import Run, Study


def run_of(study: Study, number: int) -> Run:
    """Raises CommandError that lists the study's runs."""
    run = study.runs.select_related("study", "protocol").filter(number=number).first()
    if run is None:
        known = ", ".join(map(str, study.runs.order_by("number").values_list("number", flat=True)))
        raise CommandError(f"no run {number} of {study.slug}; runs are: {known or 'none yet'}")
    return run


def told_of(run: Run) -> dict[str, Any]:
    """A run as a summary: what was planned, what was done, what it cost."""
    rows = Counter(runs.rows_of(run).objects.filter(run=run).values_list("status", flat=True))
    return {
        "study": run.study.slug,
        "run": run.number,
        "kind": run.kind,
        "state": run.state,
        "pause_reason": run.pause_reason,
        "rows": dict(sorted(rows.items())),
        "planned_calls": sum(load["calls"] for load in run.plan["loads"]),
        "planned_money": _planned(run, "micros"),
        "most_money": _planned(run, "most_micros"),
        "unpriced": run.plan.get("unpriced", []),
        "calls": run.calls,
        "tokens": run.spent_tokens,
        "money": _money(run.spent_micros, run.currency),
    }


def _planned(run: Run, amount: str) -> str:
    """Empty where no price is known at all; what is unpriced stands beside it."""
    priced = any(load.get("micros") for load in run.plan["loads"])
    return _money(run.plan.get(amount) if priced or not run.plan.get("unpriced") else None, run.currency)


def _money(micros: int | None, currency: str) -> str:
    return "" if micros is None else f"{micros / 1_000_000:.4f} {currency}"
