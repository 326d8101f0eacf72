"""The methods in words: only what happened, cited only where it was used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from studies.analysis.documents import DOCUMENTS
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.recording.methods import document, in_words, paragraphs, references
from studies.analysis.recording.references import REFERENCES
from studies.analysis.recording.sources import METHODS
from studies.analysis.results import Column, Estimate, Section, Table, undefined
from studies.protocol import Contrast, Exclusion, canonical_json
from tests.studies.analysis.rationales.tables import SHA256, by_model, coded, coding, reason, reply
from tests.studies.analysis.recording.exports import rated, write_export
from tests.studies.analysis.tables import evidence_of
from tests.studies.judging import material

CONTRAST = Contrast("people", "human_vs_models", "raters", "", "", "overall", "", "equivalence", 0.05, 0.05)
SURE = Estimate(0.5, 0.4, 0.6, 0.05, 10)


def section(key: str, *cells: object, column: str = "share") -> Section:
    """A section with one table of that key, in which these cells stand."""
    rows = [("row", cell) for cell in cells]
    table = Table(key, key, (Column("label", "Label"), Column(column, "Share", "share")), rows)  # type: ignore[arg-type]
    return Section(key, key, parts=(table,))


def texts(evidence: Evidence, *told: Section) -> dict[str, str]:
    return {one.title: one.text for one in paragraphs(evidence, told)}


def whole(folder: Path) -> Evidence:
    """The hand-made export under a protocol."""
    write_export(folder)
    protocol = replace(
        material.protocol(scale=3), contrasts=(CONTRAST,), exclusion_rules=(Exclusion("decoys_lost", 2),)
    )
    protocol = replace(protocol, journey=replace(protocol.journey, decoys_per_rater=1, repeats_percent=10))
    (folder / "protocol.json").write_text(canonical_json(protocol), encoding="utf-8")
    return read_evidence(folder, Options(seed=3, resamples=100))


def test_a_study_is_told_from_its_record(tmp_path: Path) -> None:
    evidence = whole(tmp_path)
    told = texts(evidence)
    assert told["Registration"] == (
        f"The protocol (version 1, SHA-256 {evidence.protocol_sha256}) was frozen. It names 1 "
        "confirmatory contrast: “people”. All else is exploratory."
    )
    assert told["Material"] == (
        "The material was 6 dialogues. People's replies came from 1 system: human. Replies by language "
        "models came from 1 system: model. Of their replies 5 pairs were formed, each of two replies to "
        "one dialogue. Replies were shown as they came."
    )
    assert told["Procedure"].startswith(
        "Raters compared both replies of a pair as Reply A and Reply B, not told who wrote them, and "
        "answered 3 questions on a scale of 3 answers (“A is better”, “No difference”, “B is better”): "
        "“Which reply would help more?”, “Which is more natural here?” and “Which follows more "
        "closely?”. The plan was 2 raters for each pair, at most 4 pairs and 1 pair of one dialogue for "
        "a rater."
    )
    assert told["Procedure"].endswith(
        "Each rater was planned to meet 1 decoy, with one broken reply and repeats of 10 % of the pairs "
        "besides."
    )
    assert told["Raters"] == (
        "6 raters consented and took part from 2025-03-03 to 2025-03-05: 2 completed, 1 stopped early, "
        "1 turned away at the comprehension check, 1 withdrew and 1 still at work. Answers of 2 raters "
        "on 2 pairs are analysed. Frozen in advance, raters were to be left out for at least 2 lost "
        "decoys. Answers left out, counted by dimension: 1 (came after the rater had ended) and 1 (lost "
        "too many decoys)."
    )
    assert told["Judges"] == (
        "3 language models judged the pairs: bare (claude-1 / claude-2), claude (claude-1 / claude-2, "
        "prompt judge-rubric-1) and own (claude-1). 8 judgments in both orders were planned, and 4 came "
        "to verdicts. The others (1 refused, 1 unparseable, 1 failed and 1 pending) are missing, and "
        "never a tie. Where a judge saw a pair in both orders, each counts half."
    ).replace("bare (claude-1 / claude-2)", "bare (claude-1)")
    assert "the seed 3 and 100 resamples" in told["Software and data"]


def test_without_judges_and_protocol_nothing_is_said_of_them(tmp_path: Path) -> None:
    told = texts(evidence_of(tmp_path, rated()))
    assert list(told) == ["Registration", "Raters", "Software and data"]
    assert told["Registration"].endswith("the analysis is exploratory.")
    assert told["Software and data"].endswith(
        "Systems named as people's by hand: human. 1 file was read; each has its SHA-256 below."
    )


def test_a_method_is_cited_where_its_table_has_a_number(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, rated())
    leaks = section("leaks", SURE, column="auc")
    told = texts(evidence, section("preference", SURE), leaks)["Statistics"]
    assert "clustered by dialogue and rater (Cameron et al., 2011)" in told
    assert "(DeLong et al., 1988)" in told
    for absent in ("Holm", "Bradley", "Calderon", "Bang"):
        assert absent not in told


def test_a_table_of_reasons_why_not_is_no_method(tmp_path: Path) -> None:
    evidence = evidence_of(tmp_path, rated())
    for empty in (section("leaks", undefined("Too few."), column="auc"), section("leaks", 12, column="n")):
        assert "Statistics" not in texts(evidence, empty)


@pytest.mark.parametrize(
    ("table", "column", "words"),
    [
        ("coding_agreement", "alpha", "(Krippendorff, 2018), and AC1 (Gwet, 2008)"),
        ("coding_llm", "kappa", "Cohen's κ (Cohen, 1960), precision and recall"),
        ("profile_distance", "divergence", "Jensen–Shannon divergence to base 2 (Lin, 1991)"),
        ("profile_distance", "p_exchanged", "the ANOVA-type statistic (Brunner et al., 1997)"),
        ("overlap_jaccard", "found", "Jaccard's coefficient (Jaccard, 1912)"),
        ("strategies_interaction", "p_holm", "corrected over strategies (Holm, 1979)"),
        ("speed_share_full", "rho", "the median slope of all couples of systems (Theil, 1950; Sen, 1968)"),
        ("axis_partial", "rho", "permutation of what is left (Freedman & Lane, 1983)"),
        ("halo", "mean", "(halo: Thorndike, 1920)"),
        ("consistency", "spread", "variance components over dialogues and replies"),
        ("divergence", "shrunk", "empirical Bayes (Efron & Morris, 1975)"),
    ],
)  # fmt: skip
def test_statistics_of_codes_scale_and_dimensions_are_told_where_they_have_a_number(
    tmp_path: Path, table: str, column: str, words: str
) -> None:
    evidence = evidence_of(tmp_path, rated())
    assert words in texts(evidence, section(table, SURE, column=column))["Statistics"]
    assert "Statistics" not in texts(evidence, section(table, undefined("Too few."), column=column))


@pytest.mark.parametrize("table", ["reasons_dimensions", "strategies", "overlap", "profile_differences"])
def test_intervals_of_coded_passages_are_clustered_too(tmp_path: Path, table: str) -> None:
    told = texts(evidence_of(tmp_path, rated()), section(table, SURE))["Statistics"]
    assert "clustered by dialogue and rater (Cameron et al., 2011)" in told


def test_coding_is_told_from_its_tables(tmp_path: Path) -> None:
    rows = [
        coding("a", "other"), coding("a", "other", "c2"),
        coding("b", coder="c2", status="pending", outcome=""), by_model("a", "other"),
        by_model("b", same_family=1), by_model("c", status="failed", outcome="withheld"),
    ]  # fmt: skip
    evidence = coded(tmp_path, [reason("a"), reason("b"), reason("c"), reply("d", "human")], rows)
    assert texts(evidence)["Coding"] == (
        f"3 reasons and 1 reply were set out to be coded by version 1 of the codebook (SHA-256 {SHA256}): "
        "6 dimensions, for reasons only, and 5 strategies. They were coded by 2 people and 1 language "
        "model: m1 (qwen-1). 6 codings were planned, 4 were made, and 3 are analysed. The others (1 not "
        "made yet and 1 withheld: the consent allows no outside provider) are missing, and never a coding "
        "without codes. Codings left out: 1 (coder of the family that wrote the passage)."
    )


def test_without_a_coding_that_counts_it_says_so(tmp_path: Path) -> None:
    told = texts(coded(tmp_path, [reason("a")], [coding("a", status="pending", outcome="")]))["Coding"]
    assert "No coding is analysed. 1 coding was planned, 0 were made, and 0 are analysed." in told


def test_holm_and_equivalence_are_those_of_the_frozen_contrasts(tmp_path: Path) -> None:
    evidence = whole(tmp_path)
    found = paragraphs(evidence, [section("contrasts", SURE)])
    statistics = next(one for one in found if one.title == "Statistics")
    assert (
        "at α = 0.05, corrected together by Holm's procedure (Holm, 1979). Equivalence was" in statistics.text
    )
    assert REFERENCES["Schuirmann, 1987"] in references(found)


def test_every_citation_has_its_reference_and_every_reference_a_year() -> None:
    assert {key for method in METHODS for key in method.cites} <= REFERENCES.keys()
    for key, reference in REFERENCES.items():
        assert f"({key[-4:]})" in reference
        assert reference.startswith(key.removesuffix(" et al., " + key[-4:]).split(" &")[0].split(",")[0])


def test_the_document_has_files_and_references_that_the_section_has(tmp_path: Path) -> None:
    evidence = whole(tmp_path)
    told = [section("ranking", SURE)]
    written, shown = document(evidence, told), in_words(evidence, told)
    assert written.text.startswith("# Methods\n\n## Registration\n\nThe protocol (version 1")
    assert f"- verdicts.csv: `{evidence.files['verdicts.csv']}`" in written.text
    rows = [str(row[0]) for part in shown.parts if isinstance(part, Table) for row in part.rows]
    assert written.text.endswith("## References\n\n" + "\n\n".join(rows) + "\n")
    assert document in DOCUMENTS
