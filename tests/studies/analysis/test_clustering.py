from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from studies.analysis.clustering import (
    NOTHING_VARIES,
    covariance,
    estimate,
    interval,
    quantile,
    simultaneous,
)  # fmt: skip


def codes(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(numbers, dtype=np.int32)


def test_one_way_is_the_variance_of_cluster_totals_by_hand() -> None:
    """Mean of 4 answers in 2 clusters: influences (x − ½) / 4, totals ½ and −½ of a ¼ each, G/(G−1) = 2."""
    influence = (np.array([1, 1, 0, 0]) - 0.5) / 4
    found = interval(0.5, influence, {"dialogue": codes(0, 0, 1, 1)})

    assert found.se == pytest.approx(np.sqrt(2 * (0.25**2 + 0.25**2)))
    assert found.high == pytest.approx(0.5 + stats.t.ppf(0.975, 1) * 0.5)
    assert found.clusters == {"dialogue": 2}


def test_two_ways_are_added_and_what_they_share_is_taken_away_once() -> None:
    influence = np.array([3.0, 1.0, -1.0, -3.0])[:, None]
    ways = {"dialogue": codes(0, 0, 1, 1), "rater": codes(0, 1, 0, 1)}
    by_dialogue, by_rater, each = 2 * (16 + 16), 2 * (4 + 4), 4 / 3 * 20

    matrix, freedom = covariance(influence, ways)

    assert matrix[0, 0] == pytest.approx(max(by_dialogue + by_rater - each, by_dialogue))
    assert matrix[0, 0] == pytest.approx(64.0)
    assert freedom == 1


def test_no_variance_falls_under_that_of_a_single_way() -> None:
    """Both ways' totals are small and the answers large: the difference alone would be below 0."""
    influence = np.array([1.0, -1.0, -1.0, 1.5])[:, None]
    ways = {"dialogue": codes(0, 0, 1, 1), "rater": codes(0, 1, 0, 1)}

    assert covariance(influence, ways)[0][0, 0] == pytest.approx(2 * 0.5**2)


def test_the_way_with_the_fewest_clusters_gives_the_degrees_of_freedom() -> None:
    ways = {"dialogue": codes(*range(6)), "writer": codes(0, 0, 1, 1, 2, 2), "rater": codes(0, 0, 0, 0, 0, 0)}

    assert covariance(np.arange(6.0)[:, None], ways)[1] == 2


def test_where_there_is_one_cluster_no_interval_is_told() -> None:
    found = interval(0.7, np.array([0.1, -0.1]), {"dialogue": codes(0, 0), "rater": codes(4, 4)})

    assert (found.value, found.low) == (0.7, None)
    assert found.undefined == (
        "An interval needs two dialogues or raters, on either side of a difference; there is 1 dialogue, "
        "1 rater."
    )


def test_where_nothing_varies_no_interval_is_told() -> None:
    found = interval(1.0, np.zeros(3), {"dialogue": codes(0, 1, 2)})

    assert (found.value, found.low, found.se, found.undefined) == (1.0, None, None, NOTHING_VARIES)


def test_quantiles_are_those_of_students_t() -> None:
    assert quantile(11, 0.95) == pytest.approx(stats.t.ppf(0.975, 11), abs=1e-12)
    assert estimate(0.5, 0.01, 11, n=4, clusters={}).low == pytest.approx(0.5 - 0.1 * stats.t.ppf(0.975, 11))


def test_simultaneous_intervals_share_the_error_out() -> None:
    assert simultaneous(0.95, 5) == pytest.approx(0.99)
    assert simultaneous(0.95, 0) == pytest.approx(0.95)
