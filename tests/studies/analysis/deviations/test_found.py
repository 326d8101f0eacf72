"""Material, versions, fieldwork and machines set beside the protocol: exact rows of hand-made exports."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from raters.export.bundle import write_bundle
from studies.analysis.deviations.sections import deviations, document
from studies.analysis.deviations.versions import differences
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.protocol import Asked, Exclusion, ProtocolDocument, canonical_json
from tests.factories import NOW, make_rater, make_study, open_study, rate_all
from tests.studies.analysis.rationales.tables import by_model, codes, coding, reason, write_coded
from tests.studies.analysis.recording.exports import write_export
from tests.studies.analysis.tables import rows_of, write
from tests.studies.judging import material

OVERALL = Asked("overall", "Overall", "Which?", "", "")
Found = tuple[object, object, object]


def frozen(folder: Path, **changes: Any) -> Evidence:
    """The hand-made export under a protocol of its own."""
    write_export(folder)
    document = replace(material.protocol(rubric=(OVERALL,)), **changes)
    (folder / "protocol.json").write_text(canonical_json(document), encoding="utf-8")
    return read_evidence(folder, Options())


def found(evidence: Evidence) -> dict[object, Found]:
    rows = rows_of(deviations(evidence), "protocol_checks_full")
    return {row["check"]: (row["frozen"], row["found"], row["deviates"]) for row in rows}


def test_the_sample_is_held_against_the_plan(tmp_path: Path) -> None:
    """Two ratings of each of five main pairs: three are analysed, of two pairs, one of them short."""
    rows = found(frozen(tmp_path))
    assert rows["Ratings a pair"] == (
        "2 of each of 5 main pairs: 10", "3 analysed; 4 pairs short, 0 above", "yes",
    )  # fmt: skip
    assert rows["Raters"] == ("at least 3, as the pairs need", "2 analysed", "yes")
    assert rows["Main pairs a rater"] == ("at most 4", "at most 2", "no")
    assert rows["Main pairs of one dialogue a rater"] == ("at most 1", "at most 1", "no")
    assert rows["Surplus ratings"][1:] == ("0 ratings among those analysed", "no")


def test_pairs_above_the_plan_and_surplus_ratings_are_deviations(tmp_path: Path) -> None:
    frozen(tmp_path, design=replace(material.protocol().design, ratings_per_pair=1, pairs_per_rater=1))
    text = (tmp_path / "verdicts.csv").read_text(encoding="utf-8").replace(",AB,0\n", ",AB,1\n", 1)
    (tmp_path / "verdicts.csv").write_text(text, encoding="utf-8")
    rows = found(read_evidence(tmp_path, Options()))
    assert rows["Ratings a pair"][1:] == ("3 analysed; 3 pairs short, 1 above", "yes")
    assert rows["Main pairs a rater"] == ("at most 1", "at most 2", "yes")
    assert rows["Surplus ratings"][1:] == ("1 rating among those analysed", "yes")


def test_what_was_planned_around_the_pairs_is_counted_for_who_completed(tmp_path: Path) -> None:
    journey = replace(material.protocol().journey, decoys_per_rater=1, checks_per_rater=1, training_pairs=2)
    rows = found(frozen(tmp_path, journey=journey, exclusion_rules=(Exclusion("decoys_lost", 1),)))
    assert rows["Decoys a rater"] == ("1", "of 2 raters who completed 0 met fewer, 0 more", "no")
    assert rows["Attention checks a rater"] == ("1", "of 2 raters who completed 2 met fewer, 0 more", "yes")
    assert rows["Training pairs a rater"] == ("2", "of 2 raters who completed 2 met fewer, 0 more", "yes")
    assert rows["Exclusions for decoys"][1:] == ("1 rows; no sessions.csv to check them by", "not checkable")
    assert rows["Exclusions for other reasons"][1:] == ("1 rows: after_end", "no")


def test_a_stopping_rule_is_for_people_to_judge(tmp_path: Path) -> None:
    rows = found(frozen(tmp_path, stopping_rule="Until all pairs\nare rated."))
    closed = "the export does not say that it was closed"
    assert rows["Stopping rule"] == (
        "Until all pairs are rated.",
        f"answers from 2025-03-03 to 2025-03-05; {closed}. A program cannot judge it",
        "not checkable",
    )


def test_language_models_that_drift_or_fail_are_named(tmp_path: Path) -> None:
    rows = found(frozen(tmp_path))
    assert rows["Judges' models"][1:] == ("claude-1 asked, claude-2 answered (2)", "yes")
    assert rows["Judgments"] == (
        "8 planned", "4 with verdicts; missing: 1 failed, 1 pending, 1 refused, 1 unparseable", "yes",
    )  # fmt: skip
    assert rows["Judgments under this protocol"][1:] == ("no column protocol_hash", "not checkable")
    assert rows["Pilot gates of runs"][1:] == ("run 1: Ties are fine.", "yes")
    assert rows["Runs of language models"][1:] == (
        "run 2 (judge) cancelled; run 3 (judge) paused: cap of calls", "yes",
    )  # fmt: skip
    assert rows["Models that wrote replies"][1:] == ("no column other_model", "not checkable")


def test_coding_is_told_and_is_no_deviation(tmp_path: Path) -> None:
    """Neither what was withheld nor an older version nor a cancelled run goes against a protocol."""
    frozen(tmp_path)
    older = "b" * 64
    rows = [
        coding("a", "other"), coding("b", "other", codebook_sha256=older),
        by_model("c", status="failed", outcome="withheld"),
    ]  # fmt: skip
    write_coded(tmp_path, [reason("a"), reason("b"), reason("c")], rows, codes(1, older) + codes(2))
    runs = [
        {"run": 1, "kind": "judge", "state": "finished", "pause_reason": "", "gate_waived_at": ""},
        {"run": 2, "kind": "code", "state": "cancelled", "pause_reason": "", "gate_waived_at": ""},
    ]
    write(tmp_path, "runs.csv", runs)
    told = found(read_evidence(tmp_path, Options()))
    planned, there, deviates = told["Coding of reasons and replies"]
    assert (planned, deviates) == ("no part of the protocol; exploratory", "no")
    assert str(there).split("; ") == [
        "2 of 3 codings made, 1 analysed",
        "1 withheld for lack of the rater's consent",
        "codebook versions 1, 2: 2 counts",
        "run 2 (code) cancelled",
    ]
    assert told["Runs of language models"][1:] == ("1 run finished", "no")


def test_a_coder_whose_model_drifts_is_named(tmp_path: Path) -> None:
    """People's codings, and those that no model answered, name none."""
    frozen(tmp_path)
    rows = [
        coding("a"), by_model("a"),
        *(by_model(name, model_returned="qwen-2", other_model=1) for name in "bc"),
        by_model("d", status="failed", model_requested="", model_returned="", other_model=""),
    ]  # fmt: skip
    write_coded(tmp_path, [reason(name) for name in "abcd"], rows)
    asked = "the models that were asked for"
    assert found(read_evidence(tmp_path, Options()))["Coders' models"] == (
        asked, "qwen-1 asked, qwen-2 answered (2)", "yes",
    )  # fmt: skip
    write_coded(tmp_path, [reason("a")], rows[:2])
    told = found(read_evidence(tmp_path, Options()))
    assert told["Coders' models"] == (asked, "all 1 answers name them", "no")
    assert told["Judges' models"] == (asked, "claude-1 asked, claude-2 answered (2)", "yes")


def test_models_of_an_older_export_cannot_be_checked(tmp_path: Path) -> None:
    frozen(tmp_path)
    write_coded(tmp_path, [reason("a")], [])
    write(tmp_path, "codings.csv", [{"passage": "a", "coder": "m1", "coder_kind": "llm"}])
    told = found(read_evidence(tmp_path, Options()))
    assert told["Coders' models"][1:] == ("no column other_model", "not checkable")


def test_without_coding_nothing_is_said_of_it(tmp_path: Path) -> None:
    rows = found(frozen(tmp_path))
    assert not {"Coding of reasons and replies", "Coders' models"} & rows.keys()
    write_coded(tmp_path, [reason("a")], [coding("a")])
    assert "Coders' models" not in found(read_evidence(tmp_path, Options()))


def test_other_versions_of_the_protocol_are_told_field_by_field(tmp_path: Path) -> None:
    now = frozen(tmp_path, version=2).protocol
    assert now is not None
    design = replace(now.design, ratings_per_pair=5)
    warmth = replace(OVERALL, key="warmth", question="Which is warmer?")
    before = replace(now, version=1, design=design, rubric=(*now.rubric, warmth), stopping_rule="Until May.")
    (tmp_path / "protocol-v1.json").write_text(canonical_json(before), encoding="utf-8")
    rows = found(read_evidence(tmp_path, Options()))
    assert rows["Versions of the protocol"][2] == "yes"
    told = {what: row[:2] for what, row in rows.items() if str(what).startswith("Protocol field")}
    first = {what: (here, str(there).partition(" (version 1, ")[0]) for what, (here, there) in told.items()}
    assert first == {
        "Protocol field design.ratings_per_pair": ("2", "5"),
        "Protocol field rubric (order)": ("overall", "overall, warmth"),
        "Protocol field rubric[warmth].high": ("nothing", "empty"),
        "Protocol field rubric[warmth].key": ("nothing", "warmth"),
        "Protocol field rubric[warmth].low": ("nothing", "empty"),
        "Protocol field rubric[warmth].name": ("nothing", "Overall"),
        "Protocol field rubric[warmth].question": ("nothing", "Which is warmer?"),
        "Protocol field stopping_rule": ("empty", "Until May."),
    }


def test_long_texts_are_told_around_their_first_difference() -> None:
    one: ProtocolDocument = replace(material.protocol(), stopping_rule="a" * 100 + "b" + "c" * 200)
    other = replace(one, stopping_rule="a" * 100 + "d" + "c" * 200)
    assert list(differences(one, other)) == [
        ("stopping_rule", f"…{'a' * 20}b{'c' * 59}…", f"…{'a' * 20}d{'c' * 59}…")
    ]
    assert list(differences(one, one)) == []


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A small study of the app's own, rated by one."""
    study = open_study(make_study(shown_profile="plain-1"))
    rate_all(make_rater(study))
    write_bundle(study=study, folder=tmp_path, now=NOW)
    return tmp_path


def change(folder: Path, name: str, column: str, text: str) -> None:
    """Another text in the first row."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0][column] = text
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


@pytest.mark.django_db
def test_the_frozen_material_is_made_again_from_the_export(export: Path) -> None:
    rows = found(read_evidence(export, Options(seed=7)))
    assert rows["Material (SHA-256)"][1:] == ("made again from the exported texts: the same", "no")
    assert [what for what, row in rows.items() if row[2] == "yes"] == ["Ratings a pair", "Raters"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "column"), [("responses.csv", "text"), ("dialogues.csv", "tags"), ("pairs.csv", "expected")]
)
def test_one_changed_cell_of_the_material_is_noticed(export: Path, name: str, column: str) -> None:
    change(export, name, column, "1")
    rows = found(read_evidence(export, Options()))
    assert str(rows["Material (SHA-256)"][1]).endswith("…: other texts than those frozen")
    assert rows["Material (SHA-256)"][2] == "yes"


@pytest.mark.django_db
def test_what_typography_does_not_change_is_the_same_material(export: Path) -> None:
    """Replies are shown by a profile: a blank at their end is not shown."""
    with (export / "responses.csv").open(encoding="utf-8", newline="") as file:
        text = next(csv.DictReader(file))["text"]
    change(export, "responses.csv", "text", f"{text} ")
    assert found(read_evidence(export, Options()))["Material (SHA-256)"][2] == "no"


@pytest.mark.django_db
def test_texts_shown_by_another_profile_are_noticed(export: Path) -> None:
    """The protocol says `none`, but its SHA-256 is of texts as the other profile shows them."""
    with (export / "responses.csv").open(encoding="utf-8", newline="") as file:
        text = next(csv.DictReader(file))["text"]
    change(export, "responses.csv", "text", f"{text} ")
    raw = json.loads((export / "protocol.json").read_text(encoding="utf-8"))
    raw["design"]["shown_profile"] = "none"
    (export / "protocol.json").write_text(json.dumps(raw), encoding="utf-8")
    rows = found(read_evidence(export, Options()))
    assert rows["Material (SHA-256)"][1:] == ("the frozen SHA-256 is that of texts shown as plain-1", "yes")


@pytest.mark.django_db
def test_the_order_of_several_tags_cannot_be_checked(export: Path) -> None:
    change(export, "dialogues.csv", "tags", "a|b")
    rows = found(read_evidence(export, Options()))
    assert rows["Material (SHA-256)"][1:] == (
        "another one; 1 dialogues have several tags, whose order the export does not keep", "not checkable",
    )  # fmt: skip


def test_the_document_says_the_same_as_the_section(tmp_path: Path) -> None:
    evidence = frozen(tmp_path, title="Kind | words")
    section, written = deviations(evidence), document(evidence, ())
    assert written is not None
    assert written.name == "deviations.md"
    lines = written.text.splitlines()
    assert lines[0] == "# Deviations from the protocol"
    assert lines[4] == section.lead[0]
    assert "| Raters | at least 3, as the pairs need | 2 analysed | yes |" in lines
    rows = rows_of(section, "protocol_checks_full")
    assert sum(line.startswith("| ") for line in lines) == len(rows) + 2
    assert section.lead[0].startswith(f"{sum(row['deviates'] == 'yes' for row in rows)} deviations: ")


def test_without_a_protocol_there_is_neither(tmp_path: Path) -> None:
    write_export(tmp_path)
    evidence = read_evidence(tmp_path, Options())
    assert deviations(evidence).absent.startswith("There is no protocol")
    assert document(evidence, ()) is None
