"""Many variances at once are the same as one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from studies.analysis.clustering import Partitions, covariance
from studies.analysis.simulating import Design, lay_out


@pytest.mark.parametrize(
    "design",
    [
        Design(dialogues=40),
        Design(dialogues=40, models_too=True),
        Design(dialogues=40, writers=1),
        Design(dialogues=6, raters=3, adversarial=0),
    ],
)
def test_each_column_has_the_variance_that_it_has_alone(design: Design) -> None:
    layout = lay_out(design, np.random.default_rng(1))
    influence = np.random.default_rng(2).normal(size=(len(layout), 5))

    clusters = Partitions(layout.ways)
    found = clusters.variances(influence)

    for column, variance in zip(influence.T, found, strict=True):
        matrix, freedom = covariance(column[:, None], layout.ways)
        assert variance == pytest.approx(matrix[0, 0], rel=1e-10)
        assert freedom == clusters.freedom


def test_without_clusters_there_is_no_freedom() -> None:
    clusters = Partitions({"dialogue": np.zeros(3, dtype=np.int32)})

    assert clusters.freedom == 0
    assert clusters.variances(np.ones((3, 2))).tolist() == [0, 0]
