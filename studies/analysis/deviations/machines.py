"""Language models: whether those answered that were asked, and whether the runs went through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from studies.analysis.deviations.check import NOT_CHECKABLE, Check, counted
from studies.analysis.deviations.coding import CODE, coding, stopped
from studies.analysis.evidence import Evidence
from studies.analysis.reading import TextTable
from studies.analysis.recording.members import column

_ASKED: Final = "the models that were asked for"
_THROUGH: Final = "every run to its end"


def machines(evidence: Evidence) -> Iterator[Check]:
    """Nothing of a study without language models."""
    judgments, generations = evidence.tables.get("judgments.csv"), evidence.tables.get("generations.csv")
    if judgments is not None and judgments.rows:
        yield _drift("Judges' models", judgments)
        yield _missing(judgments)
        yield _protocols(evidence, judgments)
    if generations is not None and generations.rows:
        yield _drift("Models that wrote replies", generations)
    runs = evidence.tables.get("runs.csv")
    if runs is not None and runs.rows:
        yield _gates(runs)
        yield _ended(runs)
    codings = evidence.tables.get("codings.csv")
    if codings is not None and "llm" in column(codings, "coder_kind"):
        yield _drift("Coders' models", codings)
    yield from coding(evidence)


def _cells(table: TextTable, *names: str) -> list[tuple[str, ...]]:
    return list(zip(*(column(table, name) for name in names), strict=True))


def _drift(what: str, table: TextTable) -> Check:
    """A date or build behind the id that was asked for is no other model (`other_model`)."""
    if "other_model" not in table:
        return Check(what, _ASKED, "no column other_model", NOT_CHECKABLE)
    answered = [row for row in _cells(table, "model_requested", "model_returned", "other_model") if row[0]]
    others = Counter((asked, came) for asked, came, other in answered if other == "1")
    silent = sum(not came for _asked, came, _other in answered)
    told = [f"{asked} asked, {came} answered ({count})" for (asked, came), count in sorted(others.items())]
    told += [f"{silent} answers name no model"] if silent else []
    found = "; ".join(told) or f"all {len(answered):,} answers name them"
    return Check(what, _ASKED, found, bool(others) or (None if silent else False))


def _missing(judgments: TextTable) -> Check:
    rows = [
        outcome if status == "done" else status for status, outcome in _cells(judgments, "status", "outcome")
    ]
    counts = Counter(row or "not told" for row in rows)
    read = counts.pop("ok", 0)
    lost = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    found = f"{read:,} with verdicts" + (f"; missing: {lost}" if lost else "")
    return Check("Judgments", f"{len(rows):,} planned", found, bool(counts))


def _protocols(evidence: Evidence, judgments: TextTable) -> Check:
    ours = evidence.protocol_sha256
    names = Counter(row[0] for row in _cells(judgments, "protocol_hash"))
    others = sum(count for name, count in names.items() if name and name != ours)
    found = f"{names[ours]:,} of {judgments.rows:,}" if any(names) else "no column protocol_hash"
    deviates = bool(others) if any(names) else None
    return Check("Judgments under this protocol", f"SHA-256 {ours[:12]}…", found, deviates)


def _gates(runs: TextTable) -> Check:
    """The gate is the software's rule, not the protocol's: going on without it is told all the same."""
    waived = [
        f"run {run}: {' '.join(why.split()) or 'no reason given'}"
        for run, at, why in _cells(runs, "run", "gate_waived_at", "gate_waiver")
        if at
    ]
    return Check(
        "Pilot gates of runs", "passed before a run goes on", "; ".join(waived) or "none waived", bool(waived)
    )


def _ended(runs: TextTable) -> Check:
    """Of the runs that a protocol knows of: that replies or verdicts come from."""
    count = sum(kind != CODE for (kind,) in _cells(runs, "kind"))
    short = stopped(runs, coding=False)
    found = "; ".join(short) or f"{counted(count, 'run', 'runs')} finished"
    return Check("Runs of language models", _THROUGH, found, bool(short))
