"""What shuffled labels reach: the same search for style where there is nothing to be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.clustering import Floats
from studies.analysis.leaks.folds import Fold
from studies.analysis.leaks.logistic import RIDGE
from studies.analysis.reading import Codes, Mask

#: How often labels are shuffled. No p is smaller than 1 / (1 + SHUFFLES).
SHUFFLES: Final = 199
_SAME: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Chance:
    """`p`: how rarely shuffled labels are separated as well; `high`: the AUC that 95 % of them stay under."""

    p: float
    high: float


def shuffled(dialogue: Codes, human: Mask, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Labels as they are, then shuffled within each dialogue SHUFFLES times: a column each.

    Every dialogue keeps its numbers of people's and models' replies, and so does every fold.
    """
    rows = np.argsort(dialogue, kind="stable")
    keys = dialogue[rows, None] + rng.random((len(rows), SHUFFLES))
    drawn = human[rows][np.argsort(keys, axis=0)]
    labels = np.empty((len(rows), SHUFFLES + 1), dtype=np.bool_)
    labels[:, 0] = human
    labels[rows, 1:] = drawn
    return labels


def chance(scaled: list[Floats], labels: NDArray[np.bool_], fold: Fold) -> Chance:
    """p = (1 + b) / (1 + m), b of m shuffles being separated at least as well as the labels as they are
    (Phipson & Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9:39).

    For this comparison alone, labels as they are and shuffled ones alike are scored by the classifier's first
    Newton step from equal coefficients, which is linear in the labels: all shuffles are one matrix product.
    """
    found = _areas(scaled, labels, fold)
    actual, null = found[0], found[1:]
    as_good = int((null >= actual - _SAME).sum())
    return Chance((1 + as_good) / (1 + len(null)), float(np.quantile(null, 0.95)))


def _areas(scaled: list[Floats], labels: NDArray[np.bool_], fold: Fold) -> Floats:
    """The AUC of every column of labels."""
    beaten, couples = np.zeros(labels.shape[1]), 0
    for one, features in enumerate(scaled):
        inside = fold == one
        scores = features[inside] @ _first_steps(features[~inside], labels[~inside].astype(float))
        ranks = stats.rankdata(np.round(scores, 9), axis=0)
        people = int(labels[inside, 0].sum())
        beaten += (ranks * labels[inside]).sum(axis=0) - people * (people + 1) / 2
        couples += people * (len(ranks) - people)
    return np.asarray(beaten / couples)


def _first_steps(features: Floats, labels: Floats) -> Floats:
    """Coefficients (k × columns) after one Newton step from 0, where every chance is the share of people."""
    share = labels[:, 0].mean()
    curvature = share * (1 - share) * features.T @ features + RIDGE * np.eye(features.shape[1])
    return np.asarray(np.linalg.solve(curvature, features.T @ (labels - share)))
