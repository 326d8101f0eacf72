"""Strategies of replies: shares by hand, a planted turn on adversarial dialogues, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from studies.analysis.rationales.shares import changes, differences
from studies.analysis.rationales.strategies import strategies
from studies.analysis.rationales.turning import changed, strata_of
from tests.studies.analysis.rationales.tables import Planted, coded, coding, number, planted, reply
from tests.studies.analysis.tables import answer, ends, rows_of, table, turned, value, why


def test_shares_differences_and_ratios_by_hand(tmp_path: Path) -> None:
    """People reframe in 3 of 4 replies, the model in 1 of 4: half more, three times as often."""
    passages, codings = [], []
    for system, some in (("human", (1, 1, 1, 0)), ("model", (1, 0, 0, 0))):
        for place, one in enumerate(some):
            key = f"{system}{place}"
            passages.append(reply(key, system, dialogue=f"d{place}", tags="adversarial" if place < 2 else ""))
            codings.append(coding(key, "reframe" if one else ""))
    section = strategies(coded(tmp_path, passages, codings))
    shares = {
        (row["system"], row["slice"]): value(row["share"])
        for row in rows_of(section, "strategies_full") if row["strategy"] == "reframe"
    }  # fmt: skip
    assert shares == {
        ("all people", "all"): 0.75, ("all models", "all"): 0.25,
        ("human", "all"): 0.75, ("model", "all"): 0.25,
        ("all people", "regular"): 0.5, ("all models", "regular"): 0, ("human", "regular"): 0.5,
        ("model", "regular"): 0, ("all people", "adversarial"): 1, ("all models", "adversarial"): 0.5,
        ("human", "adversarial"): 1, ("model", "adversarial"): 0.5,
    }  # fmt: skip
    (row,) = [
        one for one in rows_of(section, "strategies_against_full")
        if (one["model"], one["slice"], one["strategy"]) == ("model", "all", "reframe")
    ]  # fmt: skip
    assert value(row["difference"]) == pytest.approx(0.5)
    assert value(row["ratio"]) == pytest.approx(3)
    (turn,) = [one for one in rows_of(section, "strategies_interaction") if one["strategy"] == "reframe"]
    assert [value(turn[key]) for key in ("people", "models", "difference")] == pytest.approx([0.5, 0.5, 0])
    assert why(turn["difference"]).startswith("On one side all or none")
    drawn = table(section, "strategies_figure")
    assert [row[0] for row in drawn.rows[::5]] == ["human", "model"]


def test_who_reframes_twice_as_often_on_adversarial_turns_is_found_and_nobody_else(tmp_path: Path) -> None:
    design = Planted(dialogues=200, adversarial=80, pairs=1, ratings=1, judges=(), bare=(),
                     adversarial_use={"m-a": {"reframe": 0.6}}, error=0.02)  # fmt: skip
    evidence = planted(tmp_path, design, np.random.default_rng(8), resamples=1000)
    rows = [row for row in rows_of(strategies(evidence), "strategies_change_full")
            if row["coded_by"] == "Human coders"]  # fmt: skip
    flagged = {(row["system"], row["strategy"]) for row in rows if number(row["p_holm"]) <= 0.05}
    assert flagged - {("all models", "reframe")} == {("m-a", "reframe")}
    (mine,) = [row for row in rows if (row["system"], row["strategy"]) == ("m-a", "reframe")]
    low, high = ends(mine["ratio"])
    assert 1 < low < 2 < high


def test_what_people_alone_do_on_adversarial_turns_is_an_interaction(tmp_path: Path) -> None:
    design = Planted(dialogues=160, adversarial=60, pairs=1, ratings=1, judges=(), bare=(),
                     adversarial_use={"human": {"tension_naming": 0.7}})  # fmt: skip
    section = strategies(planted(tmp_path, design, np.random.default_rng(9), resamples=1000))
    flagged = {
        row["strategy"] for row in rows_of(section, "strategies_interaction") if number(row["p_holm"]) <= 0.05
    }
    assert flagged == {"tension_naming"}


def test_a_rare_strategy_that_adversarial_turns_never_have_is_no_finding() -> None:
    """20 adversarial dialogues of 300; a strategy in 4 % of replies is often in none of the 20. Of 200
    studies the test calls 5 % or fewer.
    """
    rng = np.random.default_rng(10)
    adversarial = np.arange(300) < 20
    called = 0
    for _study in range(200):
        values = (rng.random((300, 1)) < 0.04).astype(float)
        p = changed(values, adversarial, np.zeros(300, dtype=np.int32), 199, rng)
        assert p is not None
        called += int(p[0] <= 0.05)
    assert called <= stats.binom.ppf(0.999, 200, 0.05)


def test_a_writers_habit_is_no_change_on_adversarial_turns() -> None:
    """Seven writers of blocks of dialogues, the first of whom have all 20 adversarial ones, with styles of
    their own (1 on log odds): of 200 studies 5 % or fewer are called, and none where nobody has both.
    """
    rng, called = np.random.default_rng(12), 0
    adversarial, writer = np.arange(60) < 20, (np.arange(60) * 7 // 60).astype(np.int32)
    for _study in range(200):
        odds = rng.normal(0, 1, 7)[writer] - 0.5
        p = changed(
            (rng.random(60) < 1 / (1 + np.exp(-odds)))[:, None].astype(float), adversarial, writer, 199, rng
        )
        assert p is not None
        called += int(p[0] <= 0.05)
    assert called <= stats.binom.ppf(0.999, 200, 0.05)
    assert changed(np.ones((2, 1)), adversarial[19:21], writer[[0, 59]], 99, rng) is None


def test_exchanges_within_writers_by_hand() -> None:
    """Two writers with an adversarial dialogue that has it and a regular one that has not: of four exchanges
    two are as far.
    """
    values, marks = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([True, False, True, False])
    p = changed(values, marks, np.array([0, 0, 1, 1], dtype=np.int32), 4000, np.random.default_rng(1))
    assert p is not None
    assert p[0] == pytest.approx(0.5, abs=0.04)


def test_dialogues_of_the_same_writers_are_a_stratum() -> None:
    dialogue, writer = (np.array(some, dtype=np.int32) for some in ((0, 0, 1, 1, 2, 3), (4, 5, 5, 4, 4, -1)))
    assert strata_of(dialogue, writer, 4).tolist() == [2, 2, 1, 0]


def test_whether_the_reply_with_a_strategy_is_preferred_by_hand(tmp_path: Path) -> None:
    """People's reply reframes in d1 and d2, the model's in d3, both or a split code in d4 and d5. Raters
    prefer people's in d1, none in d2, the model's in d3: (1 + ½ + 1) / 3.
    """
    both = {"d1": "10", "d2": "10", "d3": "01", "d4": "11", "d5": "?0"}
    passages, codings, verdicts = [], [], []
    for dialogue, has in both.items():
        for system, one in zip(("human", "model"), has, strict=True):
            key = f"{system} {dialogue}"
            passages.append(reply(key, system, dialogue=dialogue, response=key))
            for coder, given in (("c1", one in "1?"), ("c2", one == "1")):
                codings.append(coding(key, "reframe" if given else "", coder))
    shown = (
        ("d1", -1, answer),
        ("d2", 0, answer),
        ("d3", -1, turned),
        ("d4", -1, answer),
        ("d5", -1, answer),
    )
    for dialogue, said, row in shown:
        names = ["human", "model"] if row is answer else ["model", "human"]
        first, second = (f"{name} {dialogue}" for name in names)
        verdicts.append(row(said, dialogue=dialogue, response_first=first, response_second=second))
    section = strategies(coded(tmp_path, passages, codings, verdicts=verdicts))
    (found,) = rows_of(section, "strategies_preferred_full")
    assert (found["strategy"], found["ratings"]) == ("reframe", 3)
    assert value(found["preference"]) == pytest.approx(2.5 / 3)


def test_without_people_or_adversarial_dialogues_it_says_so(tmp_path: Path) -> None:
    section = strategies(coded(tmp_path, [reply("a", "m1")], [coding("a", "reframe")]))
    assert [text.partition(":")[0] for text in section.lead[1:]] == [
        "People's replies are not set beside models'", "No change on adversarial dialogues is told",
    ]  # fmt: skip
    assert [part.key for part in section.parts] == ["strategies_figure", "strategies_full"]


def test_a_change_against_a_change_goes_from_minus_two_to_two() -> None:
    """People .2 to .8, models .8 to .2, ten dialogues on each side: .6 + .6, n of the smallest part."""
    often = np.tile(np.arange(5) < 4, 2).astype(float)
    weights = np.concatenate([often, 1 - often, 1 - often, often])[:, None]
    part = np.repeat(np.arange(4), 10)
    (found,) = changes(
        weights, [part == one for one in range(4)], {"dialogue": np.arange(40, dtype=np.int32)}
    )
    low, high = ends(found)
    assert value(found) == pytest.approx(1.2)
    assert found.n == 10
    assert 0.4 < low < 1.2 < high < 2


def test_equal_shares_differ_by_nothing_at_all() -> None:
    """Three replies each with .1, .2 and .3, summed in another order: 0, not rounding."""
    weights = np.array([[0.1], [0.2], [0.3], [0.3], [0.2], [0.1]])
    people = np.arange(6) < 3
    (found,) = differences(weights, people, ~people, {"dialogue": np.arange(6, dtype=np.int32)})
    assert value(found) == 0
    assert found.n == 3
