"""The section on agreement, from a folder to its tables."""

import csv
from pathlib import Path

import numpy as np
import pytest

from studies.analysis.agreement.pairs import agreement_difference
from studies.analysis.agreement.sections import SECTIONS
from studies.analysis.evidence import Evidence, Options, read_evidence
from studies.analysis.results import Estimate, Figure, Section, Table
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts

HEADER = (
    "dialogue", "pair", "system_first", "system_second", "dimension", "source_kind", "source", "value_shown",
    "kind", "occasion", "excluded", "tags",
)  # fmt: skip
Row = tuple[str, str, str, str, str, str, str, int, str, int, int, str]


def row(
    pair: int, source: str, value: int, *, kind: str = "main", occasion: int = 1, turned: bool = False
) -> Row:
    """An answer on a pair of `ann` (shown first unless turned) and `model`; value < 0 prefers ann."""
    sides = ("model", "ann") if turned else ("ann", "model")
    by, name = source.split(" ")
    shown = -value if turned else value
    tag = "adversarial" if pair % 2 else ""
    return (f"d{pair}", f"p{pair}", *sides, "overall", by, name, shown, kind, occasion, 0, tag)


def evidence_of(rows: list[Row], folder: Path) -> Evidence:
    path = folder / "verdicts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return read_evidence(path, Options(human=("ann",) if rows else ()))


def written(rows: list[Row], folder: Path, writer: str, left_out: str = "") -> Evidence:
    """Evidence whose human replies are of this writer, and in which one rater's answers are excluded."""
    path = folder / "verdicts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow((*HEADER, "writer_first", "writer_second"))
        out.writerows((*one[:10], int(one[6] == left_out), one[11], writer, "") for one in rows)
    return read_evidence(path, Options(human=("ann",)))


def table(section: Section, key: str) -> Table:
    parts = [part.table if isinstance(part, Figure) else part for part in section.parts]
    return next(part for part in parts if part.key == key)


def column(section: Section, key: str, name: str) -> list[object]:
    found = table(section, key)
    place = [one.key for one in found.columns].index(name)
    return [cells[place] for cells in found.rows]


def said(cell: object) -> float | None:
    assert isinstance(cell, Estimate)
    return cell.value


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A study with six votes a pair, three judges, two dimensions."""
    path = tmp_path_factory.mktemp("study") / "verdicts.csv"
    rng = np.random.default_rng(1)
    dimensions = ("overall", "empathy")
    raters = Design(40, 2, 20, 6, 10, 12, dimensions=dimensions)
    write_verdicts(simulate(raters, Effects(), rng), path)
    judges = Design(40, 2, 3, 3, 10, 12, dimensions=dimensions)
    write_verdicts(simulate(judges, Effects(), rng), path, source_kind="judge", append=True)
    return read_evidence(path, Options(human=("human",)))


def test_what_a_reader_sees_first_is_short(whole: Evidence) -> None:
    section = SECTIONS[0](whole)
    assert section.absent == ""
    keys = [part.key for part in section.parts]
    assert keys == [
        "agreement", "agreement_difference", "agreement_full", "coefficients", "coefficients_full",
        "agreement_exclusions", "ambiguity", "ambiguity_full",
    ]  # fmt: skip
    judges = ["Judge judge-0000", "Judge judge-0001", "Judge judge-0002", "Jury of judges"]
    assert column(section, "agreement", "answered_by") == [one for one in judges for _setup in range(2)]
    assert set(column(section, "agreement_full", "dimension")) == {"overall", "empathy"}
    assert set(column(section, "agreement_full", "slice")) == {"all", "regular", "adversarial"}
    assert column(section, "coefficients", "answered_by") == ["Raters"] * 6 + ["Judges"] * 6


def test_the_contrast_is_the_primary_difference_of_the_table(whole: Evidence) -> None:
    section = SECTIONS[0](whole)
    first, jury = column(section, "agreement", "difference")[0], column(section, "agreement", "difference")[6]
    assert agreement_difference(whole, source="judge-0000", dimension="overall", within="") == first
    assert agreement_difference(whole, source="jury", dimension="overall", within="") == jury
    sliced = agreement_difference(whole, source="jury", dimension="empathy", within="adversarial")
    everything = agreement_difference(whole, source="jury", dimension="empathy", within="")
    assert 0 < sliced.n < everything.n
    assert 0 < sliced.clusters["dialogue"] < 40


@pytest.mark.parametrize(
    ("source", "dimension", "part"),
    [
        ("nobody", "overall", ""),
        ("raters", "overall", ""),
        ("jury", "warmth", ""),
        ("jury", "overall", "rare"),
    ],
)
def test_a_contrast_without_answers_says_so(whole: Evidence, source: str, dimension: str, part: str) -> None:
    found = agreement_difference(whole, source=source, dimension=dimension, within=part)
    assert found.value is None
    assert found.undefined != ""


def test_twice_the_same(whole: Evidence) -> None:
    assert SECTIONS[0](whole) == SECTIONS[0](whole)


def test_nobody_answered(tmp_path: Path) -> None:
    section = SECTIONS[0](evidence_of([], tmp_path))
    assert section.parts == ()
    assert section.absent.startswith("There are neither votes of raters nor those of two judges.")


def test_one_judge_alone_is_absent_and_two_never_look_like_people(tmp_path: Path) -> None:
    rows = [row(pair, "judge one", -1) for pair in range(3)]
    assert SECTIONS[0](evidence_of(rows, tmp_path)).absent != ""
    section = SECTIONS[0](evidence_of(rows + [row(pair, "judge two", -1) for pair in range(3)], tmp_path))
    assert section.lead[0].startswith("No rater's votes are here")
    assert set(column(section, "coefficients", "answered_by")) == {"Judges"}
    assert said(column(section, "coefficients", "estimate")[0]) == 1.0


def test_raters_alone_say_that_no_judge_answered(tmp_path: Path) -> None:
    rows = [row(pair, f"rater {who}", -1) for pair in range(3) for who in "ab"]
    section = SECTIONS[0](evidence_of(rows, tmp_path))
    assert section.lead[:2] == (
        "There are 2 raters, fewer than 5: what is found holds for these alone.",
        "Writers of people's replies are not known: intervals do not cluster by writer.",
    )
    assert section.lead[2].startswith("No judge answered")
    assert "no pair has 5 votes" in section.lead[4]
    assert said(column(section, "coefficients", "estimate")[0]) == 1.0


def test_one_rater_agrees_with_nobody(tmp_path: Path) -> None:
    section = SECTIONS[0](evidence_of([row(pair, "rater a", -1) for pair in range(3)], tmp_path))
    assert [said(one) for one in column(section, "coefficients", "estimate")] == [None] * 6


def test_repeats_on_the_same_side_and_turned(tmp_path: Path) -> None:
    rows = [row(pair, "rater a", -1) for pair in range(6)]
    rows += [row(pair, "rater a", -1, kind="repeat", occasion=2) for pair in (0, 1)]
    rows += [row(2, "rater a", -1, kind="repeat", occasion=2, turned=True)]
    rows += [row(3, "rater a", 1, kind="repeat", occasion=2, turned=True)]
    rows += [row(4, "rater a", 0, kind="repeat", occasion=2, turned=True)]
    rows += [row(7, "rater a", 1, kind="repeat", occasion=1)]  # skipped the first time: no repeat
    section = SECTIONS[0](evidence_of(rows, tmp_path))
    assert "All repeated answers are of one rater: how reliable others are is not known." in section.lead
    assert said(column(section, "repeats", "same_side_s1")[0]) == 1.0
    assert said(column(section, "repeats", "turned_s1")[0]) == pytest.approx(1 / 3)
    assert said(column(section, "repeats", "position_s1")[0]) == pytest.approx(2 / 3)
    assert said(column(section, "repeats", "turned_s2")[0]) == 0.5
    found = column(section, "repeats", "position_s2")[0]
    assert isinstance(found, Estimate)
    assert (found.value, found.n, dict(found.clusters)) == (0.5, 4, {"dialogue": 4, "rater": 1})


def test_repeats_that_all_agree_have_an_exact_interval_and_others_stay_within(
    tmp_path: Path,
) -> None:
    rows = [row(pair, f"rater {who}", -1) for pair in range(8) for who in "ab"]
    rows += [row(pair, "rater a", -1, kind="repeat", occasion=2) for pair in range(4)]
    rows += [row(pair, "rater b", -1, kind="repeat", occasion=2) for pair in range(4)]
    rows += [row(pair, "rater a", 1, kind="repeat", occasion=2, turned=True) for pair in (4, 5)]
    rows += [row(pair, "rater b", -1, kind="repeat", occasion=2, turned=True) for pair in (6, 7)]
    section = SECTIONS[0](evidence_of(rows, tmp_path))
    same, turned, effect = (
        column(section, "repeats", key)[0] for key in ("same_side_s1", "turned_s1", "position_s1")
    )
    assert isinstance(same, Estimate)
    assert (same.low, same.high) == pytest.approx((0.025**0.5, 1.0))  # two raters are fewer than 4 dialogues
    assert isinstance(turned, Estimate)
    assert isinstance(effect, Estimate)
    assert 0.0 < (turned.low or 0.0) < 0.5 < (turned.high or 1.0) < 1.0
    assert -1.0 <= (effect.low or -9.0) < 0.5 < (effect.high or 9.0) <= 1.0


def test_judges_among_each_other_are_no_raters(whole: Evidence, tmp_path: Path) -> None:
    rows = [
        row(pair, f"judge {who}", 1 if who in "ab" and pair < 3 else -1)
        for pair in range(9)
        for who in "abcdef"
    ]
    for evidence, kept in ((whole, "raters"), (evidence_of(rows, tmp_path), "judges")):
        section = SECTIONS[0](evidence)
        named = column(section, "coefficients_full", "answered_by")
        for name, cell in zip(named, column(section, "coefficients_full", "estimate"), strict=True):
            assert isinstance(cell, Estimate)
            assert ("rater" in cell.clusters) == (name == "Raters"), (kept, name)
    raw = column(section, "coefficients", "estimate")[0]
    assert isinstance(raw, Estimate)
    assert dict(raw.clusters) == {"dialogue": 9, "judge": 6}


def test_a_single_writer_or_rater_is_said(tmp_path: Path) -> None:
    rows = [row(pair, f"rater {who}", -1) for pair in range(3) for who in "abcde"]
    assert SECTIONS[0](written(rows, tmp_path, "ada")).lead[0] == (
        "All of people's replies are of one writer: what is found holds for that writer alone."
    )
    unknown = SECTIONS[0](written(rows, tmp_path, "")).lead[0]
    assert unknown == "Writers of people's replies are not known: intervals do not cluster by writer."
    alone = SECTIONS[0](written(rows[::5], tmp_path, "ada")).lead[0]
    assert alone == "All answers are of one rater: nobody is there to agree with."


def test_agreement_is_told_with_and_without_exclusions(tmp_path: Path) -> None:
    """Two raters and the judge say the same; a third, who is excluded, says the opposite on two of four."""
    rows = [row(pair, f"rater {who}", -1) for pair in range(4) for who in "ab"]
    rows += [row(pair, "rater c", 1 if pair < 2 else -1) for pair in range(4)]
    rows += [row(pair, "judge one", -1) for pair in range(4)]
    section = SECTIONS[0](written(rows, tmp_path, "ada", left_out="c"))
    names = ("answers", "compared", "pairs", "judge_with_raters", "raters_with_raters", "difference")
    cells = zip(*(column(section, "agreement_exclusions", name) for name in names), strict=True)
    found = {
        (answers, compared): [one.value if isinstance(one, Estimate) else one for one in rest]
        for answers, compared, *rest in cells
    }
    assert found == {
        ("as analysed", "raters among each other"): [4, None, 1.0, None],
        ("as analysed", "Judge one"): [4, 1.0, 1.0, 0.0],
        ("with excluded answers", "raters among each other"): [4, None, pytest.approx(2 / 3), None],
        ("with excluded answers", "Judge one"): [
            4, pytest.approx(5 / 6), pytest.approx(2 / 3), pytest.approx(1 / 6),
        ],
    }  # fmt: skip
