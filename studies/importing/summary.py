"""A report as text for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from studies.importing.report import Report

#: Examples shown for each kind of finding, and places for each problem.
EXAMPLES: Final = 3
PLACES: Final = 8


def summary_of(report: Report) -> str:
    """Counts, systems, what was mapped or left out, findings with examples."""
    return "\n".join(
        [*_counts(report), *_systems(report), *_gaps(report), *_problems(report), *_findings(report)]
    )


def _counts(report: Report) -> Iterator[str]:
    dialogues, turns, speakers = report["dialogues"], report["turns"], report["speakers"]
    yield (
        f"Dialogues: {dialogues['in_file']} in the file, {dialogues['new']} new, {dialogues['known']} known"
    )
    if dialogues["tags_kept"]:
        yield f"  {dialogues['tags_kept']} known dialogues keep the tags they have in the study"
    for alias, count in speakers["aliases"].items():
        yield f"Speaker mapped: {alias} ({count} turns)"
    if speakers["dialogues_assumed"]:
        first = report["options"]["first_speaker"]
        yield (
            f"Speakers assumed: {speakers['dialogues_assumed']} dialogues had none; "
            f"taken as alternating, {first} first"
        )
    if turns["merged"]:
        yield f"Turns merged with the one before: {turns['merged']}"
    if turns["dropped"]:
        yield f"Turns after the reply dropped: {turns['dropped']}"
    if report["left_out"]["count"]:
        kinds = ", ".join(f"{kind} {n}" for kind, n in report["left_out"]["by_kind"].items())
        yield f"Replies left out: {report['left_out']['count']} ({kinds})"


def _systems(report: Report) -> Iterator[str]:
    systems: dict[str, dict[str, Any]] = report["systems"]
    if not systems:
        yield "Replies: none in the file"
        return
    width = max(len("system"), *map(len, systems))
    heads = ["kind", "replies", "new", "known", "left out", "dialogues", "missing"]
    if report["left_out"]["count"]:
        heads.append("missing after")
    yield f"{'system':<{width}}  " + "  ".join(f"{head:>9}" for head in heads)
    for name, row in systems.items():
        cells = ((head, row[head.replace(" ", "_")]) for head in heads)
        yield f"{name:<{width}}  " + "  ".join(f"{cell:>{max(9, len(head))}}" for head, cell in cells)
    for name, row in systems.items():
        if len(row["dialogues_by_replies"]) > 1 and set(row["dialogues_by_replies"]) - {"0", "1"}:
            spread = ", ".join(f"{n} with {count}" for count, n in row["dialogues_by_replies"].items())
            yield f"Replies of {name} by dialogue: {spread}"


def _gaps(report: Report) -> Iterator[str]:
    gaps = report["gaps"]
    if gaps:
        yield "Dialogues with missing cells (the first; all are in the report):"
        for gap in gaps[:PLACES]:
            yield f"  {gap['dialogue']}: {', '.join(gap['missing'])}"


def _problems(report: Report) -> Iterator[str]:
    for problem in report["problems"]:
        places = ", ".join(problem["places"][:PLACES])
        more = ", …" if problem["count"] > PLACES else ""
        times = f"{problem['count']} times " if problem["count"] > 1 else ""
        yield f"Cannot be read: {times}{problem['why']} ({places}{more})"
        if problem["remedy"]:
            yield f"  Remedy: {problem['remedy']}"
    for conflict in report["conflicts"]["first"]:
        yield f"Conflict: {conflict}"
    more = report["conflicts"]["count"] - len(report["conflicts"]["first"])
    if more > 0:
        yield f"Conflicts: {more} more"


def _findings(report: Report) -> Iterator[str]:
    for found in report["findings"]:
        resolved = found["count"] - found["unresolved"]
        out = f", {resolved} resolved by leaving out" if resolved else ""
        yield f"{found['severity'].upper()} {found['kind']}: {found['count']}{out}. {found['meaning']}"
        if found["by_system"]:
            yield "  by system: " + ", ".join(f"{name} {n}" for name, n in found["by_system"].items())
        for example in found["examples"][:EXAMPLES]:
            yield f"  {_example(example)}"
        if found["unresolved"]:
            yield f"  Remedy: {found['remedy']}"


def _example(example: dict[str, Any]) -> str:
    number = f" no. {example['replicate']}" if example["replicate"] > 1 else ""
    place = ", ".join(filter(None, (example["dialogue"], f"{example['system']}{number}")))
    text = f" | {example['excerpt']}" if example["excerpt"] else ""
    # One line each: a reply's own line breaks and control characters stay out of the terminal.
    line = f"{place}: {example['message']}{text}" if place else f"{example['message']}{text}"
    return "".join(letter if letter.isprintable() else " " for letter in line)
