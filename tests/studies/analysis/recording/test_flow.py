"""Everybody and everything is followed to the analysis, with exact numbers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from raters.export.bundle import write_bundle
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.rationales.coding import coding as section_of
from studies.analysis.reading import read_table
from studies.analysis.recording.flow import NOTHING, flow
from studies.analysis.recording.nested import LEFT, PART, STEP, Row
from studies.analysis.results import Cell, Figure, Section
from tests.factories import NOW, make_rater, rate_all
from tests.raters.machine_studies import judged_study
from tests.studies.analysis.rationales.tables import by_model, coded, codes, coding, reason
from tests.studies.analysis.recording.exports import exported, rated
from tests.studies.analysis.recording.test_nested import assert_adds_up
from tests.studies.analysis.tables import answer, evidence_of, rows_of, table, write


def told(section: Section, key: str) -> list[tuple[Cell, ...]]:
    return list(table(section, key).rows)


def assert_all_add_up(section: Section) -> None:
    for part in section.parts:
        assert isinstance(part, Figure)
        chains: defaultdict[Cell, list[Row]] = defaultdict(list)
        for what, n, role, title in part.table.rows:
            assert isinstance(n, int)
            chains[title].append(Row(str(what), n, str(role)))
        for rows in chains.values():
            assert_adds_up(rows)


def test_raters_are_followed_from_the_link_to_the_analysis(tmp_path: Path) -> None:
    section = flow(exported(tmp_path))
    assert told(section, "flow_raters") == [
        ("Opened the link", 9, STEP, "Raters"),
        ("did not consent", 3, LEFT, "Raters"),
        ("Consented", 6, STEP, "Raters"),
        ("completed", 2, PART, "Raters"),
        ("still at work", 1, PART, "Raters"),
        ("stopped early", 1, PART, "Raters"),
        ("turned away at the comprehension check", 1, PART, "Raters"),
        ("withdrew", 1, PART, "Raters"),
        ("no main pair rated, still at work", 1, LEFT, "Raters"),
        ("no main pair rated, turned away at the comprehension check", 1, LEFT, "Raters"),
        ("no main pair rated, withdrew", 1, LEFT, "Raters"),
        ("Rated a main pair", 3, STEP, "Raters"),
        ("lost too many decoys", 1, LEFT, "Raters"),
        ("Analysed", 2, STEP, "Raters"),
    ]
    assert_all_add_up(section)


def test_dialogues_and_replies_are_followed_from_their_files(tmp_path: Path) -> None:
    assert told(flow(exported(tmp_path)), "flow_material") == [
        ("In imported files", 8, STEP, "Dialogues"),
        ("there already", 2, LEFT, "Dialogues"),
        ("Imported", 6, STEP, "Dialogues"),
        ("without a main pair", 1, LEFT, "Dialogues"),
        ("With a main pair", 5, STEP, "Dialogues"),
        ("no pair rated", 2, LEFT, "Dialogues"),
        ("Rated", 3, STEP, "Dialogues"),
        ("all left out: came after the rater had ended", 1, LEFT, "Dialogues"),
        ("Analysed", 2, STEP, "Dialogues"),
        ("In files, or asked of models", 21, STEP, "Replies"),
        ("left out at import", 4, LEFT, "Replies"),
        ("there already", 3, LEFT, "Replies"),
        ("asked of a model: failed", 1, LEFT, "Replies"),
        ("asked of a model: refused", 1, LEFT, "Replies"),
        ("In the study", 12, STEP, "Replies"),
        ("in no main pair", 2, LEFT, "Replies"),
        ("In a main pair", 10, STEP, "Replies"),
    ]


def test_pairs_and_ratings_are_followed_through_the_plan(tmp_path: Path) -> None:
    """Of the two pairs that nobody rated one is still to be rated, though it was skipped once."""
    assert told(flow(exported(tmp_path)), "flow_pairs") == [
        ("Main pairs", 5, STEP, "Pairs"),
        ("not in the raters' plan", 1, LEFT, "Pairs"),
        ("to be rated yet", 1, LEFT, "Pairs"),
        ("Rated at least once", 3, STEP, "Pairs"),
        ("all left out: came after the rater had ended", 1, LEFT, "Pairs"),
        ("Analysed", 2, STEP, "Pairs"),
        ("Places for main pairs in the plan", 8, STEP, "Ratings"),
        ("given back to the plan", 1, LEFT, "Ratings"),
        ("skipped", 1, LEFT, "Ratings"),
        ("to be rated yet", 1, LEFT, "Ratings"),
        ("Rated", 5, STEP, "Ratings"),
        ("came after the rater had ended", 1, LEFT, "Ratings"),
        ("lost too many decoys", 1, LEFT, "Ratings"),
        ("Analysed", 3, STEP, "Ratings"),
    ]


def test_judgments_are_followed_to_verdicts(tmp_path: Path) -> None:
    section = flow(exported(tmp_path))
    assert told(section, "flow_judgments") == [
        ("Judgments planned", 8, STEP, "Judgments"),
        ("failed", 1, LEFT, "Judgments"),
        ("not made yet", 1, LEFT, "Judgments"),
        ("Answered", 6, STEP, "Judgments"),
        ("could not be read", 1, LEFT, "Judgments"),
        ("refused", 1, LEFT, "Judgments"),
        ("Verdicts could be read", 4, STEP, "Judgments"),
        ("asked without the rubric", 1, LEFT, "Judgments"),
        ("family of the judge wrote a reply", 1, LEFT, "Judgments"),
        ("pair with a decoy", 1, LEFT, "Judgments"),
        ("Analysed", 1, STEP, "Judgments"),
    ]
    assert_all_add_up(section)


def with_codings(folder: Path) -> Evidence:
    """Three passages; coders of each kind of fate."""
    passages = [("a", "0"), ("b", "0"), ("c", "1")]
    write(folder, "passages.csv", [{"passage": name, "erased": erased} for name, erased in passages])
    rows = [
        ("a", "ann", "done", "ok", "0"), ("a", "llm", "done", "ok", "1"), ("b", "ann", "pending", "", "0"),
        ("b", "llm", "failed", "withheld", "0"), ("a", "ben", "done", "skipped", "0"),
    ]  # fmt: skip
    names = ("passage", "coder", "status", "outcome", "for_trial")
    write(folder, "codings.csv", [dict(zip(names, row, strict=True)) for row in rows])
    evidence = evidence_of(folder, [answer(-1)])
    read = {
        "passages.csv": read_table(folder / "passages.csv", needed=("passage", "erased")),
        "codings.csv": read_table(folder / "codings.csv", needed=names),
    }
    return replace(evidence, tables={**evidence.tables, **read})


def test_without_a_codebook_the_chain_ends_with_what_is_not_for_trying_out(tmp_path: Path) -> None:
    assert told(flow(with_codings(tmp_path)), "flow_codings") == [
        ("Passages set out", 3, STEP, "Passages"),
        ("erased with the rater's data", 1, LEFT, "Passages"),
        ("not coded", 1, LEFT, "Passages"),
        ("Coded at least once", 1, STEP, "Passages"),
        ("Codings planned", 5, STEP, "Codings"),
        ("not made yet", 1, LEFT, "Codings"),
        ("skipped", 1, LEFT, "Codings"),
        ("withheld: the consent allows no outside provider", 1, LEFT, "Codings"),
        ("Coded", 2, STEP, "Codings"),
        ("coder that is for trying out only", 1, LEFT, "Codings"),
        ("Not for trying out", 1, STEP, "Codings"),
    ]


def test_codings_end_with_those_that_results_rest_on(tmp_path: Path) -> None:
    """As the section on coding counts them; of another passage and of another version nothing is analysed."""
    older = "b" * 64
    codings = [
        coding("a", "other"), coding("a", "other", replicate=2), coding("b", coder="a", status="pending"),
        by_model("a", "other", coder="m2"), by_model("b", same_family=1), by_model("c", for_trial=1),
        coding("c", codebook_sha256=older), coding("b", outcome="skipped"),
    ]  # fmt: skip
    book = codes(1, older) + codes(2)
    evidence = coded(tmp_path, [reason("a"), reason("b"), reason("c"), reason("d")], codings, book)
    section = flow(evidence)
    assert_all_add_up(section)
    assert told(section, "flow_codings") == [
        ("Passages set out", 4, STEP, "Passages"),
        ("not coded", 1, LEFT, "Passages"),
        ("Coded at least once", 3, STEP, "Passages"),
        ("none of its codings is analysed", 2, LEFT, "Passages"),
        ("Analysed", 1, STEP, "Passages"),
        ("Codings planned", 8, STEP, "Codings"),
        ("not made yet", 1, LEFT, "Codings"),
        ("skipped", 1, LEFT, "Codings"),
        ("Coded", 6, STEP, "Codings"),
        ("coder of the family that wrote the passage", 1, LEFT, "Codings"),
        ("coder that is for trying out only", 1, LEFT, "Codings"),
        ("coder's later coding of the same passage", 1, LEFT, "Codings"),
        ("other version of the codebook", 1, LEFT, "Codings"),
        ("Analysed", 2, STEP, "Codings"),
    ]
    used = {(row["coder"], row["used"]) for row in rows_of(section_of(evidence), "coding_coders")}
    assert used == {("a", 0), ("c1", 1), ("m1", 0), ("m2", 1)}


def test_answers_alone_say_what_is_not_known(tmp_path: Path) -> None:
    section = flow(evidence_of(tmp_path, rated()))
    assert told(section, "flow_raters") == [
        ("Rated a main pair", 3, STEP, "Raters"),
        ("lost too many decoys", 1, LEFT, "Raters"),
        ("Analysed", 2, STEP, "Raters"),
    ]
    missing = ("sessions.csv", "dialogues.csv or responses.csv", "pairs.csv", "assignments.csv")
    for sentence, name in zip(section.lead[1:], missing, strict=True):
        assert f"{name}, which tells how each visit ended, is not there." in sentence or (
            sentence.endswith(f"{name} is not there.")
        )


def test_an_arrival_count_of_another_day_is_not_taken(tmp_path: Path) -> None:
    exported(tmp_path)
    (tmp_path / "manifest.json").write_text('{"fieldwork": {"arrived": 9, "consented": 7}}', encoding="utf-8")
    section = flow(read_evidence(tmp_path, Options()))
    assert told(section, "flow_raters")[0] == ("Consented", 6, STEP, "Raters")


def test_tables_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    exported(tmp_path)
    write(tmp_path, "sessions.csv", [{"rater": "somebody", "outcome": "completed"}])
    section = flow(read_evidence(tmp_path, Options()))
    assert told(section, "flow_raters")[0] == ("Rated a main pair", 3, STEP, "Raters")
    assert (
        "Raters: “Consented” is left out, for 3 of those under “Rated a main pair” are not" in section.lead[1]
    )
    assert_all_add_up(section)


def test_without_anything_the_section_is_absent(tmp_path: Path) -> None:
    write(tmp_path, "systems.csv", [{"system": "human", "kind": "human"}])
    assert flow(read_evidence(tmp_path, Options())).absent == NOTHING


@pytest.mark.django_db
def test_the_apps_own_export_adds_up(tmp_path: Path) -> None:
    study = judged_study(4)
    rate_all(make_rater(study))
    make_rater(study)
    write_bundle(study=study, folder=tmp_path, now=NOW)
    section = flow(read_evidence(tmp_path, Options()))
    assert_all_add_up(section)
    assert told(section, "flow_raters") == [
        ("Opened the link", 2, STEP, "Raters"),
        ("Consented", 2, STEP, "Raters"),
        ("completed", 1, PART, "Raters"),
        ("still at work", 1, PART, "Raters"),
        ("no main pair rated, still at work", 1, LEFT, "Raters"),
        ("Rated a main pair", 1, STEP, "Raters"),
        ("Analysed", 1, STEP, "Raters"),
    ]
    assert told(section, "flow_pairs")[-3:] == [
        ("to be rated yet", 12, LEFT, "Ratings"),
        ("Rated", 4, STEP, "Ratings"),
        ("Analysed", 4, STEP, "Ratings"),
    ]
    assert told(section, "flow_judgments")[-2:] == [
        ("model for trying out only", 60, LEFT, "Judgments"),
        ("Analysed", 0, STEP, "Judgments"),
    ]
