"""Logistic regression with a ridge, by Newton's method: small, and without another library."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import special

from studies.analysis.clustering import Floats

#: Half of it times the squared coefficients of standardised features is taken from the log-likelihood.
RIDGE: Final = 1.0
_STEPS: Final = 50
_HALVINGS: Final = 30
#: Newton's decrement, twice of how far the log-likelihood can still rise. A step from so near squares what
#: is left, so that it is the last one.
_CLOSE: Final = 1e-6


def fitted(features: Floats, labels: Floats, *, ridge: float = RIDGE, start: Floats | None = None) -> Floats:
    """Intercept and coefficients (1 + k) that maximise the penalised log-likelihood of 0/1 labels.

    `features` is n × k and standardised by the caller; the intercept is not penalised (le Cessie &
    van Houwelingen 1992, Applied Statistics 41:191). `start` is where the search begins. Newton's steps are
    halved until the likelihood rises, so that it ends on separated data too; with `ridge` 0 it need not.
    """
    design = with_intercept(features)
    weights = penalty(features.shape[1], ridge)
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    logit = design @ beta
    reached = _objective(logit, labels, beta, weights)
    for _step in range(_STEPS):
        slope, curvature = _derivatives(design, labels, logit, beta, weights)
        step = np.linalg.solve(curvature, slope)
        if float(slope @ step) < _CLOSE:
            return np.asarray(beta + step)
        for _halving in range(_HALVINGS):
            logit = design @ (beta + step)
            value = _objective(logit, labels, beta + step, weights)
            if value >= reached:
                break
            step = step / 2
        beta, reached = beta + step, value
    return beta


def influence(features: Floats, labels: Floats, beta: Floats, *, ridge: float = RIDGE) -> Floats:
    """How each row moves intercept and coefficients (n × (1 + k)): curvature⁻¹ times its score.

    The ridge is taken as given: what it draws towards zero stays drawn.
    """
    design = with_intercept(features)
    logit = design @ beta
    _slope, curvature = _derivatives(design, labels, logit, beta, penalty(features.shape[1], ridge))
    scores = design * (labels - special.expit(logit))[:, None]
    return np.asarray(np.linalg.solve(curvature, scores.T).T)


def with_intercept(features: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), features])


def penalty(features: int, ridge: float) -> Floats:
    """The ridge of each coefficient (1 + k): none for the intercept."""
    return np.concatenate([[0.0], np.full(features, ridge)])


def _objective(logit: Floats, labels: Floats, beta: Floats, weights: Floats) -> float:
    likelihood = labels @ logit - np.logaddexp(0.0, logit).sum()
    return float(likelihood - weights @ beta**2 / 2)


def _derivatives(
    design: Floats, labels: Floats, logit: Floats, beta: Floats, weights: Floats
) -> tuple[Floats, Floats]:
    """Slope of the objective and its negative curvature."""
    chance = special.expit(logit)
    slope = design.T @ (labels - chance) - weights * beta
    curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(weights)
    return np.asarray(slope), np.asarray(curvature)
