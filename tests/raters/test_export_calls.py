"""The table of calls: each named by what it was for, with all that is stored but prompt and body."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import pytest

from raters.export.call_table import STORED
from studies.calling.transcripts import CallName
from studies.judging.planning import plan_judgments
from studies.models import Judge, Judgment, LLMCall
from tests.factories import NOW, SYSTEMS, make_study, open_study
from tests.raters.machine_studies import ONCE, fetched
from tests.raters.test_export_bundle import exported, table
from tests.scripted_runs import make_judges, make_provider, run_to_end

pytestmark = pytest.mark.django_db


def test_a_call_is_named_by_what_it_was_for(tmp_path: Path) -> None:
    study = make_study(dialogues=1, systems=SYSTEMS[:2])
    provider = make_provider()
    fetched(study, provider=provider)
    judges = make_judges(study, provider)
    Judge.objects.filter(name="judge-claude").update(model_id="scripted-garbage")
    open_study(study)
    plan = plan_judgments(study=study, judges=list(study.judges.all()), design=ONCE, pilot=0, now=NOW)
    run_to_end(plan)
    exported(study, tmp_path)
    rows = table(tmp_path / "llm_calls.csv")
    names = CallName._fields[1:]
    pair = Judgment.objects.all()[0].pair.key
    assert [rows[0][name] for name in names] == [
        "generate",
        "1",
        "fetched",
        "",
        "",
        "d1",
        "",
        "",
        "",
        "1",
        "1",
    ]
    garbled = [row for row in rows if row["judge"] == "judge-claude" and row["order"] == "BA"]
    assert [[row[name] for name in names] for row in garbled] == [
        ["judge", "2", "", "judge-claude", "", "d1", pair, "BA", "", "1", attempt]
        for attempt in ("1", "2", "3")
    ]
    assert [(row["accepted"], row["reading"]) for row in garbled] == [
        ("0", "invalid_json"),
        ("0", "invalid_json"),
        ("1", "invalid_json"),
    ]
    assert len({tuple(row[name] for name in names) for row in rows}) == len(rows) == 1 + 3 * 2 + 2 * 2
    assert len({row["call"] for row in rows}) == len(rows)
    assert len(judges) == 3


def test_a_call_is_told_with_everything_but_prompt_and_body(tmp_path: Path) -> None:
    """A column that is new in the database is exported, or left out on purpose."""
    left_out = {"id", "run", "generation", "judgment", "coding", "provider", "prompt", "raw", "attempt"}
    assert set(STORED) == {field.name for field in LLMCall._meta.concrete_fields} - left_out
    study = make_study(dialogues=1)
    fetched(study)
    exported(study, tmp_path)
    (row,) = table(tmp_path / "llm_calls.csv")
    call = LLMCall.objects.get()
    assert json.loads(row["settings_sent"]) == call.settings_sent
    assert json.loads(row["settings_dropped"]) == {}
    columns = ("provider", "api", "result", "http_status", "cost_micros", "price_source", "raw_truncated")
    assert [row[name] for name in columns] == [
        "scripted",
        "scripted",
        "answered",
        "200",
        "0",
        "no model was called",
        "0",
    ]
    assert row["prompt_sha256"] == call.prompt_sha256
    assert row["raw_sha256"] == hashlib.sha256(zlib.decompress(bytes(call.raw or b""))).hexdigest()
    assert (row["input_tokens"], row["started_at"]) == (str(call.input_tokens), "2025-03-03T09:00:00Z")
