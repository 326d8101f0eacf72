"""What a run's page shows, made from its row and its progress."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from studies import run_progress
from studies.models import Run
from studies.run_progress import money


def facts_of(run: Run, now: datetime) -> dict[str, Any]:
    """The context of the page and of its part that renews itself."""
    progress = run_progress.progress_of(run, now)
    return {
        "standing": _standing(run, progress.may_retry),
        "progress": progress,
        "left": _left(progress),
        "spending": _spending(run),
        "held": run_progress.held_providers(run, now),
        "is_trial": run_progress.is_trial(run),
        "loads": [_load(load, run) for load in run.plan.get("loads", [])],
        "whole": _whole(run),
        "jury": _jury(run),
        "checks": run.gate.get("checks", []),
        "gate_waits": run.has_pilot and run.gate_passed is False and not run.is_past_gate,
    }


def _standing(run: Run, failed: int) -> str:
    """Where the run stands, as far as it decides which buttons there are."""
    if run.state != "planned":
        # A pilot that was decided changes what is shown, also where the run goes on at once.
        state = f"{run.state}-{run.gate_passed}" if run.has_pilot else run.state
        return f"{state}-failed" if failed else state
    if run.priced_at is not None:
        return "priced"
    return "problem" if run.plan.get("problem") else "pricing"


def _left(progress: run_progress.Progress) -> str:
    """The time left in words; a dash while nobody can say."""
    if progress.left is None:
        return run_progress.UNKNOWN
    minutes = progress.left.total_seconds() / 60
    if minutes < 1:
        return _("less than a minute")
    if minutes < 90:
        return _("about %d min") % round(minutes)
    return _("about %.1f h") % (minutes / 60)


def _spending(run: Run) -> list[dict[str, Any]]:
    """Calls, tokens and money: spent, reserved for what is under way, and the limit."""
    whole = "{:,}".format
    return [
        _line(_("Calls"), run.calls, None, run.cap_calls, whole),
        _line(_("Tokens"), run.spent_tokens, run.reserved_tokens, run.cap_tokens, whole),
        _line(
            _("Money"),
            run.spent_micros,
            run.reserved_micros,
            run.cap_micros,
            lambda micros: money(micros, run.currency),
        ),
    ]


def _line(name: str, spent: int, reserved: int | None, cap: int | None, said: Any) -> dict[str, Any]:
    used = spent + (reserved or 0)
    return {
        "name": name,
        "spent": said(spent),
        "reserved": None if reserved is None else said(reserved),
        "limit": None if cap is None else said(cap),
        "percent": min(100, 100 * used // cap) if cap else None,
    }


def _load(load: dict[str, Any], run: Run) -> dict[str, Any]:
    """What one system or judge is going to be asked, with its money in words."""
    currency = load.get("currency") or run.currency
    return load | {
        "calls": f"{load['calls']:,}",
        "likely_tokens": f"{load['input_tokens'] + load['output_tokens']:,}",
        "most_tokens": f"{load['most_input_tokens'] + load['most_output_tokens']:,}",
        "likely_money": money(load.get("micros"), currency),
        "most_money": money(load.get("most_micros"), currency),
    }


def _whole(run: Run) -> dict[str, Any]:
    loads = run.plan.get("loads", [])
    told = {
        name: f"{sum(load[f'{prefix}input_tokens'] + load[f'{prefix}output_tokens'] for load in loads):,}"
        for name, prefix in (("likely_tokens", ""), ("most_tokens", "most_"))
    }
    return told | {
        "calls": f"{sum(load['calls'] for load in loads):,}",
        "likely_money": money(run.plan.get("micros"), run.currency),
        "most_money": money(run.plan.get("most_micros"), run.currency),
    }


def _jury(run: Run) -> dict[str, Any] | None:
    """How many pairs have how many eligible judges; in a plan by number, PostgreSQL keeps no order."""
    jury: dict[str, Any] | None = run.plan.get("jury")
    if jury is None:
        return None
    eligible = sorted((int(judges), pairs) for judges, pairs in jury["eligible"].items())
    more = jury["without_jury"] - len(jury["without_jury_named"])
    return jury | {"eligible": eligible, "more_without_jury": more, "design": run.design.get("jury", {})}
