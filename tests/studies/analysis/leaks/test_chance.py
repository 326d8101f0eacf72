"""Shuffles keep every dialogue's labels; p is exact at both ends."""

from __future__ import annotations

import numpy as np

from studies.analysis.leaks import folds
from studies.analysis.leaks.chance import SHUFFLES, chance, shuffled

DIALOGUE = np.tile(np.arange(40, dtype=np.int32), 2)
HUMAN = np.arange(80) < 40


def test_every_dialogue_keeps_its_numbers() -> None:
    dialogue = np.array([5, 1, 5, 1, 5, 7], dtype=np.int32)
    human = np.array([True, False, False, True, False, True])
    labels = shuffled(dialogue, human, np.random.default_rng(1))
    assert labels.shape == (6, SHUFFLES + 1)
    assert (labels[:, 0] == human).all()
    for one in (1, 5, 7):
        assert (labels[dialogue == one].sum(axis=0) == human[dialogue == one].sum()).all()
    # Each of dialogue 5's three replies is the person's in about a third of the shuffles: 199/3 = 66, the
    # standard deviation of which is 6.7.
    assert all(40 <= count <= 93 for count in labels[dialogue == 5, 1:].sum(axis=1))


def _chance(features: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> tuple[float, float]:
    fold = folds.dealt(DIALOGUE, HUMAN, np.random.default_rng(2))
    labels = shuffled(DIALOGUE, HUMAN, np.random.default_rng(3))
    found = chance(folds.standardised_in(features, fold), labels, fold)
    return found.p, found.high


def test_features_that_say_nothing_give_one_and_a_half() -> None:
    assert _chance(np.ones((80, 2))) == (1.0, 0.5)


def test_a_feature_that_tells_everything_gives_the_smallest_p() -> None:
    p, high = _chance(np.column_stack([HUMAN.astype(float)]))
    assert p == 1 / (1 + SHUFFLES)
    assert 0.5 < high < 0.8
