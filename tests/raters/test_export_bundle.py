"""The files of an export: complete, consistent with each other, and without what must not leave."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import arriving
from raters.channels import Arrival
from raters.export.bundle import write_bundle
from raters.export.cells import original
from raters.verdicts import verdicts_of
from studies import freezing
from studies.models import ImportBatch, Study, System
from tests.factories import (
    NOW,
    SYSTEMS,
    add_decoys,
    add_dialogue,
    assignments_of,
    make_batch,
    make_rater,
    make_study,
    open_study,
    rate,
    rate_all,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2025, 3, 4, 12, 0, tzinfo=UTC)
TABLES = {
    "verdicts.csv",
    "ratings.csv",
    "dialogues.csv",
    "responses.csv",
    "systems.csv",
    "pairs.csv",
    "sessions.csv",
    "assignments.csv",
    "skips.csv",
    "guesses.csv",
    "answers.csv",
    "events.csv",
    "erasures.csv",
    "imports.csv",
    "runs.csv",
    "judges.csv",
    "judgments.csv",
    "generations.csv",
    "llm_calls.csv",
}


def exported(study: Study, folder: Path) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    return write_bundle(study=study, folder=folder, now=LATER)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{column: original(cell) for column, cell in row.items()} for row in csv.DictReader(file)]


def test_an_export_holds_every_planned_row(tmp_path: Path) -> None:
    study = open_study(make_study())
    for _ in range(4):
        rate_all(make_rater(study))
    manifest = exported(study, tmp_path)
    rows = {name: facts["rows"] for name, facts in manifest["files"].items()}
    assert rows == {
        "verdicts.csv": 8 * 2 * 6,
        "ratings.csv": 8 * 2,
        "dialogues.csv": 4,
        "responses.csv": 12,
        "systems.csv": 3,
        "pairs.csv": 8,
        "sessions.csv": 4,
        "assignments.csv": 16,
        "skips.csv": 0,
        "guesses.csv": 0,
        "answers.csv": 0,
        "events.csv": 4 * (1 + 4 + 1),
        "erasures.csv": 0,
        "imports.csv": 1,
        "runs.csv": 0,
        "judges.csv": 0,
        "judgments.csv": 0,
        "generations.csv": 0,
        "llm_calls.csv": 0,
        "codes.csv": 0,
        "passages.csv": 0,
        "codings.csv": 0,
        "benchmarks.csv": 0,
        "sheet.csv": 0,
        "protocol.json": None,
        "codebook.md": None,
    }
    for name in TABLES:
        assert len(table(tmp_path / name)) == rows[name]
    for name, facts in manifest["files"].items():
        content = (tmp_path / name).read_bytes()
        assert facts["bytes"] == len(content)
        assert facts["sha256"] == hashlib.sha256(content).hexdigest()
    assert {path.name for path in tmp_path.iterdir()} == {*rows, "manifest.json"}


def test_the_manifest_says_what_this_is(tmp_path: Path) -> None:
    study = make_study()
    ImportBatch.objects.update(licence="CC BY-NC 4.0", non_commercial=True)
    make_batch(study, file_name="looked-at.csv", loaded_at=None)
    open_study(study)
    rate_all(make_rater(study))
    manifest = exported(study, tmp_path)
    protocol = study.protocols.get()
    assert json.loads((tmp_path / "manifest.json").read_bytes()) == manifest
    assert manifest["study"] == "kind-words"
    assert manifest["created_at"] == "2025-03-04T12:00:00Z"
    assert manifest["seed"] == 7
    assert manifest["exploratory"] is True
    assert manifest["protocol"]["sha256"] == protocol.sha256
    assert manifest["protocol"]["document"] == json.loads(protocol.canonical)
    assert manifest["non_commercial"] is True
    assert [dataset["file_name"] for dataset in manifest["datasets"]] == ["sample.jsonl"]
    assert manifest["fieldwork"]["rated"] == 4
    assert set(manifest["imbalance"]) == {"pair", "rater", "system"}
    assert manifest["runs"] == {"generate": {}, "judge": {}, "code": {}}
    assert manifest["trial"] is False
    assert manifest["format"] == 5
    assert manifest["exclusions"] == {
        "sessions": 1,
        "sessions_kept": 1,
        "main_ratings": 4,
        "main_ratings_kept": 4,
        "by_reason": {
            reason: {"sessions": 0, "main_ratings": 0} for reason in ("pilot", "returned", "decoys", "checks")
        },
        "ratings_by_reason": {"after_end": 0, "after_rubric": 0},
    }
    text = (tmp_path / "protocol.json").read_bytes()
    assert hashlib.sha256(text).hexdigest() == protocol.sha256


def test_the_long_table_is_the_verdicts_cell_by_cell(tmp_path: Path) -> None:
    study = open_study(make_study())
    for session in (make_rater(study), make_rater(study)):
        for number, assignment in enumerate(assignments_of(session)):
            values = dict(
                zip(study.dimensions.values_list("key", flat=True), (-2, -1, 0, 1, 2, 0), strict=True)
            )
            rate(assignment, values, reason="=" * number, seconds=number)
    exported(study, tmp_path)
    expected = [
        ["" if cell is None else str(int(cell) if isinstance(cell, bool) else cell) for cell in verdict]
        for verdict in verdicts_of(study)
    ]
    assert [list(row.values()) for row in table(tmp_path / "verdicts.csv")] == expected
    assert len(expected) == 2 * 4 * 6


def test_the_wide_table_agrees_with_the_long_one(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = make_rater(study)
    for number, assignment in enumerate(assignments_of(session)):
        rate(assignment, (-2, -1, 1, 2)[number], reason=f"-{number}\n'x", seconds=10 + number)
    exported(study, tmp_path)
    long = table(tmp_path / "verdicts.csv")
    for wide in table(tmp_path / "ratings.csv"):
        own = [row for row in long if row["position"] == wide["position"]]
        assert {row["dimension"]: (row["value_shown"], row["value"]) for row in own} == {
            row["dimension"]: (wide[f"shown_{row['dimension']}"], wide[f"value_{row['dimension']}"])
            for row in own
        }
        number = int(wide["position"]) - 1
        assert (wide["reason"], wide["seconds"]) == (f"-{number}\n'x", str(10 + number))


def test_material_is_exported_as_it_is(tmp_path: Path) -> None:
    study = make_study(dialogues=0)
    System.objects.create(study=study, name="model-a", kind="llm", family="gpt", model_id="gpt-1")
    turns = [{"speaker": "seeker", "text": 'Ωmega, "quoted"\r\n\u05e9\u05dc\u05d5\u05dd'}]
    add_dialogue(
        study,
        "=d1",
        systems=("counsellor", "model-a"),
        batch=make_batch(study),
        texts={"counsellor": "'tis fine", "model-a": "=1+1\nyes two words"},
        turns=turns,
        tags=["b", "a"],
        meta={"source": "forum"},
    )
    exported(study, tmp_path)
    (dialogue,) = table(tmp_path / "dialogues.csv")
    assert json.loads(dialogue.pop("turns")) == turns
    assert json.loads(dialogue.pop("meta")) == {"source": "forum"}
    assert (
        dialogue
        == {
            "dialogue": "=d1",
            "tags": "a|b",
            "turn_count": "1",
            "licence": "CC BY 4.0",
            "non_commercial": "0",
            "import_number": "2",
            "import_sha256": "ab" * 32,
        }
        or study.import_batches.count() != 1
    )
    human, model = table(tmp_path / "responses.csv")
    assert (human["text"], human["kind"], human["writer"]) == ("'tis fine", "human", "w1")
    assert model == {
        "response": "=d1/model-a/1",
        "dialogue": "=d1",
        "system": "model-a",
        "kind": "llm",
        "family": "gpt",
        "model_id": "gpt-1",
        "replicate": "1",
        "writer": "",
        "text": "=1+1\nyes two words",
        "words": "4",
        "import_number": human["import_number"],
        "outcome": "",
        "flags": "",
    }
    assert b"\r\n'=d1," in (tmp_path / "dialogues.csv").read_bytes()


def test_pairs_are_exported_in_their_stored_order(tmp_path: Path) -> None:
    study = make_study(dialogues=1, systems=SYSTEMS[:2])
    exported(study, tmp_path)
    (pair,) = table(tmp_path / "pairs.csv")
    assert pair.pop("pair") == study.dialogues.get().pairs.get().key
    assert pair == {
        "dialogue": "d1",
        "kind": "main",
        "expected": "",
        "system_a": "counsellor",
        "system_b": "model-a",
        "response_a": "d1/counsellor/1",
        "response_b": "d1/model-a/1",
        "feedback": "",
    }


def test_decoys_are_exported_as_what_they_are(tmp_path: Path) -> None:
    study = make_study(dialogues=2, systems=SYSTEMS[:2])
    add_decoys(study, 2)
    exported(study, tmp_path)

    main, decoys = table(tmp_path / "pairs.csv")[:2], table(tmp_path / "pairs.csv")[2:]
    assert {(row["kind"], row["expected"]) for row in main} == {("main", "")}
    assert [(row["kind"], row["expected"], row["system_a"], row["system_b"]) for row in decoys] == [
        ("decoy", "-1", "counsellor", "decoy: off topic"),
        ("decoy", "-1", "counsellor", "decoy: role swapped"),
    ]
    assert {
        (row["system"], row["import_number"])
        for row in table(tmp_path / "responses.csv")
        if row["kind"] == "decoy"
    } == {("decoy: off topic", ""), ("decoy: role swapped", "")}
    systems = [(row["system"], row["kind"], row["responses"]) for row in table(tmp_path / "systems.csv")]
    assert systems[2:] == [("decoy: off topic", "decoy", "1"), ("decoy: role swapped", "decoy", "1")]


def test_sessions_are_told_by_pseudonym_and_only_with_consent(tmp_path: Path) -> None:
    study = open_study(make_study())
    session = rate_all(make_rater(study))
    arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW + timedelta(hours=1))
    manifest = exported(study, tmp_path)
    (row,) = table(tmp_path / "sessions.csv")
    assert row == {
        "rater": session.pseudonym,
        "protocol_hash": study.protocols.get().sha256,
        "booklet": "1",
        "outcome": "completed",
        "channel": "open",
        "rater_group": "",
        "pilot": "0",
        "arrived_at": "2025-03-03T09:00:00Z",
        "consented_at": "2025-03-03T09:00:00Z",
        "completed_at": "2025-03-03T09:20:00Z",
        "stopped_at": "",
        "timed_out_at": "",
        "minutes": "20",
        "pairs_rated": "4",
        "excluded": "0",
        "exclusion_reason": "",
        "understood_at": "",
        "turned_away_at": "",
        "reviewed_at": "2025-03-03T09:20:00Z",
        "returned_at": "",
        "withdrawn_at": "",
        "erased_at": "",
        "opted_out": "",
        "pairs_skipped": "0",
        "comprehension_tries": "0",
        "decoys_seen": "0",
        "decoys_lost": "0",
        "checks_seen": "0",
        "checks_failed": "0",
    }
    assert manifest["fieldwork"]["arrived"] == 2


def test_a_study_that_is_not_frozen_is_exported_as_far_as_it_exists(tmp_path: Path) -> None:
    study = make_study()
    manifest = exported(study, tmp_path)
    assert manifest["protocol"] is None
    assert not (tmp_path / "protocol.json").exists()
    assert manifest["files"]["verdicts.csv"]["rows"] == 0
    assert manifest["files"]["dialogues.csv"]["rows"] == 4


def test_the_same_study_gives_the_same_tables(tmp_path: Path) -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    one, other = exported(study, tmp_path / "one"), exported(study, tmp_path / "other")
    assert one["files"] == other["files"]


def test_an_export_costs_the_same_queries_for_few_and_many_ratings(tmp_path: Path) -> None:
    study = open_study(make_study())
    counts = []
    for raters in (1, 2):
        for _ in range(raters):
            rate_all(make_rater(study))
        with CaptureQueriesContext(connection) as queries:
            exported(study, tmp_path / str(raters))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 75


def test_a_frozen_study_without_ratings_has_its_protocol(tmp_path: Path) -> None:
    study = make_study()
    protocol = freezing.freeze(study=study, now=NOW)
    manifest = exported(study, tmp_path)
    assert (tmp_path / "protocol.json").read_text(encoding="utf-8") == protocol.canonical
    assert manifest["opened_at"] == ""
