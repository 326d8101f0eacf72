from pathlib import Path

import pytest

from studies.analysis.bias.families import families
from tests.studies.analysis.tables import Row, answer, ends, evidence_of, rows_of, value, why, write

JUDGES = [{"judge": "j-red", "family": "red"}, {"judge": "j-blue", "family": "blue"}]
SYSTEMS = [
    {"system": "human", "kind": "human", "family": ""},
    {"system": "red-1", "kind": "llm", "family": "red"},
    {"system": "blue-1", "kind": "llm", "family": "blue"},
    {"system": "green-1", "kind": "llm", "family": "green"},
]


def study(folder: Path) -> None:
    write(folder, "judges.csv", JUDGES)
    write(folder, "systems.csv", SYSTEMS)


def said(source: str, system: str, values: list[int], reason: str = "") -> list[Row]:
    """Answers on the person's reply against the system's, one a dialogue; above 0 the system's is better."""
    kind = "judge" if source.startswith("j-") else "rater"
    return [
        answer(
            one, dialogue=f"d{number}", pair=system, system_second=system, source=source, source_kind=kind,
            excluded=int(bool(reason)), exclusion_reason=reason,
        )
        for number, one in enumerate(values)
    ]  # fmt: skip


def test_without_families_the_section_says_what_it_needs(tmp_path: Path) -> None:
    assert families(evidence_of(tmp_path, [answer(1)])).absent.startswith(
        "Whether judges favour their own family is not told"
    )


def test_a_jury_that_never_meets_its_own_family_says_nothing(tmp_path: Path) -> None:
    study(tmp_path)
    rows = said("j-red", "blue-1", [1, 1]) + said("r1", "blue-1", [1, -1])
    assert families(evidence_of(tmp_path, rows)).absent.startswith("No judge saw a reply of its own family")


def test_excluded_same_family_judgments_are_compared_with_raters_on_the_same_pairs(tmp_path: Path) -> None:
    """On red's replies j-red says better three times of four, raters once; a fifth dialogue, which only
    raters saw, does not count."""
    study(tmp_path)
    rows = said("j-red", "red-1", [1, 1, 1, -1], "same_family") + said("r1", "red-1", [1, -1, -1, -1, 1])
    (found,) = rows_of(families(evidence_of(tmp_path, rows)), "bias_family")
    assert (found["judge"], found["family"], found["compared_with"], found["pairs"]) == (
        "j-red", "red", "raters", 4,
    )  # fmt: skip
    assert (value(found["judge_prefers"]), value(found["others_prefer"])) == (0.75, 0.25)
    assert value(found["gap"]) == 0.5


def test_the_gap_s_interval_is_that_of_paired_differences(tmp_path: Path) -> None:
    """One judge, one rater, a pair a dialogue: differences 0, 1, 1, 0 have mean ½ and error √(1/3)/2."""
    study(tmp_path)
    rows = said("j-red", "red-1", [1, 1, 1, -1], "same_family") + said("r1", "red-1", [1, -1, -1, -1])
    (found,) = rows_of(families(evidence_of(tmp_path, rows)), "bias_family")
    reach = 3.182446305284263 * (1 / 3) ** 0.5 / 2  # Student's t with 3 degrees of freedom
    assert ends(found["gap"]) == pytest.approx((0.5 - reach, 1.0))  # 1 is the most that can be


def test_trial_judgments_are_never_used(tmp_path: Path) -> None:
    study(tmp_path)
    rows = said("j-red", "red-1", [1], "trial") + said("r1", "red-1", [1])
    assert families(evidence_of(tmp_path, rows)).absent.startswith("No judge saw")


def test_other_judges_are_those_whose_family_wrote_neither_reply(tmp_path: Path) -> None:
    """Blue's judge is asked about red's replies against the person, and left out against blue's own."""
    study(tmp_path)
    against_blue = [
        answer(value_, dialogue="d9", pair="rb", system_first="red-1", system_second="blue-1", source=source,
               source_kind="judge", excluded=1, exclusion_reason="same_family")
        for source, value_ in (("j-red", -1), ("j-blue", 1))
    ]  # fmt: skip
    rows = [*said("j-red", "red-1", [1, 1], "same_family"), *said("j-blue", "red-1", [1, -1]), *against_blue]
    found = [row for row in rows_of(families(evidence_of(tmp_path, rows)), "bias_family")
             if row["judge"] == "j-red"]  # fmt: skip
    assert [(row["compared_with"], row["pairs"], value(row["gap"])) for row in found] == [
        ("other judges", 2, 0.5)
    ]


def test_a_judge_that_favours_every_model_does_not_favour_its_own(tmp_path: Path) -> None:
    """It prefers red and green always, raters half: both gaps are ½, the interaction is nothing."""
    study(tmp_path)
    rows = [
        *said("j-red", "red-1", [1, 1], "same_family"), *said("j-red", "green-1", [1, 1]),
        *said("r1", "red-1", [1, -1]), *said("r1", "green-1", [1, -1]),
    ]  # fmt: skip
    (found,) = rows_of(families(evidence_of(tmp_path, rows)), "bias_family_interaction")
    assert (value(found["gap_own"]), value(found["gap_other"]), value(found["interaction"])) == (
        0.5,
        0.5,
        0.0,
    )
    matrix = {(row["family"], row["own"]): value(row["gap"])
              for row in rows_of(families(evidence_of(tmp_path, rows)), "bias_family_matrix")}  # fmt: skip
    assert matrix == {("green", "no"): 0.5, ("red", "yes"): 0.5}


def test_without_other_models_there_is_no_interaction(tmp_path: Path) -> None:
    study(tmp_path)
    rows = said("j-red", "red-1", [1], "same_family") + said("r1", "red-1", [1])
    (found,) = rows_of(families(evidence_of(tmp_path, rows)), "bias_family_interaction")
    assert why(found["interaction"]) == "One of the two differences is not there."
    assert why(found["gap_other"]) == "No pair of a person and such a model was seen by both."
