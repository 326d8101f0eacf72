"""How much style leaks in one contrast and profile, and through which features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.leaks import chance, folds, logistic, separation
from studies.analysis.leaks.contrasts import Contrast
from studies.analysis.leaks.features import FEATURES
from studies.analysis.leaks.intervals import interval
from studies.analysis.results import Estimate, undefined

RAW: Final = "none"
_NO_COUPLE: Final = (
    "No dialogue has both a person's reply and a model's, so that no rater could face such a pair."
)


@dataclass(frozen=True, slots=True)
class Share:
    """A feature's part: `coefficient` for one standard deviation more (logit, above 0 is like a person),
    `loss` how far the AUC falls without the feature, the means of people's and models' replies."""

    feature: str
    title: str
    coefficient: Estimate
    loss: Estimate
    mean_people: float
    mean_models: float


@dataclass(frozen=True, slots=True)
class Leak:
    """`gain` is what the profile takes from the raw texts' AUC; None for the raw texts themselves.

    `shares` stand by `loss`, the largest first; there are none where the AUC is undefined.
    """

    contrast: Contrast
    profile: str
    auc: Estimate
    accuracy: Estimate
    gain: Estimate | None
    chance: chance.Chance | None
    shares: tuple[Share, ...]


def leaks_of(contrast: Contrast, looks: Mapping[str, Floats]) -> list[Leak]:
    """One for each profile in `looks`, whose features have a row for every reply of the study."""
    if contrast.why_not:
        return [_nothing(contrast, profile) for profile in looks]
    raw = _area(contrast, looks[RAW])
    return [_leak(contrast, profile, features[contrast.rows], raw) for profile, features in looks.items()]


def _leak(contrast: Contrast, profile: str, features: Floats, raw: separation.Separation) -> Leak:
    scaled = folds.standardised_in(features, contrast.fold)
    scores = folds.scores(scaled, contrast.human, contrast.fold)
    area = separation.area(scores, contrast.human, contrast.fold)
    return Leak(
        contrast=contrast,
        profile=profile,
        auc=interval(area.value, area.influence, contrast.ways),
        accuracy=_accuracy(contrast, scores),
        gain=None if profile == RAW else _difference(contrast, raw, area),
        chance=chance.chance(scaled, contrast.labels, contrast.fold),
        shares=_shares(contrast, features, scaled, area),
    )


def _nothing(contrast: Contrast, profile: str) -> Leak:
    none = undefined(contrast.why_not, n=len(contrast.rows))
    return Leak(contrast, profile, none, none, None if profile == RAW else none, None, ())


def _area(contrast: Contrast, features: Floats) -> separation.Separation:
    scaled = folds.standardised_in(features[contrast.rows], contrast.fold)
    scores = folds.scores(scaled, contrast.human, contrast.fold)
    return separation.area(scores, contrast.human, contrast.fold)


def _accuracy(contrast: Contrast, scores: Floats) -> Estimate:
    if not len(contrast.people):
        return undefined(_NO_COUPLE)
    right = separation.accuracy(scores, contrast.people, contrast.models)
    return interval(right.value, right.influence, contrast.couple_ways)


def _difference(contrast: Contrast, more: separation.Separation, less: separation.Separation) -> Estimate:
    return interval(more.value - less.value, more.influence - less.influence, contrast.ways, share=False)


def _shares(
    contrast: Contrast, features: Floats, scaled: list[Floats], full: separation.Separation
) -> tuple[Share, ...]:
    everything = folds.standardised(features, np.ones(len(features), dtype=bool))
    labels = contrast.human.astype(float)
    beta = logistic.fitted(everything, labels)
    moved = logistic.influence(everything, labels, beta)
    found = [
        Share(
            feature=feature.key,
            title=feature.title,
            coefficient=interval(float(beta[1 + at]), moved[:, 1 + at], contrast.ways, share=False),
            loss=_difference(contrast, full, _without(contrast, scaled, at, beta)),
            mean_people=float(features[contrast.human, at].mean()),
            mean_models=float(features[~contrast.human, at].mean()),
        )
        for at, feature in enumerate(FEATURES)
    ]
    return tuple(sorted(found, key=lambda share: (-(share.loss.value or 0.0), share.feature)))


def _without(contrast: Contrast, scaled: list[Floats], at: int, beta: Floats) -> separation.Separation:
    """The same folds with a feature less; `beta` of all features is where the search begins."""
    fewer = [np.delete(features, at, axis=1) for features in scaled]
    scores = folds.scores(fewer, contrast.human, contrast.fold, np.delete(beta, 1 + at))
    return separation.area(scores, contrast.human, contrast.fold)
