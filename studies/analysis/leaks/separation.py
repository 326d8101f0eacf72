"""How well scores separate people's replies from models', and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import Floats
from studies.analysis.leaks.folds import Fold
from studies.analysis.reading import Codes, Mask


@dataclass(frozen=True, slots=True)
class Separation:
    """A share between 0 and 1 and by how much each row moves it."""

    value: float
    influence: Floats


def area(scores: Floats, human: Mask, fold: Fold) -> Separation:
    """AUC: the share of all couples of a person's and a model's reply **of one fold** in which the person's
    has the higher score; equal scores count half.

    Scores of different folds come from different classifiers and are not compared (LeDell, Petersen & van
    der Laan 2015, Electronic J. Statistics 9:1583). The influence of a reply is its placement value, the
    share of the other kind's replies that it beats or is beaten by (DeLong, DeLong & Clarke-Pearson 1988,
    Biometrics 44:837), less the AUC, over the number of its kind; folds weigh as many couples as they have.
    """
    beaten, couples = np.zeros(len(scores)), np.zeros(len(scores))
    for one in np.unique(fold):
        rows = np.flatnonzero(fold == one)
        people, models = rows[human[rows]], rows[~human[rows]]
        beaten[people] = _above(scores[people], scores[models])
        beaten[models] = len(people) - _above(scores[models], scores[people])
        couples[people], couples[models] = len(models), len(people)
    total = couples[human].sum()
    value = float(beaten[human].sum() / total)
    return Separation(value, np.asarray((beaten - value * couples) / total))


def _above(scores: Floats, others: Floats) -> Floats:
    """For each score how many of the others it is above; equal ones count half."""
    order = np.sort(others)
    both = np.searchsorted(order, scores, side="left") + np.searchsorted(order, scores, side="right")
    return np.asarray(both / 2)


def couples_within(dialogue: Codes, human: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every person's reply with every model's reply to the same dialogue, as a rater may face them: rows."""
    people = np.flatnonzero(human)
    models = np.flatnonzero(~human)
    models = models[np.argsort(dialogue[models], kind="stable")]
    first = np.searchsorted(dialogue[models], dialogue[people], side="left")
    counts = np.searchsorted(dialogue[models], dialogue[people], side="right") - first
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(people, counts), models[np.repeat(first, counts) + within]


def accuracy(scores: Floats, people: NDArray[np.intp], models: NDArray[np.intp]) -> Separation:
    """The share of couples within a dialogue in which the person's reply has the higher score; equal ones
    count half. A row of the influence is a couple."""
    right = (np.sign(scores[people] - scores[models]) + 1) / 2
    value = float(right.mean())
    return Separation(value, (right - value) / len(right))
