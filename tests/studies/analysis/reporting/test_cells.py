"""Numbers before they are written: plain, rounded, finite."""

from __future__ import annotations

import math

import numpy as np
import pytest

from studies.analysis.reporting.cells import NOT_FINITE, rounded, settled
from studies.analysis.results import Estimate


@pytest.mark.parametrize(
    ("number", "kept"),
    [(1 / 3, 0.333333), (1234567.8, 1234570.0), (-0.0, 0.0), (1e-12, 1e-12), (0.1 + 0.2, 0.3)],
)
def test_six_digits_are_kept(number: float, kept: float) -> None:
    assert rounded(number) == kept
    assert math.copysign(1, rounded(number)) == math.copysign(1, kept)


def test_numbers_of_numpy_become_pythons() -> None:
    cells = [settled(cell) for cell in (np.float64(0.5), np.int32(3), np.bool_(True), np.str_("a"), None, 7)]
    assert cells == [0.5, 3, True, "a", None, 7]
    assert [type(cell) for cell in cells[:4]] == [float, int, bool, str]


def test_what_is_not_finite_is_undefined_and_says_so() -> None:
    assert settled(math.nan) == settled(np.float32(np.inf)) == Estimate(None, undefined=NOT_FINITE)
    assert settled(Estimate(0.5, 0.4, math.inf, math.nan, 3)) == Estimate(0.5, n=3, undefined=NOT_FINITE)
    assert settled(Estimate(math.nan, 0.4, 0.6, n=3)) == Estimate(None, n=3, undefined=NOT_FINITE)


def test_an_estimates_own_reason_stays() -> None:
    told = Estimate(0.5, n=2, undefined="One dialogue has no spread.")
    assert settled(told) == told


def test_clusters_stand_in_the_order_of_their_names() -> None:
    plain = settled(Estimate(0.5, 0.4, 0.6, 0.05, 9, {"writer": np.int64(2), "dialogue": 3}))  # type: ignore[dict-item]
    assert isinstance(plain, Estimate)
    assert list(plain.clusters.items()) == [("dialogue", 3), ("writer", 2)]


def test_a_cell_of_another_kind_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="list"):
        settled([1])
