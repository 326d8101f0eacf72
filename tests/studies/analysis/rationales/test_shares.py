"""Differences where one side has all or none: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from studies.analysis.proportions import share
from studies.analysis.rationales.apart import difference_apart
from studies.analysis.rationales.shares import ONE_SIDE, differences
from studies.analysis.reading import Codes

#: Twenty rows in ten dialogues; of the left side, one a dialogue, three have the code, of the right none.
LEFT = np.arange(20) < 10
DIALOGUE = np.tile(np.arange(10, dtype=np.int32), 2)
SOME = (np.arange(20) < 3).astype(float)[:, None]
#: Of ten dialogues none: 1 − .025^(1/10).
NONE_OF_TEN = 0.3084971


def ends_of(weights: np.ndarray, ways: dict[str, Codes]) -> tuple[float, float]:
    (found,) = differences(weights, LEFT, ~LEFT, ways)
    assert found.low is not None
    assert found.high is not None
    assert (found.se, found.undefined) == (None, "")
    assert difference_apart(found) is None
    return found.low, found.high


def test_none_on_one_side_adds_the_squared_arms_of_both() -> None:
    left = share(SOME[LEFT, 0], {"dialogue": DIALOGUE[LEFT]})
    assert left.low is not None
    assert left.high is not None
    low, high = ends_of(SOME, {"dialogue": DIALOGUE})
    assert low == pytest.approx(0.3 - np.hypot(0.3 - left.low, NONE_OF_TEN), abs=1e-6)
    # The side without any cannot have less than none: above, only the other's arm is left.
    assert high == pytest.approx(left.high, abs=1e-9)


def test_none_on_both_sides_is_each_exact() -> None:
    low, high = ends_of(np.zeros((20, 1)), {"dialogue": DIALOGUE})
    assert (low, high) == pytest.approx((-NONE_OF_TEN, NONE_OF_TEN), abs=1e-6)


def test_all_against_none_stays_within_one() -> None:
    low, high = ends_of(LEFT.astype(float)[:, None], {"dialogue": DIALOGUE})
    assert low == pytest.approx(1 - np.hypot(NONE_OF_TEN, NONE_OF_TEN), abs=1e-6)
    assert high == pytest.approx(1.0)


def test_three_raters_who_never_have_it_are_three_trials() -> None:
    """Left are raters' reasons, three raters of three, three and four; of three none: 1 − .025^(1/3)."""
    rater = np.where(LEFT, np.arange(20) % 3, -1).astype(np.int32)
    weights = (np.arange(20) == 12).astype(float)[:, None]
    right = share(weights[~LEFT, 0], {"dialogue": DIALOGUE[~LEFT]})
    assert right.low is not None
    low, high = ends_of(weights, {"dialogue": DIALOGUE, "rater": rater})
    assert high == pytest.approx(-0.1 + np.hypot(1 - 0.025 ** (1 / 3), 0.1 - right.low), abs=1e-6)
    assert low < -0.1


def test_one_dialogue_on_a_side_still_has_no_interval() -> None:
    ways = {"dialogue": np.where(LEFT, np.arange(20), 10).astype(np.int32)}
    (found,) = differences(SOME, LEFT, ~LEFT, ways)
    assert (found.low, found.undefined) == (None, ONE_SIDE)
