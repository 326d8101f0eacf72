"""The summary says what finished tables say, what matters first, and leaves out what is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.analysis.evidence import Options, read_evidence
from studies.analysis.results import Cell, Column, Estimate, Section, Table, undefined
from studies.analysis.sections import SECTIONS
from studies.analysis.summary import MOST, NOTHING, TITLE, in_short
from tests.studies.analysis.ranking.study_made import study_made


def section(key: str, table: str, *rows: dict[str, Cell]) -> Section:
    """A section with one table; the rows' keys are its columns."""
    columns = tuple(Column(name, name) for name in rows[0])
    return Section(
        key, key.title(), parts=(Table(table, table, columns, [tuple(row.values()) for row in rows]),)
    )


def plain(text: Cell) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


def said(*sections: Section) -> list[tuple[str, ...]]:
    (table,) = in_short(sections).parts
    assert isinstance(table, Table)
    return [tuple(map(plain, row)) for row in table.rows]


def share(value: float, low: float, high: float, n: int = 100) -> Estimate:
    return Estimate(value, low, high, n=n)


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.51, 0.60, "Raters prefer people's replies to models'"),
        (0.40, 0.49, "Raters prefer models' replies to people's"),
        (0.45, 0.55, "Raters: no clear preference between people's replies and models'"),
        (0.50, 0.60, "Raters: no clear preference between people's replies and models'"),
    ],
)
def test_preference_is_told_by_its_whole_interval(low: float, high: float, found: str) -> None:
    middle = (low + high) / 2
    rows = said(section("preference", "preference", {"eyes": "Raters", "share": share(middle, low, high)}))
    numbers = f"{100 * middle:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
    numbers = f"People's replies have {numbers} of the preference, ties as half, n = 100."
    assert rows == [(found, numbers, "Raters", "preference")]


def test_a_share_without_interval_is_not_called_clear() -> None:
    alone = undefined("One dialogue.", n=3, value=1.0)
    ((found, numbers, *_rest),) = said(
        section("preference", "preference", {"eyes": "Raters", "share": alone})
    )
    assert found.startswith("Raters: no clear preference")
    assert "100.0 % (no interval) of the preference" in numbers


def test_frozen_decisions_come_first_and_many_are_counted() -> None:
    preference = section("preference", "preference", {"eyes": "Raters", "share": share(0.6, 0.55, 0.65)})

    def contrast(name: str, p: float | None) -> dict[str, Cell]:
        difference = Estimate(0.1, 0.05, 0.15, n=40)
        return {"contrast": name, "difference": difference, "n": 40, "p_holm": p,
                "shown": p is not None and p < 0.05, "decision": "In words."}  # fmt: skip

    few = said(preference, section("confirmatory", "contrasts", contrast("h1", 0.01), contrast("h2", None)))
    assert [row[0] for row in few[:2]] == ["Shown: h1", "Not decided: h2"]
    assert few[0][1] == "In words. Difference +10.0 points [+5.0, +15.0], n = 40."
    many = said(section("confirmatory", "contrasts", *(contrast(f"h{n}", n / 50) for n in range(1, 5))))
    assert many == [
        ("2 of 4 confirmatory contrasts are shown", "Shown: h1, h2. Not shown: h3, h4.", "", "confirmatory")
    ]


@pytest.mark.parametrize(
    ("high_of_first", "low_of_last", "found"),
    [
        (1, 2, "a is the best of 2 systems"),
        (2, 2, "a stands first of 2 systems, but not surely"),
        (2, 1, "None of the 2 systems is surely better than another"),
    ],
)
def test_the_ranking_is_as_sure_as_its_ranks(high_of_first: int, low_of_last: int, found: str) -> None:
    def row(system: str, rank: int | None, low: int | None, high: int | None) -> dict[str, Cell]:
        elo = Estimate(1500.0, 1450.0, 1550.0, n=9)
        return {
            "eyes": "Raters",
            "rank": rank,
            "rank_low": low,
            "rank_high": high,
            "system": system,
            "elo": elo,
        }

    last = row("b", 2, low_of_last, 2)
    ((told, *_),) = said(
        section("ranking", "ranking", row("a", 1, 1, high_of_first), last, row("island", None, None, None))
    )
    assert told == found


def test_a_jury_that_cannot_be_compared_with_raters_leaves_the_word_to_a_judge() -> None:
    def row(who: str, difference: Estimate) -> dict[str, Cell]:
        share = Estimate(0.5, 0.4, 0.6, n=9)
        return {
            "answered_by": who, "ties": "count (S1)", "difference": difference, "equivalent": "not shown",
            "judge_with_raters": share, "raters_with_raters": share, "pairs": 9,
        }  # fmt: skip

    jury, judge = undefined("A pair needs 4 raters."), Estimate(0.0, -0.1, 0.1, n=9)
    ((told, *_),) = said(
        section("agreement", "agreement", row("Jury of judges", jury), row("Judge j", judge))
    )
    assert told == "Judge j: no clear difference to how raters agree with one another"


def agreeing(eyes: str, difference: Estimate) -> dict[str, Cell]:
    with_raters = undefined("No pair.") if difference.value is None else share(0.7, 0.6, 0.8)
    return {
        "eyes": eyes, "ties": "count", "judge_with_raters": with_raters, "raters_with_raters": with_raters,
        "difference": difference, "pairs": difference.n, "equivalent": "no",
    }  # fmt: skip


def test_agreement_without_a_difference_is_left_out() -> None:
    """No pair has answers of two raters: nothing was found, not even that nothing is clear."""
    nothing = agreeing("Jury of judges", undefined("No pair has the answers that this needs."))
    assert in_short((section("agreement", "agreement", nothing),)).absent == NOTHING
    (one,) = said(section("agreement", "agreement", nothing, agreeing("Judge j1", share(-0.2, -0.3, -0.1))))
    assert one[0] == "Judge j1: agrees less with raters than they do with one another"


def test_there_are_never_more_sentences_than_ten_and_the_closing_one() -> None:
    eyes: list[dict[str, Cell]] = [{"eyes": "Raters", "share": share(0.6, 0.55, 0.65)}] * (MOST + 5)
    absent = Section("safety", "Safety", absent="There is no flags.csv. More of it.")
    rows = said(section("preference", "preference", *eyes), absent)
    assert len(rows) == MOST + 1
    assert rows[-1] == ("Could not be told", "There is no flags.csv (Safety).", "", "")


def test_with_nothing_to_tell_it_says_so() -> None:
    assert in_short(()) == Section("summary", TITLE, absent=NOTHING)


def test_a_whole_study_is_told_with_links_that_lead_somewhere(tmp_path: Path) -> None:
    """Every sentence that raters and judges without texts, flags and guesses can bring."""
    study_made(tmp_path, texts=False)
    evidence = read_evidence(tmp_path, Options(human=("human",)))
    told = [one(evidence) for one in SECTIONS]
    summary = in_short(told)
    (table,) = summary.parts
    assert isinstance(table, Table)
    sections = [row[3] for row in table.rows]
    assert sections == ["preference", "preference", "preference", "ranking", "agreement", "replacing",
                        "bias_position", "consistency", ""]  # fmt: skip
    assert " analysed answers on " in summary.lead[0]
    assert "(Safety)" in str(table.rows[-1][1])
