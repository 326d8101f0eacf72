"""What the record says to each question, exactly, and what it leaves open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.heds.criteria import READ
from studies.analysis.heds.filling import fill
from studies.protocol import Contrast, sha256_of
from tests.studies.analysis.heds import study
from tests.studies.analysis.heds.study import element, evidence, protocol, said, sheet_of
from tests.studies.analysis.tables import answer, turned

EMPTY = Evidence(Options(), None, {}, None, "", {})


def test_the_record_answers_what_it_knows(tmp_path: Path) -> None:
    found = evidence(tmp_path)
    sheet = sheet_of(found)
    expected = {
        "1.1.2": f"Kind words (study kind-words, protocol version 1, SHA-256 {found.protocol_sha256})",
        "2.1": "8. Text: dialogue",
        "2.2": "6. Text: multiple sentences",
        "2.3": "10. Dialogue turn generation",
        "3.1.1": "human: 3 replies in 3 pairs; m1: 2 replies in 2 pairs; m2: 1 reply in 1 pair",
        "3.2.1": "3",
        "3.2.2.2": "1. Paid (monetary compensation)",
        "3.2.3": "Raters with consent came through Prolific (4).",
        "3.2.4": "Written instructions before the first pair, which every page links to. A comprehension "
        "check (1 question, two tries); who does not pass it rates nothing. 2 training pairs first, which "
        "are not analysed.",
        "3.3.2": "Web pages (heartsite) in a browser.",
        "3.3.3.2": "Comprehension check before rating: 1 question, two tries. 3 decoys a rater: pairs in "
        "which one reply is plainly broken and must lose. 1 attention check a rater: a row that says "
        "which answer to choose. Left out of the analysis are all answers of raters who lost 2 decoys or "
        "more, or failed 1 attention checks or more.",
        "3.3.5": "3. Evaluators must complete the whole evaluation within a set amount of time",
        "3.3.7": "1. Evaluators carry out assessments at a place of their own choosing",
        "3.3.8": "Place, device, browser and hour were the raters' own.",
        "5.2": "2. Yes, personal data as defined by GDPR was evaluated and/or collected",
    }
    assert {number: sheet.of(number).values for number in expected} == {
        number: (value,) for number, value in expected.items()
    }
    assert [option[:2] for option in sheet.of("3.3.3.1").values] == ["2.", "4."]
    assert [option[:2] for option in sheet.of("3.3.6").values] == ["1.", "2.", "3."]
    assert sheet.of("3.2.1").comment == (
        "4 gave consent (left out: 1); answers of 3 on main pairs are analysed."
    )
    assert sheet.of("3.2.2.2").comment == "Raters read: “£4.50 a session”"


def test_each_row_of_the_rubric_is_a_criterion(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path))
    assert sheet.names == {"overall": "Overall preference", "attunement": "Attunement", "wit": "Wit"}
    expected = {
        "4.1.1": "2. Goodness",
        "4.1.2": "2. Content of output",
        "4.1.3": "2. Quality of output relative to the input",
        "4.2.1": "2. Subjective",
        "4.2.2": "2. Relative",
        "4.2.3": "1. Intrinsic",
        "4.3.1.1": "no name given (raters see the row's question, never its name, which is “Attunement” "
        "in the protocol)",
        "4.3.2": "From general comfort to own details",
        "4.3.3": "3",
        "4.3.4": "-1 = A is better; 0 = No difference; 1 = B is better",
        "4.3.5": "1. Multiple-choice options",
        "4.3.6": "N/A",
        "4.3.7": "Which follows more closely?",
        "4.3.8": "3. Relative quality estimation (including ranking)",
    }
    assert {number: sheet.of(number, "attunement").values for number in expected} == {
        number: (value,) for number, value in expected.items()
    }
    assert sheet.of("4.3.2", "overall").values == ("Your overall choice",)
    assert sheet.of("4.3.2", "wit").values == ("no definition given (raters see the question only)",)


def test_the_ends_of_a_row_are_joined_as_on_the_page_or_not_at_all(tmp_path: Path) -> None:
    bare = protocol()
    german = replace(bare, texts=replace(bare.texts, language="de"))
    sheet = sheet_of(evidence(tmp_path, document=german))
    assert sheet.of("4.3.2", "attunement").values == ("general comfort … own details",)


def test_a_dimension_that_nobody_described_to_us_is_open(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path))
    assert [sheet.of(number, "wit").is_open for number in ("4.1.1", "4.1.2", "4.1.3", "4.3.1.2")] == [
        True
    ] * 4
    assert sheet.of("4.1.1", "wit").note == "The researcher: choose the type of quality for this criterion."
    proposed = sheet.of("4.3.1.2", "attunement")
    assert (proposed.is_open, proposed.comment) == (
        True,
        "Relevance to Input (QIG-c-3 in QCET 3.4.1; Belz et al., 2025), as this project reads it.",
    )


@pytest.mark.parametrize(
    ("dimension", "read"),
    [
        ("overall", (2, 3, 3)),
        ("human_alignment", (2, 3, 3)),
        ("empathic_responsiveness", (2, 3, 2)),
        ("attunement", (2, 2, 2)),
        ("resonance", (2, 3, 3)),
        ("task_following", (2, 3, 3)),
    ],
)
def test_the_options_are_where_the_dimension_stands_in_qcet(
    dimension: str, read: tuple[int, int, int]
) -> None:
    """Goodness; content or the whole; relative to the input or to something external."""
    node = READ[dimension]
    assert (node.quality, node.aspect, node.frame) == read


def test_agreement_is_read_from_the_finished_tables(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path))
    # Two of three pairs agree. Signs are −1 three times and 1 three times: κ = (2/3 − 1/2) / (1/2).
    score = sheet.of("4.3.11.2", "overall").values[0].split("; ")
    assert [one.partition(" [")[0] for one in score[:2]] == ["Raw agreement 0.67", "Fleiss' κ 0.33"]
    assert score[0].endswith("], n = 3")
    assert len(score) == 6
    assert sheet.of("4.3.11.1", "overall").source == "analysis"
    assert sheet.of("4.3.11.1", "wit").is_open
    assert fill(evidence(tmp_path), ()).of("4.3.11.2", "overall").is_open


def test_agreement_of_a_single_rater_was_not_assessed(tmp_path: Path) -> None:
    one = [row for row in study.rows() if row["source"] == "r1"]
    sheet = sheet_of(evidence(tmp_path, answers=one))
    assert sheet.of("4.3.11.1", "overall").values == ("InterAA not assessed",)
    assert sheet.of("4.3.11.2", "overall").values == ("N/A",)


def test_raters_with_themselves_are_read_or_were_never_planned(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path))
    assert sheet.of("4.3.12.1", "overall").values == (
        "IntraAA not assessed (none planned: no pair comes back to the same rater)",
    )
    assert sheet.of("4.3.12.2", "overall").values == ("N/A",)

    planned = protocol()
    planned = replace(planned, journey=replace(planned.journey, repeats_percent=10))
    assert sheet_of(evidence(tmp_path, document=planned)).of("4.3.12.1", "overall").is_open

    again = [
        dict(row) | {"kind": "repeat", "occasion": 2}
        for row in study.rows()
        if row["dimension"] == "overall" and row["source"] in ("r1", "r2")
    ]
    sheet = sheet_of(evidence(tmp_path, document=planned, answers=[*study.rows(), *again]))
    told = sheet.of("4.3.12.2", "overall").values[0].split("; ")
    assert told[0].startswith("on the same side 100.0 % [")
    assert told[0].endswith("], n = 5")
    assert told[1] == "with sides turned: none (No repeat of this sort was answered.)"
    assert sheet.of("4.3.12.1", "attunement").values == (
        "IntraAA not assessed (no repeated pair has an answer on this row)",
    )


def test_frozen_contrasts_are_named_where_they_test(tmp_path: Path) -> None:
    contrast = Contrast("people", "human_vs_models", "raters", "", "", "overall", "", "two_sided", 0.0, 0.05)
    sheet = sheet_of(evidence(tmp_path, document=protocol(contrasts=(contrast,))))
    assert (
        sheet.of("4.3.10", "overall")
        .values[0]
        .endswith("for the frozen contrasts people; p-values corrected by Holm over all contrasts (1).")
    )
    assert (
        sheet.of("4.3.10", "attunement")
        .values[0]
        .endswith("No confirmatory contrast was frozen on this row: all its findings are exploratory.")
    )


@pytest.mark.parametrize(
    ("reward", "paid"),
    [
        ("£4.50 a session", True),
        ("12 EUR", True),
        ("USD 3", True),
        ("9.00 dollars an hour", True),
        ("Course credit", False),
        ("£0", False),
        ("2 points", False),
        ("", False),
    ],
)
def test_only_an_amount_of_money_is_pay(tmp_path: Path, reward: str, paid: bool) -> None:
    bare = protocol()
    sheet = sheet_of(evidence(tmp_path, document=replace(bare, texts=replace(bare.texts, reward=reward))))
    assert sheet.of("3.2.2.2").is_open is not paid
    assert sheet.of("3.2.2.2").comment == (f"Raters read: “{reward}”" if reward else "")


def test_where_raters_sat_is_told_by_a_platform_only(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path, channels=("open", "prolific")))
    assert sheet.of("3.2.3").values == ("Raters with consent came through Prolific (1), an open link (1).",)
    assert sheet.of("3.3.7").is_open
    assert sheet.of("3.3.8").is_open
    assert sheet.of("3.3.8").note == (
        "The researcher: how the conditions of 3.3.7 differed between raters, or N/A."
    )


def test_a_protocol_without_checks_leaves_them_to_the_researcher(tmp_path: Path) -> None:
    bare = protocol(exclusion_rules=())
    none = replace(bare.journey, comprehension=(), decoys_per_rater=0, checks_per_rater=0, training_pairs=0)
    sheet = sheet_of(evidence(tmp_path, document=replace(bare, journey=none)))
    assert sheet.of("3.3.3.1").is_open
    assert sheet.of("3.3.3.2").is_open
    assert sheet.of("3.2.4").values[0].endswith("links to. No comprehension check. No training pairs.")


def test_one_sentence_is_the_limit_of_what_systems_write(tmp_path: Path) -> None:
    bare = protocol()
    short = replace(bare.design, max_sentences=1, max_words=40)
    sheet = sheet_of(evidence(tmp_path, document=replace(bare, design=short)))
    assert sheet.of("2.2").values == ("5. Text: sentence",)
    assert sheet.of("2.2").comment == (
        "The supporter's next reply, a single turn; at most 40 words, at most 1 sentences."
    )


def test_without_names_a_system_has_one_reply_a_dialogue(tmp_path: Path) -> None:
    unnamed = [
        {key: cell for key, cell in row.items() if not key.startswith("response_")} for row in study.rows()
    ]
    sheet = sheet_of(evidence(tmp_path, answers=unnamed))
    assert sheet.of("3.1.1").values == (
        "human: 3 replies in 3 pairs; m1: 2 replies in 2 pairs; m2: 1 reply in 1 pair",
    )


def test_replicates_and_turned_pairs_count_each_reply_once(tmp_path: Path) -> None:
    straight = answer(-1, pair="p1", response_first="d1/human/1", response_second="d1/model/1")
    other = turned(1, pair="p2", response_first="d1/model/2", response_second="d1/human/1")
    sheet = sheet_of(evidence(tmp_path, answers=[straight, other]))
    assert sheet.of("3.1.1").values == ("human: 1 reply in 2 pairs; model: 2 replies in 2 pairs",)


def test_nothing_is_invented_for_an_empty_study() -> None:
    sheet = sheet_of(EMPTY)
    assert sheet.criteria == ()
    assert len(sheet.answers) == 62
    assert {one.source for one in sheet.answers} == {"open"}
    assert all(one.note.endswith(".") and one.values == () for one in sheet.answers)


def test_a_frozen_study_that_nobody_has_rated_has_its_design_filled(tmp_path: Path) -> None:
    sheet = sheet_of(evidence(tmp_path, answers=[], channels=()))
    assert {one.source for one in sheet.answers} == {"open", "protocol"}
    assert sheet.of("4.3.7", "overall").values == ("Which reply would help more?",)
    assert [sheet.of(number).is_open for number in ("3.1.1", "3.2.1", "3.2.3", "5.2")] == [True] * 4


def test_without_a_protocol_the_criteria_are_what_was_answered(tmp_path: Path) -> None:
    evidence(tmp_path)
    (tmp_path / "protocol.json").unlink()
    found = read_evidence(tmp_path, Options(human=("human",)))
    sheet = sheet_of(found)
    assert sheet.names == {"overall": "overall", "attunement": "attunement"}
    assert sheet.of("4.3.7", "overall").is_open
    assert sheet.of("4.3.9", "overall").source == "analysis"


def test_only_rows_that_raters_answer_are_criteria(tmp_path: Path) -> None:
    bare = protocol()
    main_only = replace(bare, journey=replace(bare.journey, asking="preference"))
    assert sheet_of(evidence(tmp_path, document=main_only)).criteria == ("overall",)
    two_passes = replace(bare, journey=replace(bare.journey, asking="two_pass"), phases=("main", "rubric"))
    assert sheet_of(evidence(tmp_path, document=two_passes)).criteria == ("overall", "attunement", "wit")


def test_the_researcher_wins(tmp_path: Path) -> None:
    sheet = sheet_of(
        evidence(
            tmp_path,
            sheet=[
                said(element("3.2.2.2"), "3. Not paid", comment="Volunteers."),
                said(element("2.4"), "41. English|55. German"),
                said(element("4.1.1"), "3. Feature", "wit"),
                said(element("3.2.1"), "", comment="Two of them were pilots."),
                said(element("5.1"), "", comment="Asked on Monday."),
            ],
        )
    )
    paid = sheet.of("3.2.2.2")
    assert (paid.values, paid.source, paid.comment) == (("3. Not paid",), "researcher", "Volunteers.")
    assert sheet.of("2.4").values == ("41. English", "55. German")
    assert sheet.of("4.1.1", "wit").values == ("3. Feature",)
    assert sheet.of("4.1.1", "overall").values == ("2. Goodness",)
    counted = sheet.of("3.2.1")
    assert (counted.values, counted.source, counted.comment) == (("3",), "data", "Two of them were pilots.")
    assert (sheet.of("5.1").is_open, sheet.of("5.1").comment) == (True, "Asked on Monday.")
    assert sheet.count("researcher") == 3


def test_the_protocol_named_is_the_one_that_was_read(tmp_path: Path) -> None:
    found = evidence(tmp_path)
    text = (tmp_path / "protocol.json").read_text(encoding="utf-8")
    assert sha256_of(text) in sheet_of(found).of("1.1.2").values[0]
