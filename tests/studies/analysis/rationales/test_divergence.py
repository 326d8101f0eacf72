"""How far profiles are apart: by hand, planted, and where nothing is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from studies.analysis.rationales.distances import profile_distance
from studies.analysis.rationales.divergence import Paired, divergence, exchanged, paired
from studies.analysis.rationales.profiles import profiles
from tests.studies.analysis.rationales.tables import (
    USUAL,
    Planted,
    coded,
    coding,
    judged,
    number,
    planted,
    reason,
)
from tests.studies.analysis.tables import ends, rows_of, value, why

BOTH = np.array([True, True])


def test_divergence_by_hand() -> None:
    """(1, 0) and (½, ½) around (¾, ¼): ½ log₂(4/3) + ½ (½ log₂(2/3) + ½ log₂ 2)."""
    by_hand = (np.log2(4 / 3) + 0.5 * np.log2(2 / 3) + 0.5) / 2
    assert divergence(np.array([3.0, 0.0]), np.array([1.0, 1.0])) == pytest.approx(by_hand)
    assert divergence(np.array([1.0, 0.0]), np.array([0.0, 2.0])) == 1
    assert divergence(np.array([1.0, 2.0]), np.array([2.0, 4.0])) == 0
    assert np.isnan(divergence(np.array([0.0, 0.0]), np.array([1.0, 0.0])))


def test_few_dialogues_are_exchanged_in_all_ways() -> None:
    """Raters have the first code only, judges the second, in three dialogues: 2 of 8 exchanges are as far,
    the others leave profiles (2/3, 1/3) and (1/3, 2/3).
    """
    pair = Paired(np.tile([1.0, 0.0], (3, 1)), np.tile([0.0, 1.0], (3, 1)), (3, 3))
    found = exchanged(pair, BOTH, 100, np.random.default_rng(1))
    apart = float(divergence(np.array([2.0, 1.0]), np.array([1.0, 2.0])))
    assert (found.p, found.draws) == (2 / 8, 0)
    assert found.p_codes.tolist() == [2 / 8, 2 / 8]
    assert found.baseline == pytest.approx((2 + 6 * apart) / 8)


def test_dialogues_count_alike_and_only_with_both_sources() -> None:
    weights = np.array([[1.0], [0.0], [1.0], [1.0], [0.0]])
    dialogue = np.array([0, 0, 1, 0, 2], dtype=np.int32)
    left = np.array([True, True, True, False, False])
    pair = paired(weights, dialogue, left, ~left)
    assert (pair.left.tolist(), pair.right.tolist(), pair.reasons) == ([[0.5]], [[1.0]], (2, 1))


def test_the_test_of_equal_profiles_keeps_its_size() -> None:
    """300 studies in which dialogues have profiles of their own and sources none; raters write one to four
    reasons each time, judges two.
    """
    rng, studies = np.random.default_rng(11), 300
    usual = np.array(list(USUAL.values()))
    every = np.ones(len(usual), dtype=bool)
    raters, rejected = 1 + np.arange(40) % 4, 0
    for _study in range(studies):
        dialogue = np.repeat(np.arange(40), raters + 2).astype(np.int32)
        left = np.concatenate([np.arange(count + 2) < count for count in raters.tolist()])
        odds = np.log(usual / (1 - usual)) + rng.normal(0, 0.7, (40, len(usual)))[dialogue]
        weights = (rng.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float)
        rejected += exchanged(paired(weights, dialogue, left, ~left), every, 199, rng).p <= 0.05
    low, high = (stats.binom.ppf(tail, studies, 0.05) for tail in (0.001, 0.999))
    assert low <= rejected <= high


def test_what_raters_stress_is_found_and_nothing_else(tmp_path: Path) -> None:
    design = Planted(stress={"rater": {"resonance": 0.6}}, error=0.03)
    evidence = planted(tmp_path, design, np.random.default_rng(2))
    section = profile_distance(evidence)
    rows = {(row["coded_by"], row["left"], row["right"]): row for row in rows_of(section, "profile_distance")}
    assert len(rows) == 6
    for coder in ("Human coders", "Coder m1"):
        for judges in ("Judges", "Judges without rubric"):
            row = rows[coder, "Raters", judges]
            assert number(row["p"]) <= 0.05
            assert number(row["p_exchanged"]) <= 0.01
            assert value(row["divergence"]) > 2 * value(row["baseline"])
            assert value(row["distance"]) == pytest.approx(value(row["divergence"]) ** 0.5)
        assert number(rows[coder, "Judges", "Judges without rubric"]["p"]) > 0.05
    flagged = {
        (row["left"], row["right"], row["code"])
        for row in rows_of(section, "profile_differences")
        if number(row["p_holm"]) <= 0.05
    }
    assert flagged == {("Raters", "Judges", "resonance"), ("Raters", "Judges without rubric", "resonance")}
    (first,) = [
        row["difference"] for row in rows_of(section, "profile_differences")
        if (row["coded_by"], row["right"], row["code"]) == ("Human coders", "Judges", "resonance")
    ]  # fmt: skip
    low, high = ends(first)
    assert low < 0.94 * (0.6 - 0.25) < high


def test_shares_of_reasons_by_hand(tmp_path: Path) -> None:
    passages = [reason("a"), reason("b", dialogue="d2"), judged("c"), judged("d", dialogue="d2")]
    given = {"a": "resonance", "b": "", "c": "resonance", "d": "resonance|attunement"}
    section = profiles(coded(tmp_path, passages, [coding(key, some) for key, some in given.items()]))
    shares = {(row["source"], row["code"]): row["share"] for row in rows_of(section, "reasons_dimensions")}
    assert value(shares["Raters", "resonance"]) == 0.5
    assert value(shares["Judge j1", "resonance"]) == 1
    assert ends(shares["Judge j1", "resonance"]) == pytest.approx((0.025**0.5, 1))
    assert value(shares["Judge j1", "attunement"]) == 0.5
    assert {source for source, _code in shares} == {"Raters", "Judge j1"}


def test_one_dialogue_has_a_distance_and_no_interval(tmp_path: Path) -> None:
    codings = [coding("a", "resonance"), coding("b", "attunement")]
    (row,) = rows_of(
        profile_distance(coded(tmp_path, [reason("a"), judged("b")], codings)), "profile_distance"
    )
    assert (value(row["divergence"]), row["p"], row["p_exchanged"], row["dialogues"]) == (1, None, 1, 1)
    assert why(row["divergence"]).startswith("An interval needs two dialogues")
