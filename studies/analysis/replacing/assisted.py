"""People's share of preference from few raters' answers and many of a judge: PPI++.

Angelopoulos, Duchi & Zrnic (2023, arXiv:2311.01453): the judge's mean over all pairs, put right by how far
it is off on the pairs that raters answered. Right whatever the judge is like, if those pairs were drawn at
random with known probabilities; the better the judge, the narrower. Here the variance is clustered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import covariance, interval
from studies.analysis.proportions import carried
from studies.analysis.reading import Codes, renumbered
from studies.analysis.results import Estimate

#: Fewer pairs that raters and judge answered say too little of how far the judge is off.
FEWEST_SHARED: Final = 100
WAYS: Final = ("dialogue", "rater", "writer")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """V votes of raters on some of N pairs that a judge answered, all of people against models.

    `score` (V, N for the judge's) is 1 for people's reply, ½ for no difference, 0 for the model's. `unit` (V)
    numbers the vote's pair. `p_rated` (N) is how likely each pair was to be drawn for raters. Every `model`
    (N) has a pair that raters answered; `writer` (N) is −1 where the person is not known.
    """

    score: Floats
    unit: NDArray[np.intp]
    rater: Codes
    judged: Floats
    p_rated: Floats
    dialogue: Codes
    writer: Codes
    model: Codes

    @property
    def share(self) -> Floats:
        """What each pair counts (N, adds up to 1): models alike, in each its writers, in each of these its
        pairs. So it is the number that the section on preference estimates; the unknown count as one writer.
        """
        model, models = renumbered(self.model.astype(np.int64))
        people = int(self.writer.max(initial=-1)) + 2
        cell, _cells = renumbered(model * people + self.writer + 1)
        first = np.unique(cell, return_index=True)[1]
        writers = np.bincount(model[first], minlength=models)
        return np.asarray(1.0 / (models * writers[model] * np.bincount(cell)[cell]))

    @property
    def rated(self) -> NDArray[np.bool_]:
        return np.bincount(self.unit, minlength=len(self.judged)) > 0


@dataclass(frozen=True, slots=True)
class Assisted:
    """Shares of preference for people's replies. `weight`: λ, how far the judge is relied on. `gain`: by what
    factor more rated pairs would have been needed without it (ratio of variances)."""

    raters: Estimate
    assisted: Estimate
    judge: Estimate
    weight: float
    gain: float


def assisted(drawn: Drawn) -> Assisted:
    """Raters alone, judge-assisted, and the judge alone, each of all N pairs.

    Pairs count their `share`, raters' divided by p_rated in each model (Hájek 1971); a pair's votes share
    its weight. Assisted is Ȳ − λ (f̄ of the rated pairs − f̄ of all), λ as in `power_tuned`.
    """
    human, off = means(drawn)
    influence = influences(drawn)
    ways = _ways(drawn)
    matrix = covariance(influence, ways)[0]
    weight = power_tuned(matrix)
    rated = int(drawn.rated.sum())
    mixed = influence[:, 0] - weight * influence[:, 1]
    raters = interval(human, influence[:, 0], ways, n=rated)
    both = interval(human - weight * off, mixed, ways, n=len(drawn.judged))
    alone = interval(
        float(drawn.share @ drawn.judged),
        _moved(drawn.share, drawn.judged, drawn.model),
        {"dialogue": drawn.dialogue, "writer": drawn.writer},
    )
    gain = (raters.se / both.se) ** 2 if raters.se and both.se else float("nan")
    return Assisted(carried(raters), carried(both), carried(alone), weight, gain)


def power_tuned(matrix: Floats) -> float:
    """λ that makes the variance smallest, within 0 and 1: Cov(Ȳ, off) / Var(off).

    `matrix` (2 × 2) is the covariance of raters' mean and of how far the judge's mean on rated pairs is from
    that on all. With pairs drawn alike and no clusters this is PPI++'s Cov(Y, f) / ((1 + n/N) Var f), where
    their N pairs have no rater's answer.
    """
    return float(np.clip(matrix[0, 1] / matrix[1, 1], 0.0, 1.0)) if matrix[1, 1] > 0 else 0.0


def means(drawn: Drawn) -> tuple[float, float]:
    """Raters' weighted mean, and the judge's weighted mean on the rated pairs less its mean on all."""
    weight = _weights(drawn)
    number = np.bincount(drawn.unit, minlength=len(weight))
    of_pairs = np.bincount(drawn.unit, drawn.score, len(weight)) / np.maximum(number, 1)
    return float(weight @ of_pairs), float((weight - drawn.share) @ drawn.judged)


def influences(drawn: Drawn) -> Floats:
    """What each vote, then each pair, moves both `means` by ((V + N) × 2)."""
    weight = _weights(drawn)
    number = np.bincount(drawn.unit, minlength=len(weight))
    votes = _moved((weight / np.maximum(number, 1))[drawn.unit], drawn.score, drawn.model[drawn.unit])
    on_all = _moved(drawn.share, drawn.judged, drawn.model)
    pairs = _moved(weight, drawn.judged, drawn.model) - on_all
    found = np.zeros((len(votes) + len(pairs), 2))
    found[: len(votes), 0], found[len(votes) :, 1] = votes, pairs
    return found


def _weights(drawn: Drawn) -> Floats:
    """Of the rated pairs, standing for all: as much for each model as all its pairs count."""
    weight = np.where(drawn.rated, drawn.share / drawn.p_rated, 0.0)
    stands_for = np.bincount(drawn.model, drawn.share) / np.maximum(np.bincount(drawn.model, weight), 1e-300)
    return np.asarray(weight * stands_for[drawn.model])


def _moved(weight: Floats, values: Floats, model: Codes) -> Floats:
    """What each value moves the weighted mean by: systems are fixed, so off its own model's mean."""
    mean = np.bincount(model, weight * values) / np.maximum(np.bincount(model, weight), 1e-300)
    return np.asarray(weight * (values - mean[model]))


def _ways(drawn: Drawn) -> dict[str, Codes]:
    nobody = np.full(len(drawn.judged), -1, dtype=np.int32)
    return {
        "dialogue": np.concatenate([drawn.dialogue[drawn.unit], drawn.dialogue]),
        "rater": np.concatenate([drawn.rater, nobody]),
        "writer": np.concatenate([drawn.writer[drawn.unit], drawn.writer]),
    }
