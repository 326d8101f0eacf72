from __future__ import annotations

import numpy as np
import pytest

from studies.analysis.clustering import clusters_in, covariance
from studies.analysis.clusters import Clusters


def test_many_at_once_are_what_each_is_alone() -> None:
    """Three groups; ways with a single cluster, without codes, with unknown ones; some rows only."""
    rng = np.random.default_rng(3)
    size = 240
    groups = rng.integers(0, 3, size).astype(np.int32)
    ways = {
        "dialogue": rng.integers(0, 12, size).astype(np.int32),
        "rater": np.where(groups == 1, 5, rng.integers(0, 7, size)).astype(np.int32),
        "writer": np.where(groups == 2, -1, rng.integers(-1, 4, size)).astype(np.int32),
    }
    influence = rng.normal(size=(size, 2))
    rows = rng.random(size) < 0.7
    spread = Clusters(ways, groups, 4).spread(influence, rows)

    for group in range(3):
        at = rows & (groups == group)
        some = {name: codes[at] for name, codes in ways.items()}
        for column in range(2):
            matrix, freedom = covariance(influence[at, column : column + 1], some)
            assert spread.variance[group, column] == pytest.approx(matrix[0, 0], rel=1e-12)
            assert spread.freedom[group] == freedom
        assert spread.n[group] == at.sum()
        assert spread.estimate(0.5, group).clusters == clusters_in(some)


def test_a_group_without_answers_says_so() -> None:
    codes = np.zeros(2, dtype=np.int32)
    spread = Clusters({"dialogue": codes}, codes, 2).spread(np.zeros((2, 1)), np.ones(2, dtype=bool))

    assert spread.estimate(float("nan"), 1).undefined == "There are no answers."


def test_a_difference_is_known_no_better_than_its_weaker_half() -> None:
    dialogues = np.arange(10, dtype=np.int32)
    raters = (dialogues % 5).astype(np.int32)
    clusters = Clusters({"dialogue": dialogues, "rater": raters}, np.zeros(10, dtype=np.int32), 1)
    whole = clusters.spread(np.ones((10, 1)), np.ones(10, dtype=bool))
    three, one = dialogues < 3, dialogues < 1

    weaker = whole.weaker(clusters.counted(three), clusters.counted(~three))
    assert (whole.freedom[0], weaker.freedom[0]) == (4, 2)
    assert weaker.estimate(0.0, 0).clusters == {"dialogue": 3, "rater": 3}
    assert whole.weaker(clusters.counted(one), clusters.counted(~one)).estimate(0.0, 0).low is None
