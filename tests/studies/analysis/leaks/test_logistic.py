"""Newton's fit equals what others find."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import optimize

from studies.analysis.clustering import Floats
from studies.analysis.leaks import logistic


def drawn(rows: int = 400) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(3)
    features = rng.normal(size=(rows, 4))
    chance = 1 / (1 + np.exp(-(0.5 + features @ np.array([1.0, -2.0, 0.0, 0.3]))))
    return features, (rng.random(rows) < chance).astype(float)


def test_without_a_ridge_it_is_plain_maximum_likelihood() -> None:
    features, labels = drawn()
    theirs = sm.Logit(labels, sm.add_constant(features)).fit(disp=False, tol=1e-12)
    assert logistic.fitted(features, labels, ridge=0.0) == pytest.approx(theirs.params, abs=1e-7)


def test_with_a_ridge_it_is_the_penalised_maximum_wherever_it_starts() -> None:
    features, labels = drawn()

    def loss(beta: Floats) -> float:
        logit = logistic.with_intercept(features) @ beta
        return float(np.logaddexp(0, logit).sum() - labels @ logit + 5.0 * (beta[1:] ** 2).sum() / 2)

    theirs = optimize.minimize(loss, np.zeros(5), tol=1e-12).x
    for start in (None, np.full(5, 2.0)):
        # BFGS with numeric slopes is good to about 1e-5.
        assert logistic.fitted(features, labels, ridge=5.0, start=start) == pytest.approx(theirs, abs=1e-4)


def test_separated_labels_end_in_finite_coefficients() -> None:
    features = np.linspace(-1, 1, 20)[:, None]
    beta = logistic.fitted(features, (features[:, 0] > 0).astype(float))
    assert beta[0] == pytest.approx(0.0, abs=1e-6)
    assert 1.0 < beta[1] < 10.0


def test_influence_without_a_ridge_is_that_of_the_robust_variance() -> None:
    features, labels = drawn()
    beta = logistic.fitted(features, labels, ridge=0.0)
    moved = logistic.influence(features, labels, beta, ridge=0.0)
    theirs = sm.Logit(labels, sm.add_constant(features)).fit(disp=False, tol=1e-12, cov_type="HC0")
    assert moved.sum(axis=0) == pytest.approx(np.zeros(5), abs=1e-7)
    assert moved.T @ moved == pytest.approx(theirs.cov_params(), rel=1e-6)
