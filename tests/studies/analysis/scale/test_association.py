"""Rank correlations by hand, against scipy, and how often the permutation test rejects what is not there."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy import stats

from studies.analysis.scale.association import Association, Shape, associated, null
from studies.analysis.scale.orderings import EXACT_UP_TO, drawn, every, inversions


def rng_for(purpose: str) -> np.random.Generator:
    return np.random.default_rng(len(purpose))


def p_of(found: Association) -> float:
    return found.p(lambda shape, exact: null(shape, exact, rng_for))


def a(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(
    ("x", "y", "rho", "p"),
    [
        # 2 of 24 orderings are perfect, one each way.
        (a(1, 2, 3, 4), a(10, 20, 30, 40), 1.0, 2 / 24),
        (a(1, 2, 3, 4), a(40, 30, 20, 10), -1.0, 2 / 24),
        # One swap of neighbours: three such orderings, with the perfect one four, and both ways eight.
        (a(1, 2, 3, 4), a(1, 2, 4, 3), 0.8, 8 / 24),
        # Five systems, one swap: 4 + 1 each way of 120.
        (a(1, 2, 3, 4, 5), a(2, 1, 3, 4, 5), 0.9, 10 / 120),
        # Two low and two high: of the six ways to choose who is high, two part them wholly, 4 orderings each.
        (a(1, 1, 2, 2), a(1, 2, 3, 4), 2 / np.sqrt(5), 8 / 24),
        (a(1, 2, 3), a(3, 1, 2), -0.5, 1.0),
    ],
)
def test_permutation_p_by_hand(x: np.ndarray, y: np.ndarray, rho: float, p: float) -> None:
    found = associated(x, y)
    assert found.rho == pytest.approx(rho)
    assert p_of(found) == pytest.approx(p)


@pytest.mark.parametrize("count", [3, 5, 8, 14, 20])
@pytest.mark.parametrize("ties", [False, True])
def test_rho_and_slope_are_scipys(count: int, ties: bool) -> None:
    rng = np.random.default_rng(count)
    x, y = rng.normal(size=count), rng.normal(size=count)
    x = np.round(x) if ties else x
    if np.ptp(x) == 0:
        x[0] += 1
    found = associated(x, y)
    assert found.rho == pytest.approx(stats.spearmanr(x, y)[0])
    assert found.slope == pytest.approx(stats.theilslopes(y, x)[0])
    drawn_y = rng.normal(size=(50, count))
    assert found.rhos(drawn_y) == pytest.approx([stats.spearmanr(x, row)[0] for row in drawn_y])
    assert found.slopes(drawn_y) == pytest.approx([stats.theilslopes(row, x)[0] for row in drawn_y])


def test_exact_p_is_the_share_of_all_orderings_by_scipys_rho() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=7), rng.normal(size=7)
    rho = associated(x, y).rho
    every_rho = [stats.spearmanr(x, y[order])[0] for order in every(7)]
    assert p_of(associated(x, y)) == pytest.approx(np.mean(np.abs(every_rho) >= abs(rho) - 1e-9))


def test_nothing_varies_has_no_rho() -> None:
    assert np.isnan(associated(a(1, 1, 1), a(1, 2, 3)).rho)


def test_orderings_are_all_different_and_complete() -> None:
    orders = every(5)
    assert orders.shape == (120, 5)
    assert len({tuple(row) for row in orders}) == 120
    assert np.all(np.sort(orders, axis=1) == np.arange(5))
    some = drawn(11, np.random.default_rng(1), 30)
    assert np.all(np.sort(some, axis=1) == np.arange(11))


def test_inversions_by_hand() -> None:
    """Three systems: 1, 2, 2, 1 of 6 orderings have 0 to 3 couples in the wrong order; with ties fewer."""
    assert inversions((1, 1, 1)) == pytest.approx((1 / 6, 2 / 6, 2 / 6, 1 / 6))
    assert inversions((2, 1)) == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    sizes = (1, 2, 2)
    by_force = np.zeros(9)
    group = np.repeat(np.arange(3), sizes)
    for order in every(5):
        place = order.argsort()
        couples = [(i, j) for i in range(5) for j in range(i) if group[i] != group[j]]
        by_force[sum(place[i] < place[j] for i, j in couples)] += 1 / 120
    assert inversions(sizes) == pytest.approx(by_force)


def test_the_slopes_interval_leaves_out_what_kendalls_test_allows() -> None:
    """Five systems: the two orderings with all couples alike are 2 of 120: the ends are the outer slopes."""
    x, y = a(1, 2, 3, 4, 5), a(1, 3, 2, 5, 4)
    steps = sorted((y[j] - y[i]) / (x[j] - x[i]) for i in range(5) for j in range(i + 1, 5))
    assert associated(x, y).slope_ends() == (steps[0], steps[-1])
    assert associated(x[:4], y[:4]).slope_ends() is None


@pytest.mark.parametrize("ties", [False, True])
def test_the_slopes_interval_covers(ties: bool) -> None:
    rng = np.random.default_rng(5)
    x = np.repeat(np.arange(5.0), 2) if ties else np.arange(10.0)
    held = 0
    for _study in range(600):
        ends = associated(x, 0.7 * x + rng.standard_t(3, size=10)).slope_ends()
        assert ends is not None
        held += ends[0] <= 0.7 <= ends[1]
    assert held / 600 >= 0.95 - 2 * np.sqrt(0.05 * 0.95 / 600)


@pytest.mark.parametrize("count", [6, 8, 12])
def test_size_that_means_nothing_is_rejected_no_more_often_than_promised(count: int) -> None:
    rng = np.random.default_rng(count)
    kept: dict[Shape, np.ndarray] = {}

    def null_of(shape: Shape, exact: bool) -> np.ndarray:
        if shape not in kept:
            kept[shape] = null(shape, exact, rng_for)
        return kept[shape]

    x = np.log10(rng.uniform(1, 500, size=count))
    rejected = sum(associated(x, rng.normal(size=count)).p(null_of) <= 0.05 for _study in range(800))
    assert rejected / 800 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 800)


def test_ratings_that_grow_with_size_are_found() -> None:
    rng, found = np.random.default_rng(1), 0
    x = np.linspace(0, 3, 9)
    for _study in range(40):
        found += p_of(associated(x, 40 * x + rng.normal(0, 20, size=9))) <= 0.05
    assert found >= 38


def test_within_families_only_their_own_are_compared() -> None:
    """Both families rise within; across, the larger family is worse: without families nothing is left."""
    x, y = a(1, 2, 3, 11, 12, 13), a(101, 102, 103, 1, 2, 3)
    families = np.array([0, 0, 0, 1, 1, 1])
    within = Association(x, y, families)
    assert within.rho == pytest.approx(1.0)
    assert within.slope == pytest.approx(1.0)
    assert p_of(within) == pytest.approx(2 / 36)
    assert associated(x, y).rho < 0


def test_large_families_are_drawn() -> None:
    x = np.arange(24.0)
    found = p_of(Association(x, x, np.repeat([0, 1], 12)))
    assert found == pytest.approx(1 / 100_001)


def test_twenty_systems_on_seven_dimensions_take_less_than_two_seconds() -> None:
    rng = np.random.default_rng(1)
    began = time.process_time()
    for _dimension in range(7):
        p_of(associated(rng.normal(size=20), rng.normal(size=20)))
    assert time.process_time() - began < 2.0
    assert EXACT_UP_TO == 9
