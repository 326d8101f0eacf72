"""Something else held equal: equal to statsmodels, and left out where it cannot be told."""

import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm

from studies.analysis.ranking.adjusting import adjust
from studies.analysis.ranking.standing import stand
from studies.analysis.simulating import Design, Effects, simulate
from tests.studies.analysis.ranking.votes_made import several, votes_made


def test_strengths_and_coefficients_are_the_cluster_robust_logits() -> None:
    design = Design(dialogues=60, models=4, raters=1, ratings_per_pair=1, models_too=True, adversarial=0)
    votes = simulate(design, Effects(tie=0.0, position=0.3), np.random.default_rng(3)).votes
    votes = votes.take(votes.value != 0)
    votes.writer[:] = -1
    covariates = np.stack(
        [np.where(votes.a_first, 1.0, -1.0), np.random.default_rng(1).normal(size=len(votes))], axis=1
    )
    found = adjust(stand(votes, 5, 1), covariates)
    assert found is not None
    sides = np.zeros((len(votes), 5))
    sides[np.arange(len(votes)), votes.a] = 1
    sides[np.arange(len(votes)), votes.b] = -1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sm.GLM(
            votes.score, np.concatenate([sides[:, 1:], covariates], axis=1), family=sm.families.Binomial()
        ).fit(cov_type="cluster", cov_kwds={"groups": votes.dialogue, "use_correction": False}, tol=1e-13)
    np.testing.assert_allclose(found.strength[1:], theirs.params[:4], atol=1e-8)
    np.testing.assert_allclose(found.coefficients, theirs.params[4:], atol=1e-8)
    np.testing.assert_allclose(
        found.spread.covariance[1:7, 1:7], theirs.cov_params() * 60 / 59, rtol=1e-6, atol=1e-12
    )


def test_the_side_by_hand() -> None:
    """Shown first, a wins 8 of 10; shown second, 4 of 10: log odds log 4 and log ⅔."""
    rows = several(0, 1, 8, 0, 2) + several(0, 1, 4, 0, 6)
    votes = votes_made(rows, a_first=[True] * 10 + [False] * 10)
    found = adjust(stand(votes, 2, 1), np.where(votes.a_first, 1.0, -1.0)[:, None])
    assert found is not None
    high, low = math.log(4), math.log(2 / 3)
    assert found.coefficients[0] == pytest.approx((high - low) / 2, abs=1e-10)
    assert found.strength[1] == pytest.approx(-(high + low) / 2, abs=1e-10)
    shift = found.spread.covariance[4, 4]
    assert shift > 0


def test_a_side_that_never_changes_cannot_be_told() -> None:
    votes = votes_made(several(0, 1, 3, 0, 5))
    assert adjust(stand(votes, 2, 1), np.ones((8, 1))) is None


def test_a_covariate_that_says_what_another_says_is_left_out() -> None:
    votes = votes_made(several(0, 1, 8, 0, 2) + several(0, 1, 4, 0, 6), a_first=[True] * 10 + [False] * 10)
    first = np.where(votes.a_first, 1.0, -1.0)
    found = adjust(stand(votes, 2, 1), np.stack([first, 2 * first, np.zeros(20)], axis=1))
    assert found is not None
    assert found.kept.tolist() == [True, False, False]
    assert np.isnan(found.coefficients[1:]).all()


def test_a_covariate_that_tells_every_answer_has_no_bound() -> None:
    votes = votes_made(several(0, 1, 4, 0, 4))
    assert adjust(stand(votes, 2, 1), np.where(votes.value < 0, 1.0, -1.0)[:, None]) is None
