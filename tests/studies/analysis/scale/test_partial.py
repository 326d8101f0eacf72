"""Partial rank correlations against their formula, and how often the test rejects what is not there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from studies.analysis.scale.partial import Partial


def rng_for(purpose: str) -> np.random.Generator:
    return np.random.default_rng(len(purpose))


@pytest.mark.parametrize("count", [5, 9, 15])
def test_rho_is_the_formula_of_three_correlations(count: int) -> None:
    rng = np.random.default_rng(count)
    x, y, z = rng.normal(size=(3, count))
    xy, xz, yz = (stats.spearmanr(*couple)[0] for couple in ((x, y), (x, z), (y, z)))
    formula = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
    assert Partial(x, y, z).rho == pytest.approx(formula)
    assert Partial(x, y, z).rhos(np.stack([y, -y])) == pytest.approx([formula, -formula])


def test_what_the_third_tells_wholly_leaves_nothing() -> None:
    x = np.arange(6.0)
    assert np.isnan(Partial(x, np.array([2.0, 1, 4, 3, 6, 5]), x).rho)


def test_a_third_that_does_not_vary_takes_nothing_away() -> None:
    """Four systems: as without it, 2 of 24."""
    x = np.arange(4.0)
    found = Partial(x, x, np.ones(4))
    assert found.rho == pytest.approx(1.0)
    assert found.p(rng_for) == pytest.approx(2 / 24)


@pytest.mark.parametrize(("direct", "least", "most"), [(0.0, 0.0, 0.075), (1.5, 0.8, 1.0)])
def test_only_what_is_left_beside_the_third_is_found(direct: float, least: float, most: float) -> None:
    """Eight systems; size drives both scores, which share nothing else, or do."""
    rng, found = np.random.default_rng(2), 0
    for _study in range(200):
        z = rng.normal(size=8)
        x = z + rng.normal(size=8)
        y = z + direct * 3 * (x - z) + rng.normal(size=8)
        found += Partial(x, y, z).p(rng_for) <= 0.05
    assert least <= found / 200 <= most
