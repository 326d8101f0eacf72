"""One transaction, idempotent, nothing half imported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from studies.importing import load, rows
from studies.importing.examining import Request, examine
from studies.importing.lint.kinds import Kind
from studies.importing.records import Options
from studies.models import Dialogue, ImportBatch, Protocol, Response, Study, System
from tests.studies.importing.material import (
    TURNS,
    dialogue,
    examined,
    lines,
    reply,
    source,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def study() -> Study:
    return Study.objects.create(slug="s", title="S")


def bring(
    study: Study, content: str, *, acknowledged: bool = True, name: str = "jsonl", **request: Any
) -> ImportBatch:
    """Examines and loads a file."""
    return load.import_file(
        study=study,
        source=source(content),
        file_name="file.jsonl",
        examination=examine(source(content), Request(name, **request)),
        licence="CC BY 4.0",
        non_commercial=False,
        acknowledged=acknowledged,
        created_by=None,
        now=NOW,
    )


def stored_files() -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def table() -> list[tuple[str, str, int, str]]:
    """Every stored reply."""
    cells = Response.objects.order_by("dialogue__external_id", "system__name", "replicate")
    return list(cells.values_list("dialogue__external_id", "system__name", "replicate", "text"))


def test_every_column_is_stored(study: Study) -> None:
    replies = [reply("people", "=1+1 <b>שלום</b> 🫶", replicate=3, writer="w1")]
    content = lines(dialogue(tags=["x"], meta={"a": [None, "é"]}, replies=replies))
    batch = bring(study, content)
    row = Dialogue.objects.get()
    assert (row.study, row.external_id, row.turns) == (study, "d1", TURNS)
    assert (row.tags, row.meta, row.import_batch) == (["x"], {"a": [None, "é"]}, batch)
    stored = Response.objects.get()
    assert (stored.dialogue, stored.replicate, stored.text) == (row, 3, "=1+1 <b>שלום</b> 🫶")
    assert (stored.system.name, stored.system.kind, stored.writer) == ("people", "human", "w1")
    assert stored.import_batch == batch


def test_the_writer_of_rows_leaves_no_column_out() -> None:
    for model, names in ((Dialogue, rows.DIALOGUE), (Response, rows.RESPONSE)):
        columns = {field.name for field in model._meta.concrete_fields if not field.primary_key}
        assert set(names) == columns


def test_the_batch_says_what_happened(study: Study) -> None:
    content = lines(dialogue())
    batch = ImportBatch.objects.get(pk=bring(study, content).pk)
    assert batch.sha256 == examined(content).facts.sha256
    assert batch.file.read() == content.encode()
    assert (batch.file_name, batch.format, batch.loaded_at) == ("file.jsonl", "jsonl", NOW)
    assert (batch.licence, batch.non_commercial) == ("CC BY 4.0", False)
    assert batch.options["exclude"] == []
    assert batch.warnings_acknowledged is False
    assert batch.report["dialogues"] == {"in_file": 1, "new": 1, "known": 0, "tags_kept": 0}
    assert batch.report["systems"]["alpha"] == {
        "kind": "llm",
        "replies": 1,
        "new": 1,
        "known": 0,
        "left_out": 0,
        "dialogues": 1,
        "missing": 0,
        "missing_after": 0,
        "dialogues_by_replies": {"1": 1},
    }


def test_the_second_import_adds_nothing(study: Study) -> None:
    content = lines(*(dialogue(str(n)) for n in range(3)))
    bring(study, content)
    before = table()
    report = bring(study, content).report
    assert (report["dialogues"]["new"], report["dialogues"]["known"]) == (0, 3)
    assert report["systems"]["alpha"]["new"] == 0
    assert report["systems"]["alpha"]["known"] == 3
    assert (table(), System.objects.count(), ImportBatch.objects.count()) == (before, 2, 2)


def test_new_replies_join_known_dialogues(study: Study) -> None:
    bring(study, lines(dialogue("a"), dialogue("b")))
    more = [reply("gamma", "What did you two cook on Sundays?")]
    batch = bring(study, lines(dialogue("a", replies=more), dialogue("c", replies=more[:0])))
    assert Dialogue.objects.count() == 3
    assert Response.objects.get(system__name="gamma").import_batch == batch
    assert batch.report["systems"]["gamma"]["new"] == 1


def test_another_text_for_a_known_reply_is_an_error_and_changes_nothing(study: Study) -> None:
    bring(study, lines(dialogue("a")))
    before, files = table(), stored_files()
    changed = [reply("alpha", "Another text altogether, this time.")]
    with pytest.raises(load.CannotImport, match=r"'alpha' no. 1 to dialogue 'a' \(line 2\) has another text"):
        bring(study, lines(dialogue("b", replies=[]), dialogue("a", replies=changed)))
    assert (table(), Dialogue.objects.count(), stored_files()) == (before, 1, files)


def test_other_turns_under_a_known_id_are_an_error(study: Study) -> None:
    bring(study, lines(dialogue("a")))
    with pytest.raises(load.CannotImport, match=r"dialogue 'a' \(line 1\) has other turns"):
        bring(study, lines(dialogue("a", turns=TURNS[:1])))


def test_a_system_keeps_its_kind(study: Study) -> None:
    bring(study, lines(dialogue("a")))
    people = [reply("alpha", "I would miss her as well, very much.", kind="human")]
    with pytest.raises(load.CannotImport, match="system 'alpha' is llm in the study and human"):
        bring(study, lines(dialogue("b", replies=people)))


def test_a_broken_record_at_the_end_leaves_nothing(study: Study) -> None:
    content = lines(*(dialogue(str(n)) for n in range(1200))) + "{broken\n"
    with pytest.raises(load.CannotImport, match="line 1201: not valid JSON"):
        bring(study, content)
    assert (Dialogue.objects.count(), ImportBatch.objects.count(), stored_files()) == (0, 0, [])


def test_a_failure_while_writing_leaves_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows.Writer.write
    calls = []

    def fail_late(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise IntegrityError("somebody was quicker")
        whole(*arguments)

    monkeypatch.setattr(rows.Writer, "write", fail_late)
    with pytest.raises(load.CannotImport, match="Somebody changed the study's material"):
        bring(study, lines(*(dialogue(str(n)) for n in range(1500))))
    assert (Dialogue.objects.count(), System.objects.count(), stored_files()) == (0, 0, [])


def test_the_database_itself_refuses_doubles(study: Study) -> None:
    batch = bring(study, lines(dialogue("a")))
    row = Dialogue.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Dialogue.objects.create(study=study, external_id="a", turns=[], import_batch=batch)
    with pytest.raises(IntegrityError), transaction.atomic():
        Response.objects.create(
            dialogue=row, system=System.objects.get(name="beta"), text="x", import_batch=batch
        )


def test_a_frozen_study_takes_nothing(study: Study) -> None:
    Protocol.objects.create(study=study, version=1, canonical="{}", sha256="0" * 64, frozen_at=NOW)
    with pytest.raises(load.CannotImport, match="frozen"):
        bring(study, lines(dialogue()))
    assert (Dialogue.objects.count(), stored_files()) == (0, [])


def test_errors_block_and_can_be_left_out(study: Study) -> None:
    replies = [reply("a", "(your response)"), reply("b", "What would you tell her now?")]
    content = lines(dialogue(replies=replies))
    with pytest.raises(load.CannotImport, match=r"placeholder 1.*--exclude placeholder"):
        bring(study, content)
    batch = bring(study, content, exclude=frozenset({Kind.PLACEHOLDER}))
    assert table() == [("d1", "b", 1, "What would you tell her now?")]
    assert [system.name for system in System.objects.all()] == ["b"]
    assert batch.options["exclude"] == ["placeholder"]
    assert batch.report["left_out"] == {
        "count": 1,
        "by_system": {"a": 1},
        "by_kind": {"placeholder": 1},
        "replies": [["d1", "a", 1, ["placeholder"]]],
    }
    assert batch.report["systems"]["a"]["missing_after"] == 1


def test_warnings_wait_for_acknowledgement(study: Study) -> None:
    content = lines(dialogue(replies=[reply("a", "As an AI, I cannot say.")]))
    with pytest.raises(load.CannotImport, match=r"self-identification 1.*--accept-warnings"):
        bring(study, content, acknowledged=False)
    assert bring(study, content).warnings_acknowledged is True
    other = Study.objects.create(slug="o", title="O")
    kinds = frozenset({Kind.SELF_IDENTIFICATION})
    assert bring(other, content, acknowledged=False, exclude=kinds).warnings_acknowledged is False


def test_assumed_speakers_are_recorded(study: Study) -> None:
    item = {"dialogue_history": ["hello", "hi, I am sad"], "m": "What made you sad today?"}
    batch = bring(study, json.dumps([item]), name="heart", options=Options("supporter"))
    row = Dialogue.objects.get()
    assert [turn["speaker"] for turn in row.turns] == ["supporter", "seeker"]
    assert row.meta == {"speakers_assumed": "alternating, supporter first"}
    assert batch.options["first_speaker"] == "supporter"
    assert batch.report["speakers"]["dialogues_assumed"] == 1


def test_two_studies_do_not_meet(study: Study) -> None:
    other = Study.objects.create(slug="o", title="O")
    bring(study, lines(dialogue("a")))
    assert bring(other, lines(dialogue("a"))).report["dialogues"]["new"] == 1


def test_a_known_dialogue_keeps_its_tags(study: Study) -> None:
    bring(study, lines(dialogue("a", tags=["x"])))
    batch = bring(study, lines(dialogue("a", tags=["y"], replies=[])))
    assert (Dialogue.objects.get().tags, batch.report["dialogues"]["tags_kept"]) == (["x"], 1)


def test_the_same_number_of_queries_for_one_dialogue_and_for_many(study: Study) -> None:
    bring(study, lines(dialogue("first")))
    spent = []
    for count in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            bring(study, lines(*(dialogue(f"{count}-{n}") for n in range(count))))
        spent.append(len(queries))
    assert spent[0] == spent[1]
