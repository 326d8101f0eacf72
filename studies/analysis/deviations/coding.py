"""Coding of reasons and replies: no part of a protocol, so that how it went is told and never a deviation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studies.analysis.deviations.check import Check, counted
from studies.analysis.evidence import Evidence
from studies.analysis.rationales.material import Material, is_coded, material
from studies.analysis.reading import TextTable
from studies.analysis.recording.members import column

#: The kind of a run that asks for codes.
CODE: Final = "code"
_PLANNED: Final = "no part of the protocol; exploratory"


def coding(evidence: Evidence) -> Iterator[Check]:
    """Nothing of a study that is not coded."""
    found = material(evidence)
    runs = evidence.tables.get("runs.csv")
    told = [] if isinstance(found, str) else _codings(found)
    told += stopped(runs, coding=True) if runs is not None else []
    if told:
        yield Check("Coding of reasons and replies", _PLANNED, "; ".join(told), deviates=False)


def stopped(runs: TextTable, *, coding: bool) -> list[str]:
    """The runs, of those that code or of all others, that did not come to their end, each in words."""
    cells = zip(*(column(runs, name) for name in ("run", "kind", "state", "pause_reason")), strict=True)
    return [
        f"run {run} ({kind}) {state}{f': {why}' if why else ''}"
        for run, kind, state, why in cells
        if state != "finished" and (kind == CODE) == coding
    ]


def _codings(found: Material) -> list[str]:
    made = is_coded(found.planned)
    withheld = int(found.planned["outcome"].equals("withheld").sum())
    many = counted(found.planned.rows, "coding", "codings")
    told = [f"{int(made.sum()):,} of {many} made, {int(found.used.sum()):,} analysed"]
    told += [f"{withheld:,} withheld for lack of the rater's consent"] if withheld else []
    return [*told, _versions(found)]


def _versions(found: Material) -> str:
    """Which versions of the codebook were coded by, and which one counts."""
    known = {one.sha256: str(one.version) for one in found.versions}
    used = set(found.planned["codebook_sha256"].take(is_coded(found.planned)).texts())
    names = sorted(known.get(sha256, "unknown") for sha256 in used | {found.book.sha256})
    return (
        f"codebook version {found.book.version}"
        if len(names) == 1
        else f"codebook versions {', '.join(names)}: {found.book.version} counts"
    )
