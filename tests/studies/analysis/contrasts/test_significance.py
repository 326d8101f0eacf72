from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from studies.analysis.contrasts.significance import holm, significance


@pytest.mark.parametrize(
    ("sidedness", "p"),
    [
        ("two_sided", 2 * stats.t.sf(2.5, 11)),
        ("greater", stats.t.sf(2.5, 11)),
        ("less", stats.t.cdf(2.5, 11)),
    ],
)
def test_a_difference_is_tested_by_students_t(sidedness: str, p: float) -> None:
    found = significance(0.05, 0.02, 11, sidedness, 0.0)

    assert (found.statistic, found.p) == pytest.approx((2.5, p), abs=1e-12)


def test_equivalence_is_two_one_sided_tests_by_hand() -> None:
    """Difference 2 points, standard error 1, margin 5: 7 and 3 errors from the margins; 3 decides."""
    found = significance(0.02, 0.01, 20, "equivalence", 0.05)

    assert (found.statistic, found.p) == pytest.approx((-3.0, stats.t.sf(3.0, 20)), abs=1e-9)
    outside = significance(-0.06, 0.01, 20, "equivalence", 0.05)
    assert outside.p == pytest.approx(stats.t.cdf(1.0, 20))


def test_a_test_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no test is called sideways"):
        significance(0.1, 0.1, 3, "sideways", 0.0)


def test_holm_is_that_of_statsmodels() -> None:
    rng = np.random.default_rng(2)
    for size in (1, 2, 5, 12):
        p = rng.random(size) ** 3
        assert holm(list(p)) == pytest.approx(list(multipletests(p, method="holm")[1]), abs=1e-12)


def test_what_could_not_be_computed_is_corrected_for_all_the_same() -> None:
    assert holm([0.02, None, 0.04]) == pytest.approx([0.06, None, 0.08])
    assert holm([]) == []
