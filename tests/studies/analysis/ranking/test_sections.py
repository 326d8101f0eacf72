"""The ranking's headings, on a small export with raters and judges."""

import csv
import math
from pathlib import Path

import pytest

from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.ranking.sections import SECTIONS, ranking, style
from studies.analysis.results import Estimate, Figure, Section, Table
from tests.studies.analysis.ranking.study_made import COLUMNS, study_made
from tests.studies.analysis.tables import answer, write


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return study_made(tmp_path_factory.mktemp("export"))


def tables(section: Section) -> dict[str, Table]:
    return {part.key: part for part in section.parts if isinstance(part, Table)}


def column(table: Table, key: str) -> list[object]:
    place = [one.key for one in table.columns].index(key)
    return [row[place] for row in table.rows]


def test_what_is_read_first_is_overall_by_raters_and_jury(evidence: Evidence) -> None:
    section = ranking(evidence)
    first = tables(section)["ranking"]
    assert column(first, "eyes") == ["Raters"] * 4 + ["Jury of judges"] * 4
    assert sorted(str(name) for name in column(first, "system")[:4]) == [
        "human", "model-01", "model-02", "model-03",
    ]  # fmt: skip
    assert column(first, "rank")[:4] == [1, 2, 3, 4]
    assert section.lead[0].startswith("Strengths are Elo points: 1500 is the human baseline")
    figures = [part for part in section.parts if isinstance(part, Figure)]
    assert [figure.key for figure in figures] == ["ranking_forest_raters", "ranking_forest_jury"]
    assert all(figure.chart == "forest" and figure.reference == 1500 for figure in figures)


def test_every_number_has_its_interval_or_the_reason(evidence: Evidence) -> None:
    for section in (one(evidence) for one in SECTIONS):
        assert section.absent == ""
        for part in section.parts:
            table = part.table if isinstance(part, Figure) else part
            assert table.rows or table.key == "ranking_links_full"
            for cell in (cell for row in table.rows for cell in row if isinstance(cell, Estimate)):
                assert cell.n > 0
                assert cell.undefined or (cell.low is not None and cell.high is not None)


def test_every_ranking_is_there(evidence: Evidence) -> None:
    full = tables(ranking(evidence))["ranking_full"]
    found = set(zip(column(full, "eyes"), column(full, "slice"), strict=True))
    assert found == {
        (eyes, name)
        for eyes in ("Raters", "Judge j0", "Judge j1", "Jury of judges")
        for name in ("all", "regular", "adversarial")
    }


def test_the_same_evidence_gives_the_same_section(evidence: Evidence) -> None:
    assert [one(evidence) for one in SECTIONS] == [one(evidence) for one in SECTIONS]


def test_style_tables_show_both_rankings_and_coefficients(evidence: Evidence) -> None:
    found = tables(style(evidence))
    assert len(found["style_ranking"].rows) == 8
    assert column(found["style_coefficients_full"], "covariate")[:3] == ["length", "formatting", "questions"]
    plain, styled, shift = (column(found["style_ranking"], key)[0] for key in ("elo", "elo_style", "shift"))
    assert isinstance(plain, Estimate)
    assert isinstance(styled, Estimate)
    assert isinstance(shift, Estimate)
    assert shift.value == pytest.approx((styled.value or 0) - (plain.value or 0), abs=1e-9)


def test_a_jury_has_no_side(evidence: Evidence) -> None:
    parameters = tables(ranking(evidence))["ranking_parameters_full"]
    sides = dict(zip(column(parameters, "eyes"), column(parameters, "side_elo"), strict=True))
    jury, raters = sides["Jury of judges"], sides["Raters"]
    assert isinstance(jury, Estimate)
    assert isinstance(raters, Estimate)
    assert jury.undefined == "A jury's verdict has no side."
    assert raters.low is not None


def test_without_people_the_mean_is_the_anchor_and_that_is_said(tmp_path: Path) -> None:
    section = ranking(study_made(tmp_path, texts=False, judges=0, human=()))
    assert section.lead[0] == (
        "Raters: No person's system is ranked here: the mean of human, model-01, model-02, model-03 is 1500."
    )


def test_without_verdicts_or_texts_it_is_said(tmp_path: Path) -> None:
    assert style(study_made(tmp_path, texts=False)).absent.startswith("responses.csv")
    (tmp_path / "verdicts.csv").unlink()
    (tmp_path / "responses.csv").write_text("response,dialogue\n")
    nothing = read_evidence(tmp_path, Options())
    assert all(one(nothing).absent.startswith("No answers to rank systems by") for one in SECTIONS)


def by_hand(folder: Path, rows: list[tuple[str, str, str, int]]) -> Evidence:
    """Rows of (dialogue, first, second, value shown), all by one rater."""
    with (folder / "verdicts.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(COLUMNS)
        for number, (dialogue, first, second, value) in enumerate(rows):
            out.writerow(
                [dialogue, "", f"p{number}", first, second, "overall", "rater", "r0", value, *[""] * 4]
            )
    return read_evidence(folder, Options(human=("human",)))


def said(evidence: Evidence) -> list[object]:
    return column(tables(ranking(evidence))["ranking_links_full"], "said")


def test_islands_and_one_sided_systems_are_named(tmp_path: Path) -> None:
    rows = [("d0", "human", "x", 1), ("d1", "human", "x", -1), ("d0", "y", "x", -1)]
    rows += [("d0", "p", "q", 1), ("d1", "p", "q", -1)]
    evidence = by_hand(tmp_path, rows)
    assert said(evidence) == [
        "y never lost to, or tied with, the systems below: strength without upper bound.",
        "p, q cannot be ranked: no chain of answers links the group with the anchor.",
        (
            "One-sided systems are placed by a normal prior around the anchor of precision 0.01 (ridge, in "
            "squared log odds); no prior touches the others."
        ),
        "All answers are of one rater: what is found holds for it alone.",
    ]
    first = tables(ranking(evidence))["ranking"]
    assert column(first, "system") == ["y", "human", "x", "p", "q"]
    assert column(first, "rank") == [1, 2, 2, None, None]


def test_all_ties_make_all_equal(tmp_path: Path) -> None:
    evidence = by_hand(tmp_path, [("d0", "human", "x", 0), ("d1", "human", "x", 0)])
    assert said(evidence) == [
        "Every answer is a tie: all systems are equal, and how sure that is cannot be told."
    ]
    found = tables(ranking(evidence))
    assert column(found["ranking"], "rank") == [1, 1]
    tie = column(found["ranking_parameters_full"], "tie_tendency")[0]
    assert isinstance(tie, Estimate)
    assert tie.undefined == "Every answer is a tie. The tie tendency has no bound."


def test_one_dialogue_and_one_rater_are_told(tmp_path: Path) -> None:
    rows = [("d0", "human", "x", 1), ("d0", "human", "x", 1), ("d0", "human", "x", -1)]
    evidence = by_hand(tmp_path, rows)
    assert said(evidence) == [
        "All answers are of one dialogue: what is found holds for it alone.",
        "All answers are of one rater: what is found holds for it alone.",
    ]
    elo = column(tables(ranking(evidence))["ranking"], "elo")[0]
    assert isinstance(elo, Estimate)
    assert (elo.n, elo.low) == (3, None)


def test_soft_scores_rank_nothing(evidence: Evidence) -> None:
    table = tables(ranking(evidence))["soft_scores_full"]
    assert "rank nothing" in table.note
    assert [one.key for one in table.columns] == [
        "eyes", "system", "against", "soft_score",
    ]  # fmt: skip


def test_the_human_baseline_is_the_mix_that_was_rated(tmp_path: Path) -> None:
    assert any("answers, not writers, equally" in line for line in ranking(study_made(tmp_path)).lead)
    (tmp_path / "none").mkdir()
    none = study_made(tmp_path / "none", human=())
    assert not any("answers, not writers, equally" in line for line in ranking(none).lead)


def test_two_writers_of_one_answer_are_no_cluster_and_that_is_said(tmp_path: Path) -> None:
    """Two human systems; r1 and r2 rate the same pair both ways, so that all are linked."""
    rows = [
        answer(value, source=source, system_second="person", writer_first="w1", writer_second="w2")
        for source, value in (("r1", 1), ("r2", -1))
    ]
    write(tmp_path, "verdicts.csv", rows)
    evidence = read_evidence(tmp_path, Options(human=("human", "person")))
    sentence = "Answers on two people's replies that are not known to be by one writer are clustered by"
    assert sum(sentence in line for line in ranking(evidence).lead) == 1
    write(tmp_path, "verdicts.csv", [row | {"writer_second": "w1"} for row in rows])
    evidence = read_evidence(tmp_path, Options(human=("human", "person")))
    assert not any(sentence in line for line in ranking(evidence).lead)


def test_the_ranking_stands_beside_itself_with_what_is_left_out(tmp_path: Path) -> None:
    """Kept: 3 to 1 for human. With the four left out, all for x: 3 to 5. Elo: 400 log10 of the odds."""
    assert "ranking_exclusions" not in tables(ranking(study_made(tmp_path, texts=False, judges=0)))
    kept, out = [-1, -1, -1, 1], [1] * 4
    with (tmp_path / "verdicts.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, "excluded"])
        for number, value in enumerate(kept + out):
            left_out = int(number >= len(kept))
            row = [f"d{number}", "", f"p{number}", "human", "x", "overall", "rater", f"r{number}", value]
            writer.writerow([*row, *[""] * (len(COLUMNS) - len(row)), left_out])
    table = tables(ranking(read_evidence(tmp_path, Options(human=("human",)))))["ranking_exclusions"]
    assert column(table, "system") == ["human", "x"]
    assert column(table, "rank") == [1, 2]
    assert column(table, "rank_with_excluded") == [2, 1]
    with_all = column(table, "elo_with_excluded")[1]
    as_analysed = column(table, "elo")[1]
    assert isinstance(as_analysed, Estimate)
    assert isinstance(with_all, Estimate)
    assert as_analysed.value == pytest.approx(1500 - 400 * math.log10(3), abs=0.01)
    assert with_all.value == pytest.approx(1500 + 400 * math.log10(5 / 3), abs=0.01)
