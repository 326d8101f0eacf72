"""The analysis set beside the frozen one: answers, seed, dimensions, exclusions, contrasts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studies.analysis.deviations.sections import deviations
from studies.analysis.results import Cell, Section
from studies.protocol import AnalysisPlan, Exclusion
from tests.studies.analysis.contrasts.test_sections import ANSWERS, OVERALL, PLAIN, study
from tests.studies.analysis.preference.answers import cells, grid, table


def deviating(section: Section) -> dict[Cell, Cell]:
    """What was found, by what deviates."""
    rows = table(section, "protocol_checks_full").rows
    assert [row for row in rows if row[-1] == "yes"] == (
        list(table(section, "deviations_found").rows) if len(section.parts) == 2 else []
    )
    return {row[0]: row[2] for row in rows if row[-1] == "yes"}


def test_the_frozen_analysis_deviates_nowhere(tmp_path: Path) -> None:
    section = deviations(study(tmp_path, PLAIN, named=True))

    assert section.lead == ("No deviation was found. Of 22 comparisons 11 could not be made by a program.",)
    assert deviating(section) == {}


def test_without_answers_no_dimension_is_missed(tmp_path: Path) -> None:
    section = deviations(study(tmp_path, PLAIN, rows=[]))

    row = cells(section, "protocol_checks_full", check="Dimensions")
    assert (row["found"], row["deviates"]) == ("there are no answers yet", "no")


def test_each_deviation_is_named(tmp_path: Path) -> None:
    rows = grid(ANSWERS)
    rows[0] |= {"protocol_hash": "f" * 64, "excluded": 1, "exclusion_reason": "checks"}
    evidence = study(
        tmp_path, replace(PLAIN, slice="hard"), rows=rows, seed=2,
        rubric=(OVERALL, replace(OVERALL, key="warmth")), analysis=AnalysisPlan(seed=7),
    )  # fmt: skip
    section = deviations(evidence)

    assert deviating(section) == {
        "Versions of the protocol": "no other protocol in the export; answers name 2 protocols",
        "Ratings a pair": "5 analysed; 1 rated pairs short, 0 above; pairs.csv is not there",
        "Answers given under this protocol": "5 of 6 rows",
        "Answers given under another protocol": f"1 rows: {'f' * 64}",
        "Seed of all random draws": "2",
        "Dimensions": "without answers: Overall (warmth)",
        "Exclusions for checks": "1 rows",
        "Confirmatory contrasts": "not computed: people",
    }
    assert section.lead[0].startswith(
        "8 deviations: Versions of the protocol; Answers given under this protocol; "
    )


def test_exclusions_are_held_against_the_rule(tmp_path: Path) -> None:
    """r1 meets the rule and is kept; r2 is left out without meeting it; r3 meets it, and is out."""
    (tmp_path / "sessions.csv").write_text(
        "rater,outcome,excluded,exclusion_reason,decoys_lost\n"
        "r1,completed,0,,2\nr2,completed,1,decoys,1\nr3,returned,1,returned,3\n"
    )
    rules = (Exclusion("decoys_lost", 2),)
    section = deviations(study(tmp_path, PLAIN, exclusion_rules=rules))

    row = cells(section, "protocol_checks_full", check="Exclusions for decoys")
    assert (row["frozen"], row["found"], row["deviates"]) == (
        "decoys_lost ≥ 2",
        "0 rows; 2 raters meet the rule, 1 of them kept, 1 left out without it",
        "yes",
    )


def test_answers_that_name_no_protocol_are_a_deviation(tmp_path: Path) -> None:
    rows = [{**row, "protocol_hash": ""} for row in grid(ANSWERS)]
    section = deviations(study(tmp_path, PLAIN, rows=rows, named=True))
    assert section.lead[0].startswith("2 deviations: Answers given under this protocol; ")


def test_an_older_protocol_froze_no_plan_of_the_analysis(tmp_path: Path) -> None:
    section = deviations(study(tmp_path, PLAIN, seed=5, schema=3))

    assert section.lead[0].startswith("No deviation was found. Of 22 comparisons 11 could not be made")
    assert section.lead[0].endswith(" This older protocol froze no plan of the analysis itself.")
    row = cells(section, "protocol_checks_full", check="Plan of the analysis")
    assert (row["frozen"], row["deviates"]) == ("not frozen: default", "no")
    assert row["found"] == "seed 5, margin of agreement 0.05, epsilon 0.1"
    assert "Seed of all random draws" not in [row[0] for row in table(section, "protocol_checks_full").rows]
