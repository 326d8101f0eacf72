"""How far runs are and what came of them: for pages that look every few seconds, in a few queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q

from studies.calling.designing import askers_of
from studies.calling.runs import NEVER_SENT, rows_of
from studies.llm.naming import is_other_model
from studies.llm.prices import MILLION
from studies.models import Coding, Generation, Judgment, LLMCall, Provider, Run, Study, System, WorkRow

#: The rate is taken from what ended within so long.
LOOKED_BACK: Final = timedelta(minutes=2)
#: Reasons for failing that are named; the rest is counted.
REASONS: Final = 10
#: Stands where a number is not known: a dash, never a 0.
UNKNOWN: Final = "\u2013"
_CENT: Final = 10_000

Status = WorkRow.Status


@dataclass(slots=True)
class AskerProgress:
    """The rows of one system, judge or coder. `outcomes` stand in the order of `Progress.outcomes`."""

    name: str
    outcomes: list[int]
    failed: int = 0
    running: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Rows that were given up for one reason."""

    kind: str
    sentence: str
    rows: int


@dataclass(frozen=True, slots=True)
class Returned:
    """Calls that one model was asked for and another name came back from."""

    asked: str
    returned: str
    calls: int


@dataclass(slots=True)
class Progress:
    """Rows by what became of them. `held`: of those waiting, how many the pilot's gate keeps back.

    `withheld`: of those failed, how many are never sent. `left` is how long what may be called now will
    take, None while nobody can say.
    """

    outcomes: list[str]
    askers: list[AskerProgress] = field(default_factory=list)
    done: int = 0
    failed: int = 0
    withheld: int = 0
    running: int = 0
    waiting: int = 0
    held: int = 0
    recent: int = 0
    left: timedelta | None = None
    failures: list[Failure] = field(default_factory=list)
    lost: int = 0
    returned: list[Returned] = field(default_factory=list)

    @property
    def may_retry(self) -> int:
        return self.failed - self.withheld

    @property
    def total(self) -> int:
        return self.done + self.failed + self.running + self.waiting

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run in a list."""

    run: Run
    total: int
    done: int
    failed: int

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // self.total if self.total else 0


@dataclass(slots=True)
class FetchedSystem:
    """A language model under test, with its fetched replies by outcome and by flag."""

    system: System
    replies: int
    outcomes: list[int]
    flags: dict[str, int] = field(default_factory=dict)


def progress_of(run: Run, now: datetime) -> Progress:
    """Everything that changes while a run goes on. The same number of queries for any run."""
    outcomes = _outcomes(run)
    found = Progress([str(label) for label in outcomes.values()])
    askers: dict[str, AskerProgress] = {}
    for row in _counted(run, now):
        name = row["name"]
        one = askers.setdefault(name, AskerProgress(name, [0] * len(outcomes)))
        _add(found, one, row, list(outcomes), is_held=not (run.is_past_gate or row["is_pilot"]))
    found.askers = [askers[name] for name in sorted(askers)]
    found.left = _left(run, found, now)
    found.failures = _failures(run)
    _note_calls(found, run)
    return found


def _outcomes(run: Run) -> dict[str, Any]:
    """The outcomes of its rows, with their words."""
    return dict(rows_of(run).Outcome.choices)


def _counted(run: Run, now: datetime) -> Iterable[dict[str, Any]]:
    """Rows by system, judge or coder, status and outcome, in one query."""
    places = _PLACES[run.kind]
    never_sent = Q(status=Status.FAILED, error_kind__in=NEVER_SENT)
    ended = Count("pk", filter=Q(finished_at__gte=_since(run, now)) & ~never_sent)
    withheld = Count("pk", filter=never_sent)
    rows = rows_of(run).objects.filter(run=run).order_by()
    counts = {"rows": Count("pk"), "recent": ended, "withheld": withheld}
    for row in rows.values(*places, "status", "outcome").annotate(**counts):
        yield row | {"name": row[places[0]], "is_pilot": row.get("is_pilot", False)}


_PLACES: Final[dict[str, tuple[str, ...]]] = {
    Run.Kind.GENERATE: ("system__name",),
    Run.Kind.JUDGE: ("judge__name", "is_pilot"),
    Run.Kind.CODE: ("coder__name",),
}


def _since(run: Run, now: datetime) -> datetime:
    return max(now - LOOKED_BACK, run.started_at or now)


def _add(
    found: Progress, asker: AskerProgress, row: dict[str, Any], outcomes: list[str], *, is_held: bool
) -> None:
    count = row["rows"]
    found.recent += row["recent"]
    found.withheld += row["withheld"]
    if row["status"] == Status.DONE:
        found.done += count
        asker.outcomes[outcomes.index(row["outcome"])] += count
        return
    setattr(found, _COLUMN[row["status"]], getattr(found, _COLUMN[row["status"]]) + count)
    setattr(asker, _COLUMN[row["status"]], getattr(asker, _COLUMN[row["status"]]) + count)
    if row["status"] == Status.PENDING and is_held:
        found.held += count


_COLUMN: Final = {Status.PENDING: "waiting", Status.RUNNING: "running", Status.FAILED: "failed"}


def _left(run: Run, found: Progress, now: datetime) -> timedelta | None:
    """At the rate of the last minutes; rows behind the gate are left out until it opens."""
    window = now - _since(run, now)
    if run.state != "running" or not found.recent or window <= timedelta(0):
        return None
    return window * (found.waiting - found.held + found.running) / found.recent


def _failures(run: Run) -> list[Failure]:
    failed = rows_of(run).objects.filter(run=run, status=Status.FAILED).order_by()
    counted = failed.values("error_kind", "error").annotate(rows=Count("pk")).order_by("-rows", "error")
    return [Failure(row["error_kind"], row["error"], row["rows"]) for row in counted[:REASONS]]


def _note_calls(found: Progress, run: Run) -> None:
    """Lost calls, and answers under another name than was asked for."""
    calls = LLMCall.objects.filter(run=run).order_by()
    found.lost = calls.filter(result=LLMCall.Result.LOST).count()
    named = calls.filter(result=LLMCall.Result.ANSWERED).exclude(model_returned="")
    pairs = named.values_list("model_requested", "model_returned").annotate(calls=Count("pk"))
    found.returned = sorted(
        (
            Returned(asked, returned, count)
            for asked, returned, count in pairs
            if is_other_model(asked, returned)
        ),
        key=lambda one: (one.asked, one.returned),
    )


def held_providers(run: Run, now: datetime) -> list[Provider]:
    """Its providers that asked everybody to wait."""
    own = Provider.objects.filter(pk__in=run.plan.get("providers", []), held_until__gt=now)
    return list(own.order_by("name"))


def is_trial(run: Run) -> bool:
    """Whether a provider for trying out is involved: when it was planned, or by what is said now."""
    own = Provider.objects.filter(pk__in=run.plan.get("providers", []), for_trial=True)
    return any(one["for_trial"] for one in askers_of(run)) or own.exists()


def runs_of(study: Study) -> list[RunLine]:
    """The study's runs, the newest first."""
    counts: dict[int, Counter[str]] = {}
    for rows in (Generation, Judgment, Coding):
        found = rows.objects.filter(run__study=study).order_by().values_list("run", "status")
        for run, status, count in found.annotate(rows=Count("pk")):
            counts.setdefault(run, Counter())[status] += count
    return [
        _line(run, counts.get(run.pk, Counter()))
        for run in Run.objects.filter(study=study).order_by("-number")
    ]


def _line(run: Run, counts: Counter[str]) -> RunLine:
    return RunLine(run, counts.total(), counts[Status.DONE], counts[Status.FAILED])


def fetched_systems(study: Study) -> list[FetchedSystem]:
    """The study's language models by name, with what was fetched from them and what was found in it."""
    models = System.objects.filter(study=study, kind=System.Kind.LLM).select_related("provider")
    outcomes = list(Generation.Outcome)
    found = {
        system.pk: FetchedSystem(system, system.replies, [0] * len(outcomes))
        for system in models.annotate(replies=Count("responses")).order_by("name")
    }
    done = Generation.objects.filter(system__study=study, status=Status.DONE).order_by()
    # Whole lists of flags are grouped: there are a few dozens of them, whatever the number of replies.
    for pk, outcome, flags, count in done.values_list("system", "outcome", "flags").annotate(n=Count("pk")):
        found[pk].outcomes[outcomes.index(Generation.Outcome(outcome))] += count
        for flag in flags:
            found[pk].flags[flag] = found[pk].flags.get(flag, 0) + count
    return list(found.values())


def money(micros: int | None, currency: str) -> str:
    """An amount in words: to the cent, below one to the last digit; never 0 for what is not known."""
    if micros is None:
        return UNKNOWN
    digits = 6 if 0 < micros < _CENT else 2
    return f"{micros / MILLION:,.{digits}f} {currency}"
