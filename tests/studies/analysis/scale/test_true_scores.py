"""Draws of true scores: by hand where two systems' noise is known, and how often rho's interval holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studies.analysis.scale.true_scores import left_open, true_scores
from tests.studies.analysis.scale.coverage import STRAIGHT, held, studies

DRAWS = 20_000


def normal(covariance: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    errors = rng.multivariate_normal(np.zeros(len(covariance)), covariance, size=DRAWS)
    return errors, np.ones(DRAWS)


def test_facts_leave_open_what_is_orthogonal_to_them() -> None:
    facts = np.column_stack([np.ones(5), np.arange(5.0), 2 * np.arange(5.0)])
    basis = left_open(facts)
    assert basis.shape == (5, 3)
    assert basis.T @ facts == pytest.approx(np.zeros((3, 3)), abs=1e-12)
    assert basis.T @ basis == pytest.approx(np.eye(3), abs=1e-12)


def test_scores_far_apart_keep_their_noise_and_their_place() -> None:
    """Where systems differ a hundred times as much as noise, nothing is shrunk."""
    rng, values = np.random.default_rng(1), np.array([0.0, 300.0, -200.0, 100.0, 500.0])
    drawn = true_scores(values, np.eye(5), np.ones((5, 1)), normal(np.eye(5), rng), rng)
    assert drawn.mean(axis=0) == pytest.approx(values, abs=0.05)
    assert np.cov(drawn.T) == pytest.approx(np.eye(5), abs=0.05)


def test_means_and_variances_are_those_of_the_posterior() -> None:
    """Four systems, noise of variance 1, no fact but a constant: integrated over τ on another grid."""
    rng, values = np.random.default_rng(2), np.array([-1.0, 0.0, 0.5, 2.5])
    drawn = true_scores(values, np.eye(4), np.ones((4, 1)), normal(np.eye(4), rng), rng)
    tau = np.linspace(1e-4, 400, 400_000)
    apart = ((values - values.mean()) ** 2).sum()
    weight = (1 + tau**2) ** -1.5 * np.exp(-apart / 2 / (1 + tau**2))
    weight /= weight.sum()
    kept = tau**2 / (1 + tau**2)
    mean = values.mean() + (weight @ kept) * (values - values.mean())
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.03)
    # Of the difference of two systems: twice the posterior's variance, and what τ moves it by.
    gap = values[3] - values[0]
    variance = weight @ (2 * kept) + weight @ (kept * gap) ** 2 - (weight @ kept * gap) ** 2
    assert (drawn[:, 3] - drawn[:, 0]).var() == pytest.approx(variance, rel=0.03)


def test_a_fact_is_not_shrunk_away() -> None:
    """Scores that go with x to a hair: what is left is small, and draws keep to the line."""
    rng, x = np.random.default_rng(3), np.arange(12.0)
    facts = np.column_stack([np.ones(12), x])
    drawn = true_scores(x, np.eye(12) * 4, facts, normal(np.eye(12) * 4, rng), rng)
    slopes = (drawn - drawn.mean(axis=1, keepdims=True)) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    # A slope of 1, known as least squares know it: 2 / √143.
    assert slopes.mean() == pytest.approx(1.0, abs=0.01)
    assert slopes.std() == pytest.approx(2 / np.sqrt(143), rel=0.03)
    flat = true_scores(x, np.eye(12) * 4, facts[:, :1], normal(np.eye(12) * 4, rng), rng)
    assert np.corrcoef(drawn.mean(axis=0), x)[0, 1] > 0.999
    assert (drawn - drawn.mean(axis=0)).std() < (flat - flat.mean(axis=0)).std()


def test_noise_that_all_share_is_no_difference() -> None:
    """Noise of rank one, the same for all, moves all alike: differences are known."""
    rng, values = np.random.default_rng(4), np.array([1.0, 2.0, 4.0, 8.0])
    everywhere = np.ones((4, 4))
    drawn = true_scores(values, everywhere, np.ones((4, 1)), normal(everywhere, rng), rng)
    assert drawn - drawn[:, :1] == pytest.approx(np.tile(values - 1.0, (DRAWS, 1)), abs=1e-6)


@pytest.mark.parametrize(
    ("systems", "rho", "noise", "form"),
    [(16, 0.0, 1.0, STRAIGHT), (16, 0.95, 1.0, STRAIGHT), (8, 0.5, 2.0, STRAIGHT)],
)
def test_rhos_interval_holds_where_noise_on_noise_does_not(
    systems: int, rho: float, noise: float, form: str
) -> None:
    """100 studies: a standard error of 2.2 points at 95 %."""
    again, mended, _slope, _width = np.mean(
        [held(one) for one in studies(systems, rho, noise, form, 100)], axis=0
    )
    assert mended >= 0.9
    assert mended > again


def test_two_systems_more_than_facts_are_needed_for_an_interval() -> None:
    ((found, _true),) = studies(3, 0.5, 0.2, STRAIGHT, 1)
    assert found.rho.low is None
    assert found.rho.undefined.startswith("Too few systems for an interval of true scores: 4 are needed")
    assert found.slope.low is not None


def test_rho_of_true_scores_knows_sizes_by_their_ranks() -> None:
    (found, _true), (again, _true) = (studies(8, 0.5, 1.0, STRAIGHT, 1)[0] for _time in range(2))
    assert again.rho == found.rho
    ((raised, _true),) = studies(8, 0.5, 1.0, STRAIGHT, 1)
    assert replace(raised, x=np.exp(raised.x)).rho == found.rho
