"""Words of each system, with the intervals of clusters and of order statistics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.leaks.lengths import NO_CAP, lengths_of, median
from studies.analysis.leaks.replies import replies_in
from tests.studies.analysis.leaks.material import Row, evidence_of


def rows() -> list[Row]:
    people: list[Row] = [(f"d{n}", "people", "human", "", "word " * n) for n in (1, 2, 3, 6)]
    models: list[Row] = [(f"d{n}", "model", "llm", "", "two words") for n in (1, 2, 3, 6)]
    return [*models, *people, ("d1", "decoys", "decoy", "", "lost")]


def test_mean_median_and_share_above_the_limit(tmp_path: Path) -> None:
    people, model = lengths_of(replies_in(evidence_of(tmp_path, rows())), 2, NO_CAP)
    assert (people.system, people.human, people.replies) == ("people", True, 4)
    assert (people.mean.value, people.median.value, people.over.value) == (3.0, 2.5, 0.5)
    # Deviations -2, -1, 0, 3: variance 14/4² × 4/3.
    assert people.mean.se == pytest.approx(np.sqrt(14 / 16 * 4 / 3))
    assert people.mean.clusters == {"dialogue": 4}
    assert (model.system, model.mean.value, model.over.value) == ("model", 2.0, 0.0)
    for one in (model.mean, model.median, model.over):
        assert one.low is None
        assert one.undefined == NOTHING_VARIES


def test_without_a_limit_the_share_above_it_says_why(tmp_path: Path) -> None:
    people, _model = lengths_of(replies_in(evidence_of(tmp_path, rows())), None, NO_CAP)
    assert people.over.value is None
    assert people.over.undefined == NO_CAP


def test_one_dialogue_has_a_median_without_interval() -> None:
    found = median(np.array([1.0, 4.0]), {"dialogue": np.zeros(2, dtype=np.int32)})
    assert (found.value, found.low) == (2.5, None)
    assert "two dialogues" in found.undefined


def test_the_medians_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    ways = {"dialogue": np.repeat(np.arange(60, dtype=np.int32), 3)}
    held = 0
    for _study in range(400):
        values = np.repeat(rng.normal(size=60), 3) * 0.5 + rng.normal(size=180)
        found = median(values, ways)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.0 <= found.high
    # 400 studies: standard error 1.1 points.
    assert 0.925 <= held / 400 <= 0.98
