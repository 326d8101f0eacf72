"""What an import found and did, as one JSON-able object: stored with the batch, printed by --json."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from studies.importing.examining import Examination
from studies.importing.lint.coverage import Coverage
from studies.importing.lint.kinds import TABLE, Kind
from studies.importing.lint.tally import Finding

#: Raised when a key changes its meaning.
SCHEMA: Final = 1
#: Conflicts that are listed one by one.
LISTED: Final = 25

Report = dict[str, Any]


@dataclass(slots=True)
class Outcome:
    """What loading did, or would do. `conflicts` lists the first of them, `clashes` counts all."""

    dialogues_new: int = 0
    dialogues_known: int = 0
    replies_new: Counter[str] = field(default_factory=Counter)
    replies_known: Counter[str] = field(default_factory=Counter)
    clashes: int = 0
    conflicts: list[str] = field(default_factory=list)
    tags_kept: int = 0
    #: By system: dialogues all of whose replies by it are left out.
    emptied: Counter[str] = field(default_factory=Counter)

    def clash(self, conflict: str) -> None:
        self.clashes += 1
        if len(self.conflicts) < LISTED:
            self.conflicts.append(conflict)


def report_of(examination: Examination, outcome: Outcome) -> Report:
    """The report. Documented in docs/importing.md."""
    left_out = _left_out(examination)
    return {
        "schema": SCHEMA,
        "file": {"sha256": examination.facts.sha256, "bytes": examination.facts.size},
        "format": examination.request.format,
        "options": examination.request.as_json(),
        "dialogues": {
            "in_file": examination.dialogues,
            "new": outcome.dialogues_new,
            "known": outcome.dialogues_known,
            "tags_kept": outcome.tags_kept,
        },
        "turns": {
            "in_file": examination.turns,
            "merged": examination.merged,
            "dropped": examination.dropped,
        },
        "speakers": {
            "aliases": dict(examination.aliases),
            "dialogues_assumed": examination.assumed,
        },
        "systems": _systems(examination, outcome, left_out["by_system"]),
        "gaps": [
            {"dialogue": dialogue, "missing": missing}
            for dialogue, missing in examination.linter.coverage.gaps()
        ],
        "problems": [
            {"why": found.why, "remedy": found.remedy, "count": found.count, "places": found.places}
            for found in examination.problems.values()
        ],
        "conflicts": {"count": outcome.clashes, "first": outcome.conflicts},
        "findings": _findings(examination),
        "left_out": left_out,
        "blocked": examination.is_blocked or bool(outcome.clashes),
        "warnings_to_acknowledge": sum(examination.warnings().values()),
    }


def _systems(
    examination: Examination, outcome: Outcome, left_out: dict[str, int]
) -> dict[str, dict[str, Any]]:
    coverage: Coverage = examination.linter.coverage
    answering = sum(1 for mask in coverage.masks if mask)
    systems = {}
    for system, kind in sorted(coverage.kinds.items()):
        replicates = coverage.replicates[system]
        answered = coverage.answered(system)
        systems[system] = {
            "kind": kind,
            "replies": coverage.replies(system),
            "new": outcome.replies_new[system],
            "known": outcome.replies_known[system],
            "left_out": left_out.get(system, 0),
            "dialogues": answered,
            "missing": answering - answered,
            "missing_after": answering - answered + outcome.emptied[system],
            "dialogues_by_replies": {
                str(count): number
                for count, number in sorted((replicates | Counter({0: answering - answered})).items())
                if number
            },
        }
    return systems


def _findings(examination: Examination) -> list[dict[str, Any]]:
    errors, warnings = examination.errors(), examination.warnings()
    return [
        {
            "kind": kind.value,
            "severity": TABLE[kind].severity.value,
            "meaning": TABLE[kind].meaning,
            "remedy": TABLE[kind].remedy,
            "excludable": TABLE[kind].excludable,
            "count": tally.count,
            "unresolved": errors.get(kind, 0) + warnings.get(kind, 0),
            "by_system": dict(tally.by_system.most_common()),
            "examples": [_finding(found) for found in tally.kept],
        }
        for kind, tally in examination.linter.findings.tallies.items()
        if tally.count
    ]


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "dialogue": found.dialogue,
        "system": found.system,
        "replicate": found.replicate,
        "message": found.message,
        "excerpt": found.excerpt,
    }


def _left_out(examination: Examination) -> dict[str, Any]:
    by_system: Counter[str] = Counter()
    by_kind: Counter[Kind] = Counter()
    replies = []
    for key, kinds in sorted(examination.left_out.items()):
        dialogue, system, replicate = examination.linter.names.place(key)
        by_system[system] += 1
        by_kind.update(kinds)
        replies.append([dialogue, system, replicate, [kind.value for kind in kinds]])
    return {
        "count": len(replies),
        "by_system": dict(by_system.most_common()),
        "by_kind": {kind.value: count for kind, count in by_kind.most_common()},
        "replies": replies,
    }
