from pathlib import Path

import pytest

from studies.analysis.bias.lengths import lengths
from studies.analysis.evidence import Evidence
from tests.studies.analysis.tables import Row, answer, evidence_of, rows_of, turned, value, why, write


def named(row: Row) -> dict[str, object]:
    """The row with the names of its replies."""
    sides = {
        f"response_{side}": f"{row['dialogue']}/{row[f'system_{side}']}/1" for side in ("first", "second")
    }
    return {**row, **sides}


def with_words(folder: Path, rows: list[dict[str, object]], words: dict[str, tuple[int, int]]) -> Evidence:
    """Evidence whose dialogues have replies of so many words by the person and the model."""
    write(folder, "responses.csv", [
        {"response": f"{dialogue}/{system}/1", "dialogue": dialogue, "system": system, "words": count}
        for dialogue, counts in words.items()
        for system, count in zip(("human", "model"), counts, strict=True)
    ])  # fmt: skip
    return evidence_of(folder, [named(row) for row in rows])


def test_without_lengths_ties_are_told_alone(tmp_path: Path) -> None:
    section = lengths(evidence_of(tmp_path, [answer(0), answer(1, dialogue="d2")]))
    assert section.lead[0].startswith("Replies' lengths are not known")
    assert [part.key for part in section.parts] == ["bias_ties", "bias_ties_full"]
    assert value(rows_of(section, "bias_ties")[0]["no_difference"]) == 0.5


def test_the_longer_reply_is_found_on_either_side(tmp_path: Path) -> None:
    """Decided: longer, longer, shorter; of equal length and undecided ones do not count."""
    rows = [
        answer(1, dialogue="d1"), turned(-1, dialogue="d2"), answer(-1, dialogue="d3"),
        answer(-1, dialogue="d4"), answer(0, dialogue="d5"),
    ]  # fmt: skip
    words = {"d1": (10, 20), "d2": (10, 15), "d3": (10, 30), "d4": (10, 10), "d5": (5, 10)}
    (found,) = rows_of(lengths(with_words(tmp_path, rows, words)), "bias_length")
    assert (value(found["longer_preferred"]), found["answers"]) == pytest.approx((2 / 3, 5))


def test_the_slope_is_that_of_least_squares(tmp_path: Path) -> None:
    """Score − ½ of the person's reply: ½, −½, ½ on −1, 1 and 2 tens of words more: (−½ − ½ + 1) / 6; within
    the couple of systems, off the means 1/6 and 2/3: (−5/9 − 2/9 + 4/9) / (14/3)."""
    rows = [answer(-1, dialogue="d1"), answer(1, dialogue="d2"), answer(-1, dialogue="d3")]
    words = {"d1": (10, 20), "d2": (20, 10), "d3": (40, 20)}
    (found,) = rows_of(lengths(with_words(tmp_path, rows, words)), "bias_length")
    assert value(found["slope"]) == pytest.approx(0.0, abs=1e-12)
    assert value(found["slope_within"]) == pytest.approx((-5 / 9 - 2 / 9 + 4 / 9) / (14 / 3))


def test_ten_words_more_that_always_win_are_worth_half_a_preference(tmp_path: Path) -> None:
    rows = [answer(1, dialogue="d1"), answer(-1, dialogue="d2")]
    (found,) = rows_of(lengths(with_words(tmp_path, rows, {"d1": (10, 20), "d2": (20, 10)})), "bias_length")
    assert value(found["slope"]) == value(found["slope_within"]) == 0.5


def test_replies_of_one_length_have_no_slope(tmp_path: Path) -> None:
    (found,) = rows_of(lengths(with_words(tmp_path, [answer(1)], {"d1": (7, 7)})), "bias_length")
    assert why(found["slope"]) == "All replies have the same number of words."
    assert why(found["longer_preferred"]) == "No decided answer compares replies of different length."


def test_systems_that_always_differ_by_the_same_have_no_slope_within(tmp_path: Path) -> None:
    rows = [answer(1, dialogue="d1"), answer(-1, dialogue="d2")]
    (found,) = rows_of(lengths(with_words(tmp_path, rows, {"d1": (5, 9), "d2": (6, 10)})), "bias_length")
    assert why(found["slope_within"]) == (
        "The replies of each two systems differ by the same number of words."
    )


def test_a_scale_without_a_middle_has_no_rate_of_ties(tmp_path: Path) -> None:
    (found,) = rows_of(lengths(evidence_of(tmp_path, [answer(1, scale=4)])), "bias_ties")
    assert why(found["no_difference"]) == "The answer scale has no option for no difference."


def test_a_jury_has_ties_where_judges_split(tmp_path: Path) -> None:
    judge = {"source_kind": "judge"}
    rows = [answer(1, source="one", **judge), answer(-1, source="two", **judge)]
    found = {row["eyes"]: value(row["no_difference"])
             for row in rows_of(lengths(evidence_of(tmp_path, rows)), "bias_ties")}  # fmt: skip
    assert found == {"Judge one": 0.0, "Judge two": 0.0, "Jury of judges": 1.0}
