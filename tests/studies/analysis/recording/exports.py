"""A small export written by hand: six raters, five pairs, two judges, and something of every fate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from studies.analysis.evidence import Evidence, Options, read_evidence
from tests.studies.analysis.tables import answer, write

#: rater, outcome, exclusion reason
SESSIONS: Final = (
    ("r1", "completed", ""),
    ("r2", "stopped_early", ""),
    ("r3", "completed", "decoys"),
    ("r4", "turned_away", ""),
    ("r5", "withdrawn", ""),
    ("r6", "rating", ""),
)
#: rater, dialogue, pair, excluded, exclusion reason
RATINGS: Final = (
    ("r1", "d1", "p1", 0, ""),
    ("r1", "d2", "p2", 0, ""),
    ("r2", "d1", "p1", 0, ""),
    ("r2", "d3", "p3", 1, "after_end"),
    ("r3", "d2", "p2", 1, "decoys"),
)
PLAIN: Final = {"kind": "main", "occasion": 1, "phase": "main", "order": "AB", "surplus": 0}


def rated() -> list[dict[str, object]]:
    return [
        answer(-1, source=rater, dialogue=dialogue, pair=pair, excluded=out, exclusion_reason=why, **PLAIN)
        for rater, dialogue, pair, out, why in RATINGS
    ]


def judged() -> list[dict[str, object]]:
    """One verdict of the jury, one of a judge that is left out."""
    row: dict[str, Any] = PLAIN | {"source_kind": "judge", "dialogue": "d1", "pair": "p1"}
    return [
        answer(1, source="claude", excluded=0, exclusion_reason="", **row),
        answer(1, source="own", excluded=1, exclusion_reason="same_family", **row),
    ]


def write_export(folder: Path) -> None:
    """All tables that the flows read."""
    write(folder, "verdicts.csv", rated() + judged())
    write(folder, "systems.csv", [{"system": "human", "kind": "human"}, {"system": "model", "kind": "llm"}])
    _write_raters(folder)
    _write_material(folder)
    _write_machines(folder)


def _write_raters(folder: Path) -> None:
    write(
        folder,
        "sessions.csv",
        [
            {
                "rater": rater, "outcome": outcome, "excluded": int(bool(why)), "exclusion_reason": why,
                "consented_at": "2025-03-03T09:00:00Z", "completed_at": "2025-03-05T09:00:00Z",
                "decoys_seen": 1, "checks_seen": 0,
            }
            for rater, outcome, why in SESSIONS
        ],
    )  # fmt: skip
    places = [(rater, dialogue, pair, 1, 0, "") for rater, dialogue, pair, _out, _why in RATINGS]
    places += [
        ("r5", "d4", "p4", 0, 1, ""),
        ("r6", "d4", "p4", 0, 0, ""),
        ("r4", "d1", "p1", 0, 0, "2025-03-04"),
    ]
    write(
        folder,
        "assignments.csv",
        [
            {
                "booklet": number, "rater": rater, "dialogue": dialogue, "pair": pair, "kind": "main",
                "rated_main": done, "skipped": skipped, "released_at": released,
            }
            for number, (rater, dialogue, pair, done, skipped, released) in enumerate(places)
        ],
    )  # fmt: skip
    manifest = {"fieldwork": {"arrived": 9, "consented": 6}, "version": "0.1.0"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _write_material(folder: Path) -> None:
    write(
        folder,
        "dialogues.csv",
        [{"dialogue": f"d{number}", "turns": "[]", "tags": ""} for number in range(1, 7)],
    )
    pairs = [(f"p{number}", f"d{number}", "main") for number in range(1, 6)] + [("x1", "d1", "decoy")]
    write(
        folder,
        "pairs.csv",
        [
            {
                "pair": pair, "dialogue": dialogue, "kind": kind, "response_a": f"{dialogue}/human/1",
                "response_b": f"{dialogue}/{'bad' if kind == 'decoy' else 'model'}/1",
            }
            for pair, dialogue, kind in pairs
        ],
    )  # fmt: skip
    systems = (("human", "human"), ("model", "llm"))
    replies = [(f"d{number}", system, kind) for number in range(1, 7) for system, kind in systems]
    write(
        folder,
        "responses.csv",
        [
            {
                "response": f"{dialogue}/{system}/1",
                "dialogue": dialogue,
                "system": system,
                "kind": kind,
                "text": "So.",
            }
            for dialogue, system, kind in [*replies, ("d1", "bad", "decoy")]
        ],
    )
    report = {
        "dialogues": {"in_file": 8, "new": 6, "known": 2, "tags_kept": 0},
        "systems": {"human": {"known": 1}, "model": {"known": 2}},
        "left_out": {"count": 4},
    }
    write(folder, "imports.csv", [{"import_number": 1, "report": json.dumps(report)}])
    asked = [("d1", "done", "ok", "d1/model/1"), ("d7", "done", "refused", ""), ("d8", "failed", "", "")]
    write(
        folder,
        "generations.csv",
        [
            {
                "dialogue": dialogue,
                "system": "model",
                "status": status,
                "outcome": outcome,
                "response": response,
            }
            for dialogue, status, outcome, response in asked
        ],
    )


def _write_machines(folder: Path) -> None:
    fates = [
        ("claude", "p1", "AB", "done", "ok", "rubric"), ("own", "p1", "AB", "done", "ok", "rubric"),
        ("claude", "p1", "BA", "done", "refused", "rubric"),
        ("claude", "p2", "AB", "done", "unparseable", "rubric"),
        ("claude", "p2", "BA", "failed", "", "rubric"), ("claude", "p3", "AB", "pending", "", "rubric"),
        ("bare", "p1", "AB", "done", "ok", "no_rubric"), ("claude", "x1", "AB", "done", "ok", "rubric"),
    ]  # fmt: skip
    write(
        folder,
        "judgments.csv",
        [
            {
                "judge": judge, "dialogue": f"d{pair[1]}", "pair": pair, "order": order, "replicate": 1,
                "status": status, "outcome": outcome, "variant": variant, "model_requested": "claude-1",
                "model_returned": "claude-2" if order == "BA" else "claude-1",
                "other_model": int(order == "BA"),
            }
            for judge, pair, order, status, outcome, variant in fates
        ],
    )  # fmt: skip
    write(
        folder,
        "judges.csv",
        [{"judge": "claude", "family": "claude", "model_id": "claude-1", "prompt_version": "judge-rubric-1"}],
    )
    runs = [
        (1, "finished", "", "2025-03-02", "Ties are\n fine."),
        (2, "cancelled", "", "", ""),
        (3, "paused", "cap of calls", "", ""),
    ]
    write(
        folder,
        "runs.csv",
        [
            {
                "run": run, "kind": "judge", "state": state, "pause_reason": why, "gate_waived_at": waived,
                "gate_waiver": waiver,
            }
            for run, state, why, waived, waiver in runs
        ],
    )  # fmt: skip


def exported(folder: Path) -> Evidence:
    write_export(folder)
    return read_evidence(folder, Options())
