"""An export as the app writes it, of a study that never was, with loud personal data in every place."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

from studies.analysis.simulating import Design, Effects, Simulated, simulate
from studies.protocol import Contrast, ProtocolDocument, canonical_json, sha256_of
from tests.protocols import a_protocol
from tests.studies.analysis.bundle.planting import plant
from tests.studies.analysis.tables import Row, write

#: Loud words that no byte of a bundle may hold, in the cells that could bring them.
LOUD: Final = (
    "r-PSEUDONYM", "WRITERSNAME", "CODERSNAME", "LOUD", "09:05:00", "feedfacecafe",
)  # fmt: skip
RELEASED: Final = "A reason that somebody released."
JUDGED: Final = "A judge's reason."
CONTRASTS: Final = (
    Contrast("people", "human_vs_models", "raters", "", "", "overall", "", "two_sided", 0.0, 0.05),
    Contrast("one", "system_vs_system", "jury", "model-01", "human", "overall", "", "greater", 0.0, 0.05),
    Contrast("slice", "slice_difference", "raters", "", "", "overall", "adversarial", "less", 0.0, 0.05),
    Contrast("equal", "judge_agreement", "jury", "", "", "overall", "", "equivalence", 0.05, 0.05),
    Contrast("near", "human_vs_models", "judge-0001", "", "", "overall", "", "equivalence", 0.2, 0.05),
)


def make_export(folder: Path, *, dialogues: int = 40, released: bool = True, wide: bool = False) -> Path:
    """Raters (four votes a pair, two dimensions) and three judges in both orders; people and three models.

    Without `released` it is of format 3, whose verdicts do not say which reasons were released. A `wide` one
    has three dimensions, ten models that are compared with people's replies alone, and codings of every
    dialogue.
    """
    folder.mkdir(parents=True)
    document = a_protocol(contrasts=CONTRASTS)
    text = canonical_json(document)
    (folder / "protocol.json").write_text(text, encoding="utf-8")
    verdicts = list(_verdicts(_design(dialogues, wide), sha256_of(text), released))
    write(folder, "verdicts.csv", verdicts)
    write(folder, "systems.csv", list(_systems(10 if wide else 3)))
    _people(folder, sorted({str(row["source"]) for row in verdicts if row["source_kind"] == "rater"}))
    _material(folder, verdicts)
    _codings(folder, verdicts, wide)
    plant(folder)
    shutil.copyfile(settings.BASE_DIR / "docs" / "codebook.md", folder / "codebook.md")
    _manifest(folder, document, sha256_of(text), version=4 if released else 3)
    return folder


def set_cell(path: Path, row: int, column: str, cell: str) -> None:
    """Changes one cell of a table; rows count from 0."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row][column] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def _design(dialogues: int, wide: bool) -> Design:
    """Of raters; judges' is the same but for their number."""
    return Design(
        dialogues=dialogues, models=10 if wide else 3, raters=15, ratings_per_pair=4, writers=6,
        adversarial=dialogues // 4, models_too=not wide,
        dimensions=("overall", "resonance", *(("attunement",) if wide else ())),
    )  # fmt: skip


def _verdicts(raters: Design, protocol: str, released: bool) -> Iterator[Row]:
    rng = np.random.default_rng(11)
    effects = Effects(human=0.3, adversarial=-0.5, position=0.15)
    people = simulate(raters, effects, rng)
    met: Counter[tuple[object, ...]] = Counter()
    for i in range(len(people.votes)):
        row = dict(_row(people, i, protocol, "rater", f"r-PSEUDONYM{people.votes.source[i]:02d}"))
        same = (row["pair"], row["source"], row["dimension"])
        met[same] += 1  # the draw of raters may meet somebody twice
        row["occasion"] = met[same]
        mine = released and i == 3
        reason = RELEASED if mine else f'LOUDREASON {i}, with\na line and a "quote"'
        yield (
            row
            | {"reason": reason, "excluded": int(i % 97 == 5), "seconds": 30 + i % 60}
            | ({"reason_released": int(mine)} if released else {})
        )
    judges = replace(raters, raters=3, ratings_per_pair=3, dimensions=("overall",))
    drawn = simulate(judges, Effects(human=0.2, rater=0.1, position=0.2), rng)
    tags = people.adversarial
    for i in range(len(drawn.votes)):
        row = dict(_row(drawn, i, protocol, "judge", f"judge-{drawn.votes.source[i]:04d}"))
        row |= {
            "tags": "adversarial" if tags[drawn.votes.dialogue[i]] else "",
            "reason": JUDGED, "excluded": 0, "seconds": "", "position": "",
        } | ({"reason_released": ""} if released else {})  # fmt: skip
        yield row
        agrees = rng.random() < 0.8
        yield row | {
            "system_first": row["system_second"], "system_second": row["system_first"],
            "writer_first": row["writer_second"], "writer_second": row["writer_first"],
            "response_first": row["response_second"], "response_second": row["response_first"],
            "order": "BA" if row["order"] == "AB" else "AB",
            "value_shown": -int(str(row["value_shown"])) if agrees else row["value_shown"],
        }  # fmt: skip


def _row(drawn: Simulated, i: int, protocol: str, kind: str, source: str) -> Row:
    votes, systems = drawn.votes, drawn.truth.systems
    a_first = bool(votes.a_first[i])
    dialogue = f"d{votes.dialogue[i]:03d}"
    names = [systems[votes.a[i]], systems[votes.b[i]]]
    writers = [f"WRITERSNAME{votes.writer[i]}" if votes.writer[i] >= 0 else "", ""]
    replies = [f"{dialogue}/{name}/1" for name in names]
    turn = 1 if a_first else -1
    return {
        "protocol_hash": protocol, "dialogue": dialogue,
        "tags": "adversarial" if drawn.adversarial[votes.dialogue[i]] else "",
        "pair": f"{votes.pair[i]:012x}", "system_first": names[::turn][0], "system_second": names[::turn][1],
        "order": "AB" if a_first else "BA", "dimension": drawn.dimensions[votes.dimension[i]],
        "source_kind": kind, "source": source, "occasion": 1, "value_shown": turn * int(votes.value[i]),
        "value": int(votes.value[i]), "scale": 5, "target": "comparison", "kind": "main", "phase": "main",
        "rated_at": "2025-03-03T09:05:00Z", "writer_first": writers[::turn][0],
        "writer_second": writers[::turn][1], "response_first": replies[::turn][0],
        "response_second": replies[::turn][1], "rater_group": "", "position": 1 + i % 20, "layout": "side",
        "exclusion_reason": "", "flags_first": "", "flags_second": "",
    }  # fmt: skip


def _systems(models: int) -> Iterator[Row]:
    yield {"system": "human", "kind": "human", "family": "", "model_id": "", "host": "LOUDHOST",
           "params_total": "", "params_active": ""}  # fmt: skip
    for number in range(1, models + 1):
        name = f"model-{number:02d}"
        yield {"system": name, "kind": "llm", "family": f"f{number}", "model_id": name, "host": "LOUDHOST",
               "params_total": number * 10**9, "params_active": ""}  # fmt: skip


def _people(folder: Path, raters: list[str]) -> None:
    write(
        folder, "sessions.csv",
        [
            {"rater": one, "outcome": "completed", "excluded": 0,
             "channel": "invited" if one == raters[0] else "prolific",
             "exclusion_reason": "", "arrived_at": "2025-03-03T09:05:00Z", "minutes": 20,
             "pairs_rated": 20, "rater_group": "",
             "opted_out": "LOUDTHEME", "decoys_seen": 0, "decoys_lost": 0, "checks_seen": 0,
             "checks_failed": 0}
            for one in raters
        ],
    )  # fmt: skip
    uses = {"survey": "LOUDSURVEY", "blinding": "LOUDGUESS", "comprehension": "LOUDGUESS"}
    write(
        folder, "answers.csv",
        [
            {"rater": one, "use": use, "attempt": 1, "key": "q", "question": "?", "value": value, "right": "",
             "answered_at": "2025-03-03T09:05:00Z"}
            for one in raters
            for use, value in uses.items()
        ],
    )  # fmt: skip
    write(
        folder, "skips.csv",
        [{"rater": raters[0], "pair": "000000000000", "dialogue": "d000", "kind": "main", "phase": "main",
          "order": "AB", "position": 1, "reason": "upsetting", "note": "LOUDNOTE",
          "skipped_at": "2025-03-03T09:05:00Z"}],
    )  # fmt: skip
    write(
        folder,
        "events.csv",
        [{"rater": raters[0], "kind": "corrected", "at": "2025-03-03T09:05:00Z", "data": "LOUDREASON"}],
    )


def _material(folder: Path, verdicts: list[Row]) -> None:
    replies: dict[str, Row] = {}
    for row in verdicts:
        for side in ("first", "second"):
            name, system = str(row[f"response_{side}"]), str(row[f"system_{side}"])
            text = f"{system} says: {'I hear you. ' * (2 + len(name + system) % 5)}"
            replies[name] = {
                "response": name, "dialogue": row["dialogue"], "system": system,
                "kind": "human" if system == "human" else "llm", "writer": row[f"writer_{side}"],
                "text": f"'{text}", "words": len(text.split()),
            }  # fmt: skip
    write(folder, "responses.csv", replies.values())
    tags = {str(row["dialogue"]): row["tags"] for row in verdicts}
    turns = json.dumps([{"speaker": "seeker", "text": "I feel\nalone."}])
    write(
        folder, "dialogues.csv",
        [{"dialogue": name, "tags": tags[name], "turns": turns, "turn_count": 1, "licence": "CC BY-NC 4.0",
          "non_commercial": 1, "import_number": 1, "import_sha256": "ab" * 32, "meta": "LOUDMETA"}
         for name in sorted(tags)],
    )  # fmt: skip


def _codings(folder: Path, verdicts: list[Row], wide: bool) -> None:
    """Reasons on the first pairs and some replies, coded by two people and a model; one was released."""
    write(folder, "codes.csv", [_code(code, kind) for kind, codes in _BOOK.items() for code in codes])
    pairs = {f"{number:012x}" for number in (range(0, 200, 3) if wide else range(12))}
    overall = [row for row in verdicts if row["dimension"] == "overall"]
    answers = [row for row in overall if row["pair"] in pairs and row["occasion"] == 1]
    shown = list({row["response_first"]: row for row in reversed(overall)}.values())
    passages = [_reason(f"feedfacecafe{number}", row) for number, row in enumerate(answers)]
    coded = shown if wide else shown[:10]
    passages += [_reply(f"feedfacecafe_{number}", row) for number, row in enumerate(coded)]
    write(folder, "passages.csv", passages)
    rng = np.random.default_rng(3)
    write(
        folder, "codings.csv",
        [_coding(passage, coder, kind, rng) for passage in passages for coder, kind in _CODERS],
    )  # fmt: skip


_CODERS: Final = (("CODERSNAME1", "human"), ("CODERSNAME2", "human"), ("local", "llm"))
_BOOK: Final = {"dimension": ("resonance", "attunement", "other"), "strategy": ("reframe", "clarification")}


def _code(code: str, kind: str) -> Row:
    return {
        "codebook_version": 1, "codebook_sha256": "cd" * 32, "code": code, "kind": kind, "name": code,
        "definition": "What it is.", "example": "Such.", "counter_example": "Not such.",
    }  # fmt: skip


def _reason(key: str, row: Row) -> dict[str, object]:
    own, released = row["source_kind"] == "rater", row["reason"] == RELEASED
    return {
        "passage": key, "kind": "reason", "source_kind": row["source_kind"], "source": row["source"],
        "variant": "main" if own else "rubric", "dialogue": row["dialogue"], "tags": row["tags"],
        "pair": row["pair"], "order": row["order"], "occasion": 1, "system": "", "response": "", "place": 1,
        "words": 3, "text": "LOUDPASSAGE" if own and not released else row["reason"], "may_leave": 0,
        "erased": 0, "text_released": int(released) if own else "",
    }  # fmt: skip


def _reply(key: str, row: Row) -> dict[str, object]:
    return {
        **_reason(key, row), "kind": "reply", "source_kind": "system", "source": row["system_first"],
        "variant": "", "pair": "", "order": "", "system": row["system_first"],
        "response": row["response_first"], "text": "A reply.",
    }  # fmt: skip


def _coding(passage: Row, coder: str, kind: str, rng: np.random.Generator) -> Row:
    asked = [code for of, codes in _BOOK.items() for code in codes if of == "strategy" or passage["pair"]]
    given = [code for code in asked if rng.random() < 0.4]
    return {
        "passage": passage["passage"], "coder": coder, "coder_kind": kind, "family": "", "model_id": "",
        "codebook_sha256": "cd" * 32, "replicate": 1, "status": "done", "outcome": "ok",
        "codes": "|".join(given), "note": "LOUDCODERNOTE", "seconds": 9, "same_family": 0, "for_trial": 0,
        "position": 1, "coded_at": "2025-03-03T09:05:00Z", "call": "",
    }  # fmt: skip


def _manifest(folder: Path, document: ProtocolDocument, sha256: str, *, version: int) -> None:
    dataset = {
        "file_name": "LOUDFILE.jsonl", "format": "jsonl", "sha256": "ab" * 32, "licence": "CC BY-NC 4.0",
        "non_commercial": True,
    }  # fmt: skip
    manifest = {
        "made_by": "heartsite export", "format": version, "version": "0.1.0",
        "created_at": "2025-03-03T09:05:00Z",
        "study": document.study, "title": document.title, "opened_at": "2025-03-03T09:05:00Z",
        "closed_at": "", "seed": 1, "exploratory": False, "non_commercial": True, "datasets": [dataset],
        "protocol": {"sha256": sha256}, "files": {"LOUDFILE": {}},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
