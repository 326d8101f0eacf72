"""What machines said, in the files of an export: beside the raters' answers, whole, and never with a key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters.verdicts import verdicts_by_judgment, verdicts_of
from studies.calling import runs
from studies.judging.planning import plan_judgments
from studies.llm.port import CallError, ErrorKind
from studies.models import Judge, Judgment, LLMCall, Run
from tests.factories import NOW, SYSTEMS, make_rater, make_study, open_study, rate_all
from tests.raters.machine_studies import ONCE, Spoken, fetched, judged_study
from tests.raters.test_export_bundle import exported, table
from tests.scripted_runs import make_judges, make_provider, run_to_end

pytestmark = pytest.mark.django_db


def test_judges_come_after_raters_cell_by_cell(tmp_path: Path) -> None:
    study = judged_study()
    rate_all(make_rater(study))
    exported(study, tmp_path)
    judged = [verdict for verdicts in verdicts_by_judgment(study) for verdict in verdicts]
    expected = [
        ["" if cell is None else str(int(cell) if isinstance(cell, bool) else cell) for cell in verdict]
        for verdict in (*verdicts_of(study), *judged)
    ]
    assert [list(row.values()) for row in table(tmp_path / "verdicts.csv")] == expected
    assert len(judged) >= 2 * 2 * 3 * 6


def test_the_wide_table_is_of_raters_only(tmp_path: Path) -> None:
    study = judged_study()
    session = rate_all(make_rater(study))
    exported(study, tmp_path)
    rows = table(tmp_path / "ratings.csv")
    assert {(row["source_kind"], row["source"]) for row in rows} == {("rater", session.pseudonym)}


def test_the_manifest_counts_runs_and_says_that_a_trial_model_judged(tmp_path: Path) -> None:
    study = judged_study()
    judges = make_judges(study, study.judges.all()[0].provider, families=("mistral", "gemma", "phi"))
    plan_judgments(study=study, judges=judges, now=NOW)
    manifest = exported(study, tmp_path)
    assert manifest["runs"] == {"generate": {}, "judge": {"finished": 1, "planned": 1}, "code": {}}
    assert manifest["trial"] is True


def test_a_judgment_is_told_with_the_call_whose_answer_was_taken(tmp_path: Path) -> None:
    study = judged_study()
    judgment = Judgment.objects.select_related("call", "pair", "judge").order_by("pk")[0]
    exported(study, tmp_path)
    rows = table(tmp_path / "judgments.csv")
    assert len(rows) == Judgment.objects.count()
    call = judgment.call
    assert call is not None
    row = rows[0]
    assert json.loads(row.pop("reasons")) == judgment.reasons
    assert row == {
        "judge": judgment.judge.name,
        "dialogue": "d1",
        "pair": judgment.pair.key,
        "order": judgment.order,
        "replicate": "1",
        "role": "jury",
        "same_family": "0",
        "pilot": "1",
        "variant": "rubric",
        "protocol_hash": study.protocols.get().sha256,
        "run": "1",
        "status": "done",
        "outcome": "ok",
        "error_kind": "",
        "error": "",
        "attempts": "1",
        "samples": "0",
        "slot_first": call.slot_first,
        "slot_second": call.slot_second,
        "model_requested": "scripted-judge",
        "model_returned": "scripted-judge",
        "other_model": "0",
        "evidence_first": judgment.evidence[0],
        "evidence_second": judgment.evidence[1],
        "reason": judgment.reason,
        "finished_at": "2025-03-03T09:00:00Z",
        "call": str(call.pk),
    }
    assert call.slot_first
    assert call.slot_first != call.slot_second


def test_what_came_to_nothing_has_a_row_too(tmp_path: Path) -> None:
    study = make_study(dialogues=1, systems=SYSTEMS[:2])
    make_judges(study, make_provider())
    Judge.objects.filter(name="judge-claude").update(model_id="scripted-garbage")
    open_study(study)
    client = Spoken(fails={"scripted-broken": CallError(ErrorKind.BAD_REQUEST, "It refused.")})
    Judge.objects.filter(name="judge-gpt").update(model_id="scripted-broken")
    plan = plan_judgments(study=study, judges=list(study.judges.all()), design=ONCE, pilot=0, now=NOW)
    run_to_end(plan, client=client)
    exported(study, tmp_path)
    rows = {(row["judge"], row["order"]): row for row in table(tmp_path / "judgments.csv")}
    assert len(rows) == 6
    columns = ("status", "outcome", "error_kind", "attempts", "samples", "other_model", "evidence_first")
    unread, failed = rows["judge-claude", "AB"], rows["judge-gpt", "AB"]
    assert [unread[name] for name in columns] == ["done", "unparseable", "", "3", "3", "0", ""]
    assert [failed[name] for name in columns] == ["failed", "", "bad_request", "1", "0", "", ""]
    assert (failed["error"], failed["call"], failed["model_requested"]) == ("It refused.", "", "")
    verdicts = table(tmp_path / "verdicts.csv")
    assert {row["source"] for row in verdicts} == {"judge-llama"}


def test_another_model_than_the_one_asked_for_is_flagged(tmp_path: Path) -> None:
    study = make_study(dialogues=1, systems=SYSTEMS[:2])
    judges = make_judges(study, make_provider())
    open_study(study)
    client = Spoken(returned={"scripted-judge": "scripted-judge-mini"})
    run_to_end(plan_judgments(study=study, judges=judges, design=ONCE, pilot=0, now=NOW), client=client)
    exported(study, tmp_path)
    for name in ("judgments.csv", "llm_calls.csv"):
        assert {row["other_model"] for row in table(tmp_path / name)} == {"1"}


def test_runs_and_judges_say_what_was_decided(tmp_path: Path) -> None:
    study = judged_study()
    run = Run.objects.get()
    exported(study, tmp_path)
    (row,) = table(tmp_path / "runs.csv")
    assert json.loads(row.pop("design")) == run.design
    assert json.loads(row.pop("gate")) == run.gate
    plan = json.loads(row.pop("plan"))
    assert "providers" not in plan
    assert [(load["name"], load["provider_name"], "provider" in load) for load in plan["loads"]] == [
        (f"judge-{family}", "scripted", False) for family in ("claude", "gpt", "llama")
    ]
    assert row == {
        "run": "1",
        "kind": "judge",
        "state": "finished",
        "protocol_hash": study.protocols.get().sha256,
        "design_sha256": run.design_sha256,
        "created_at": "2025-03-03T09:00:00Z",
        "priced_at": "2025-03-03T09:00:00Z",
        "currency": "USD",
        "cap_calls": "10000",
        "cap_tokens": "",
        "cap_micros": "",
        "calls": str(run.calls),
        "spent_tokens": str(run.spent_tokens),
        "spent_micros": "0",
        "started_at": "2025-03-03T09:00:00Z",
        "paused_at": "",
        "pause_reason": "",
        "finished_at": "2025-03-03T09:00:00Z",
        "cancelled_at": "",
        "has_pilot": "1",
        "gate_decided_at": "2025-03-03T09:00:00Z",
        "gate_passed": "0",
        "gate_waived_at": "2025-03-03T09:00:00Z",
        "gate_waiver": "Scripted judges draw lots.",
    }
    judge = table(tmp_path / "judges.csv")[0]
    assert json.loads(judge.pop("settings")) == {"max_tokens": 1200, "timeout_seconds": 120.0}
    assert judge == {
        "judge": "judge-claude",
        "family": "claude",
        "provider": "scripted",
        "api": "scripted",
        "host": "",
        "model_id": "scripted-judge",
        "variant": "rubric",
        "prompt_version": Judge.objects.order_by("pk")[0].prompt_version,
        "longest_text": "",
        "for_trial": "1",
        "is_own": "0",
    }


def test_a_fetched_reply_says_how_it_came_about(tmp_path: Path) -> None:
    study = make_study(dialogues=1)
    system = fetched(study, client=Spoken(text="**Since when?**"))
    exported(study, tmp_path)
    (generation,) = table(tmp_path / "generations.csv")
    call = LLMCall.objects.get()
    assert generation == {
        "dialogue": "d1",
        "system": "fetched",
        "replicate": "1",
        "run": "1",
        "status": "done",
        "outcome": "ok",
        "error_kind": "",
        "error": "",
        "attempts": "1",
        "samples": "0",
        "text": "**Since when?**",
        "flags": "markdown",
        "response": "d1/fetched/1",
        "model_requested": "scripted-reply",
        "model_returned": "scripted-reply",
        "other_model": "0",
        "finished_at": "2025-03-03T09:00:00Z",
        "call": str(call.pk),
    }
    replies = {row["system"]: row for row in table(tmp_path / "responses.csv")}
    told = [(replies[name]["outcome"], replies[name]["flags"]) for name in ("counsellor", "fetched")]
    assert told == [("", ""), ("ok", "markdown")]
    asked = ("provider", "api", "host", "prompt_version", "settings", "for_trial")
    systems = {row["system"]: [row[name] for name in asked] for row in table(tmp_path / "systems.csv")}
    assert systems["model-a"] == [""] * 6
    assert systems["fetched"] == [
        "scripted",
        "scripted",
        "",
        system.prompt_version,
        '{"max_tokens":1200,"timeout_seconds":120.0}',
        "1",
    ]


def test_hostile_text_survives(tmp_path: Path) -> None:
    study = make_study(dialogues=1)
    fetched(study, client=Spoken(text="=1+1\0\n'\ud800 \u202e @x"))
    exported(study, tmp_path)
    (generation,) = table(tmp_path / "generations.csv")
    assert generation["text"] == "=1+1\ufffd\n'\ufffd \u202e @x"
    assert "unstorable" in generation["flags"].split("|")
    assert b"'=1+1\xef\xbf\xbd" in (tmp_path / "generations.csv").read_bytes()


def test_a_judges_formula_is_a_text(tmp_path: Path) -> None:
    study = judged_study()
    Judgment.objects.update(reason="=HYPERLINK(1)", evidence=["+1", "@\ud7ff"])
    exported(study, tmp_path)
    row = table(tmp_path / "judgments.csv")[0]
    assert (row["reason"], row["evidence_first"], row["evidence_second"]) == (
        "=HYPERLINK(1)",
        "+1",
        "@\ud7ff",
    )
    assert b",'=HYPERLINK(1)," in (tmp_path / "verdicts.csv").read_bytes()


def test_no_key_and_no_name_of_one_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED_API_KEY", "planted-value-7781")
    study = make_study(dialogues=1)
    provider = make_provider(key_name="PLANTED_API_KEY")
    told = CallError(ErrorKind.AUTHENTICATION, "example.org did not accept the key in PLANTED_API_KEY.")
    fetched(study, provider=provider, client=Spoken(fails={"scripted-reply": told}))
    assert "PLANTED_API_KEY" in Run.objects.get().pause_reason
    runs.cancel(run=Run.objects.get(), now=NOW)
    refused = CallError(ErrorKind.BAD_REQUEST, "The key in PLANTED_API_KEY is odd.")
    judges = make_judges(study, provider, model_id="scripted-broken")
    open_study(study)
    plan = plan_judgments(study=study, judges=judges, design=ONCE, pilot=0, now=NOW)
    run_to_end(plan, client=Spoken(fails={"scripted-broken": refused}))
    exported(study, tmp_path)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir()).decode()
    assert "The key in [key] is odd." in everything
    assert "did not accept the key in [key]." in everything
    assert "PLANTED" not in everything
    assert "planted-value-7781" not in everything


def test_an_export_costs_the_same_queries_for_few_and_many_judgments(tmp_path: Path) -> None:
    counts = []
    for number in (1, 3):
        study = make_study(f"s{number}", dialogues=number)
        provider = make_provider(f"p{number}", key_name=f"K{number}_API_KEY")
        fetched(study, provider=provider)
        judges = make_judges(study, provider)
        open_study(study)
        run_to_end(plan_judgments(study=study, judges=judges, now=NOW))
        with CaptureQueriesContext(connection) as queries:
            exported(study, tmp_path / str(number))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 60


def test_another_studys_machines_do_not_show_through(tmp_path: Path) -> None:
    judged_study()
    manifest = exported(make_study("other"), tmp_path)
    rows = {name: facts["rows"] for name, facts in manifest["files"].items()}
    machines = ("runs.csv", "judges.csv", "judgments.csv", "generations.csv", "llm_calls.csv")
    assert [rows[name] for name in machines] == [0] * 5
    assert manifest["trial"] is False
