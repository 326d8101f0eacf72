"""AUC, its variance and couples of a dialogue, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from studies.analysis import clustering
from studies.analysis.leaks import separation

ONE_FOLD = np.zeros(60, dtype=np.intp)


def test_the_auc_is_the_share_of_couples_in_order_ties_half() -> None:
    scores = np.array([3.0, 1.0, 2.0, 1.0, 0.0])
    human = np.array([True, True, False, False, False])
    # 3 beats all three; 1 loses to 2, equals 1, beats 0.
    found = separation.area(scores, human, ONE_FOLD[:5])
    assert found.value == pytest.approx(4.5 / 6)
    assert found.influence.sum() == pytest.approx(0.0)


def test_replies_of_different_folds_are_not_compared() -> None:
    scores = np.array([1.0, 0.0, 101.0, 100.0])
    human = np.array([False, True, True, False])
    assert separation.area(scores, human, np.array([0, 0, 1, 1])).value == 0.5


def test_the_variance_is_delongs_where_every_reply_has_a_dialogue_of_its_own() -> None:
    rng = np.random.default_rng(1)
    human = np.arange(60) < 24
    scores = rng.normal(size=60) + human
    found = separation.area(scores, human, ONE_FOLD)
    above = (scores[human][:, None] > scores[~human]).astype(float)
    delong = above.mean(axis=1).var(ddof=1) / 24 + above.mean(axis=0).var(ddof=1) / 36
    ours, freedom = clustering.covariance(
        found.influence[:, None], {"dialogue": np.arange(60, dtype=np.int32)}
    )
    assert found.value == above.mean()
    assert freedom == 59
    # 60/59 for all clusters here, 24/23 and 36/35 for each kind there.
    assert ours[0, 0] == pytest.approx(delong, rel=0.03)


def test_couples_are_those_of_a_dialogue() -> None:
    dialogue = np.array([2, 0, 0, 2, 2, 1, 3], dtype=np.int32)
    human = np.array([True, True, True, False, False, False, True])
    people, models = separation.couples_within(dialogue, human)
    assert list(zip(people.tolist(), models.tolist(), strict=True)) == [(0, 3), (0, 4)]


def test_pairs_told_apart_are_counted_ties_half() -> None:
    scores = np.array([1.0, 0.0, 1.0])
    found = separation.accuracy(scores, np.array([0, 0, 1]), np.array([1, 2, 2]))
    assert found.value == 0.5
    assert found.influence.tolist() == [pytest.approx(1 / 6), 0.0, pytest.approx(-1 / 6)]
