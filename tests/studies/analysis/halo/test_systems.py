"""Systems' correlations know of dialogues, raters and writers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from studies.analysis.clustering import Partitions, covariance
from tests.studies.analysis.halo.coverage import by_dialogue, study
from tests.studies.analysis.tables import ends


def test_ratings_vary_together_over_all_dimensions() -> None:
    """Nine systems on three dimensions: one covariance, that of the answers to all of them."""
    rated, _truth = study(30, 6, 0.5, 0.35, np.random.default_rng(1))
    moved = sparse.csr_array(sparse.block_diag(rated._moved))
    whole, freedom = covariance(moved.toarray(), rated.ways)
    assert moved.shape[1] == 27
    assert rated.partitions.freedom == freedom == 5
    assert rated.partitions.covariance(moved) == pytest.approx(whole, abs=1e-6)


def test_sparse_influences_have_the_same_covariance() -> None:
    """Of two dialogues one moves the first estimate by 1 + 1, the other the second by 1 − 1: 2² · 2/1."""
    ways = {"dialogue": np.array([0, 0, 1, 1], dtype=np.int32)}
    influence = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    found = Partitions(ways).covariance(sparse.csr_array(influence))
    assert found.tolist() == [[8.0, 0.0], [0.0, 0.0]]
    assert covariance(influence, ways)[0].tolist() == found.tolist()


def test_intervals_are_by_rater_and_writer_too() -> None:
    """Fifteen raters who like systems in their own ways: by dialogue alone intervals are too narrow."""
    rng, widths = np.random.default_rng(2), []
    for _study in range(8):
        rated, _truth = study(60, 15, 0.5, 0.5, rng)
        assert rated.mean.clusters == {"dialogue": 60, "rater": 15, "writer": 12}
        widths.append([high - low for low, high in (ends(rated.mean), ends(by_dialogue(rated)))])
    ours, alone = np.mean(widths, axis=0)
    assert ours > 1.1 * alone
