"""Whether profiles differ by more than raters do: by hand, and its size where raters have styles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from studies.analysis.rationales.apart import EMPTY, difference_apart, divergence_apart, profiles_apart
from studies.analysis.rationales.shares import differences
from studies.analysis.results import Estimate
from tests.studies.analysis.rationales.coverage import holds, many_raters, styled

BOTH = np.array([[1.0, 0.0], [0.0, 1.0]])


def test_two_codes_of_which_each_reason_has_one_are_a_paired_t_test() -> None:
    """Raters have the first code in d1 and d2, judges in d2: differences 1, 0, 0, t = 1 with 2 degrees."""
    weights = BOTH[[0, 0, 1, 1, 0, 1]]
    dialogue = np.array([0, 1, 2, 0, 1, 2], dtype=np.int32)
    left = np.arange(6) < 3
    p = profiles_apart(weights, left, ~left, np.ones(6), {"dialogue": dialogue})
    assert p == pytest.approx(2 * stats.t.sf(1, 2))


def test_without_two_dialogues_or_codes_there_is_no_p() -> None:
    left = np.array([True, False])
    one = {"dialogue": np.zeros(2, dtype=np.int32)}
    two = {"dialogue": np.arange(2, dtype=np.int32)}
    assert profiles_apart(BOTH, left, ~left, np.ones(2), one) is None
    assert profiles_apart(np.zeros((2, 2)), left, ~left, np.ones(2), two) is None
    assert difference_apart(Estimate(0.5, undefined="One side.")) is None


def test_p_of_a_difference_says_what_its_interval_says() -> None:
    rng, said = np.random.default_rng(4), []
    for _study in range(200):
        weights, dialogue, rater, left = styled(20, 4, 0.5, rng)
        (found, *_others) = differences(weights, left, ~left, {"dialogue": dialogue, "rater": rater})
        p = difference_apart(found)
        if found.low is not None and found.high is not None and p is not None:
            said.append((p <= 0.05) == (found.low > 0 or found.high < 0))
    assert len(said) > 150
    assert all(said)


def test_raters_with_styles_of_their_own_are_not_taken_for_another_profile() -> None:
    """60 dialogues, ten raters with styles (.5 on log odds): no more than 5 % of 200 studies are called."""
    rng, called = np.random.default_rng(5), 0
    for _study in range(200):
        weights, dialogue, rater, left = styled(60, 10, 0.5, rng)
        ways = {"dialogue": dialogue, "rater": rater}
        p = profiles_apart(weights, left, ~left, np.ones(len(left)), ways)
        assert p is not None
        called += int(p <= 0.05)
    assert called <= stats.binom.ppf(0.999, 200, 0.05)


def test_the_divergences_interval_is_a_t_interval_of_its_derivative() -> None:
    """Raters have the first code in three of four dialogues, judges in one: profiles (¾, ¼) and (¼, ¾)."""
    weights = BOTH[[0, 0, 0, 1, 1, 1, 1, 0]]
    dialogue = np.tile(np.arange(4, dtype=np.int32), 2)
    left = np.arange(8) < 4
    found = divergence_apart(weights, left, ~left, np.ones(8), {"dialogue": dialogue})
    assert found.value == pytest.approx(1 - stats.entropy([0.75, 0.25], base=2))
    # By log2(1.5) / 2 for the first code, log2(.5) / 2 for the second: log2(3) / 2 for each step of ¼ · ½.
    moved = np.log2(3) / 2 * np.array([1, 1, 1, -3]) / 16
    both = moved + np.array([1, 1, 1, -3]) / 16 * np.log2(3) / 2
    se = np.sqrt((both**2).sum() * 4 / 3)
    assert found.se == pytest.approx(se)
    assert found.low == pytest.approx(max(0.0, found.value - stats.t.ppf(0.975, 3) * se))
    assert found.clusters == {"dialogue": 4}


def test_profiles_that_nothing_moves_apart_have_no_interval() -> None:
    weights, left = BOTH[[0, 1, 0, 1]], np.arange(4) < 2
    ways = {"dialogue": np.array([0, 1, 0, 1], dtype=np.int32)}
    found = divergence_apart(weights, left, ~left, np.ones(4), ways)
    assert (found.value, found.low) == (0.0, None)
    assert found.undefined.startswith("Both profiles are the same")
    empty = divergence_apart(np.zeros((4, 2)), left, ~left, np.ones(4), ways)
    assert (empty.value, empty.undefined) == (None, EMPTY)


def test_the_divergences_interval_knows_that_raters_differ() -> None:
    """300 dialogues, ten raters with styles: by dialogue alone four of five intervals held the truth."""
    rng, held, truth = np.random.default_rng(7), 0, many_raters(0.5, 1.0)
    for _study in range(60):
        weights, dialogue, rater, left = styled(300, 10, 0.5, rng, 1.0)
        ways = {"dialogue": dialogue, "rater": rater}
        held += holds(divergence_apart(weights, left, ~left, np.ones(len(left)), ways), truth)
    assert held >= 54
