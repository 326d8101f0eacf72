from pathlib import Path

import pytest

from studies.analysis.bias.raters import raters
from tests.studies.analysis.tables import answer, ends, evidence_of, rows_of, value, why, write


def test_without_time_and_sessions_the_section_says_so(tmp_path: Path) -> None:
    section = raters(evidence_of(tmp_path, [answer(1)]))
    assert section.absent.startswith("Raters' time is not told")
    assert "sessions.csv is missing" in section.absent


def test_seconds_are_the_median_of_raters_own_medians(tmp_path: Path) -> None:
    """r1: 10, 20, 90; r2: 40; r3: 60 and 80. A rating without a time does not count."""
    times = [("r1", 10), ("r1", 20), ("r1", 90), ("r2", 40), ("r3", 60), ("r3", 80), ("r4", "")]
    rows = [
        answer(1, dialogue=f"d{n}", source=rater, seconds=time, layout="side" if n else "stacked")
        for n, (rater, time) in enumerate(times)
    ]
    every, side, stacked = rows_of(raters(evidence_of(tmp_path, rows)), "raters_pace")
    assert (every["layout"], every["ratings"], value(every["seconds"])) == ("all", 6, 40.0)
    assert (side["layout"], side["ratings"], value(side["seconds"])) == ("side by side", 5, 55.0)
    assert (stacked["layout"], value(stacked["seconds"])) == ("one above the other", 10.0)
    assert why(every["too_fast"]).startswith("Replies' lengths are not known")


def test_less_than_400_words_a_minute_allow_is_too_fast(tmp_path: Path) -> None:
    """Both replies have 40 words together: 6 seconds."""
    write(tmp_path, "responses.csv", [
        {"response": f"d/{system}", "dialogue": "d", "system": system, "words": 20}
        for system in ("human", "model")
    ])  # fmt: skip
    names = {"response_first": "d/human", "response_second": "d/model"}
    rows = [
        answer(1, pair=f"p{n}", source=f"r{n}", seconds=time, **names) for n, time in enumerate((5, 6, 7, 1))
    ]
    (every,) = rows_of(raters(evidence_of(tmp_path, rows)), "raters_pace")
    assert value(every["too_fast"]) == 0.5


def test_decoys_and_checks_are_facts_with_and_without_the_excluded(tmp_path: Path) -> None:
    write(tmp_path, "sessions.csv", [
        {"rater": name, "outcome": "completed", "excluded": out, "decoys_seen": 2, "decoys_lost": lost,
         "checks_seen": 0, "checks_failed": 0}
        for name, out, lost in (("r1", 0, 0), ("r2", 0, 1), ("r3", 1, 2))
    ])  # fmt: skip
    kept, every, checks, _all = rows_of(raters(evidence_of(tmp_path, [answer(1)])), "raters_checks")
    assert [kept[key] for key in ("what", "raters", "answered", "lost", "raters_with_any")] == [
        "decoys", "not excluded", 4, 1, 1,
    ]  # fmt: skip
    assert (value(kept["share"]), value(every["share"])) == (0.25, 0.5)
    assert why(checks["share"]) == "None was met."


def test_no_decoy_lost_has_an_exact_upper_end_over_raters(tmp_path: Path) -> None:
    write(tmp_path, "sessions.csv", [
        {"rater": f"r{n}", "outcome": "completed", "decoys_seen": 3, "decoys_lost": 0, "checks_seen": 0}
        for n in range(4)
    ])  # fmt: skip
    found = rows_of(raters(evidence_of(tmp_path, [answer(1)])), "raters_checks")[0]
    assert ends(found["share"]) == pytest.approx((0.0, 1 - 0.025**0.25))
