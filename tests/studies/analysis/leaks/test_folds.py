"""Dialogues stay together, both kinds are spread evenly, and nothing of a fold is learnt from itself."""

from __future__ import annotations

import numpy as np

from studies.analysis.leaks import folds


def test_a_dialogue_stays_in_one_fold_and_both_kinds_are_spread_evenly() -> None:
    # Dialogues 0-11 have people's replies, 8-19 models': 4 have both.
    dialogue = np.array([*range(12), *range(8, 20)], dtype=np.int32)
    human = np.arange(24) < 12
    fold = folds.dealt(dialogue, human, np.random.default_rng(1))
    assert all(len(set(fold[dialogue == one])) == 1 for one in range(20))
    assert sorted(np.bincount(fold[human]).tolist()) == [2, 2, 2, 3, 3]
    assert sorted(np.bincount(fold[~human]).tolist()) == [2, 2, 2, 3, 3]


def test_the_same_seed_deals_the_same_folds() -> None:
    dialogue, human = np.repeat(np.arange(30, dtype=np.int32), 2), np.tile([True, False], 30)
    deals = [folds.dealt(dialogue, human, np.random.default_rng(seed)).tolist() for seed in (1, 1, 2)]
    assert deals[0] == deals[1] != deals[2]


def test_standardising_knows_the_training_rows_alone() -> None:
    features = np.array([[1.0, 5.0], [3.0, 5.0], [100.0, 7.0]])
    scaled = folds.standardised(features, np.array([True, True, False]))
    assert scaled.tolist() == [[-1.0, 0.0], [1.0, 0.0], [98.0, 0.0]]


def test_labels_of_a_fold_do_not_move_its_own_scores() -> None:
    rng = np.random.default_rng(2)
    fold = np.repeat(np.arange(folds.FOLDS), 20)
    human = rng.random(100) < 0.5
    scaled = folds.standardised_in(rng.normal(size=(100, 3)), fold)
    other = np.where(fold == 0, ~human, human)
    first, second = folds.scores(scaled, human, fold), folds.scores(scaled, other, fold)
    assert (first[fold == 0] == second[fold == 0]).all()
    assert (first[fold != 0] != second[fold != 0]).any()


def test_where_the_search_starts_does_not_move_the_scores() -> None:
    rng = np.random.default_rng(4)
    fold = np.repeat(np.arange(folds.FOLDS), 20)
    human = rng.random(100) < 0.5
    scaled = folds.standardised_in(rng.normal(size=(100, 3)), fold)
    started = folds.scores(scaled, human, fold, np.array([0.3, 1.0, -1.0, 0.5]))
    assert np.abs(folds.scores(scaled, human, fold) - started).max() < 1e-7
