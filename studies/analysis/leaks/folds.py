"""Fivefold cross-validation in which all replies to a dialogue stay together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats
from studies.analysis.leaks import logistic
from studies.analysis.reading import Codes, Mask

FOLDS: Final = 5
Fold = NDArray[np.intp]


def dealt(dialogue: Codes, human: Mask, rng: np.random.Generator) -> Fold:
    """The fold of each reply, 0 to FOLDS − 1.

    Dialogues are shuffled and dealt in turn: first those with people's replies alone, then those with both,
    then those with models' alone. So the dialogues with people's replies are spread evenly, and so are
    those with models'.
    """
    dialogues, place = np.unique(dialogue, return_inverse=True)
    people = np.bincount(place, weights=human) > 0
    models = np.bincount(place, weights=~human) > 0
    turn = np.lexsort([rng.permutation(len(dialogues)), models.astype(int) - people.astype(int)])
    fold = np.empty(len(dialogues), dtype=np.intp)
    fold[turn] = np.arange(len(dialogues)) % FOLDS
    return fold[place]


def standardised(features: Floats, training: Mask) -> Floats:
    """Every row by mean and standard deviation of the training rows; a feature without spread becomes 0."""
    known = features[training]
    spread = known.std(axis=0)
    flat = spread < 1e-12
    scaled = (features - known.mean(axis=0)) / np.where(flat, 1.0, spread)
    return np.where(flat, 0.0, scaled)


def standardised_in(features: Floats, fold: Fold) -> list[Floats]:
    """All rows once for each fold, standardised by what lies outside of it."""
    return [standardised(features, fold != one) for one in range(FOLDS)]


def scores(scaled: list[Floats], human: Mask, fold: Fold, start: Floats | None = None) -> Floats:
    """For each reply how person-like it is (logit), by a classifier that saw none of its fold's dialogues.

    `start` are coefficients near which the fits are to be found: it saves time and changes nothing.
    """
    found = np.empty(len(human))
    for one, features in enumerate(scaled):
        outside = fold != one
        beta = logistic.fitted(features[outside], human[outside].astype(float), start=start)
        found[~outside] = logistic.with_intercept(features[~outside]) @ beta
    # Replies that look the same must score the same, whatever order a product is summed in.
    return np.round(found, 9)
