"""Intervals: the sandwich equals a hand calculation and statsmodels."""

import math
import warnings

import numpy as np
import pytest
import statsmodels.api as sm

from studies.analysis.ranking.elo import POINTS
from studies.analysis.ranking.standing import stand
from studies.analysis.simulating import Design, Effects, simulate
from tests.studies.analysis.ranking.votes_made import several, votes_made


def test_two_systems_by_hand() -> None:
    """Three dialogues of 3:1, 1:3 and 2:2 for the model; H = n p q, U = sums of answers less p."""
    rows = several(0, 1, 1, 0, 3) + several(0, 1, 3, 0, 1) + several(0, 1, 2, 0, 2)
    dialogue = [0] * 4 + [1] * 4 + [2] * 4
    found = stand(votes_made(rows, dialogue=dialogue, rater=[0] * 12), 2, 1)
    information = 12 * 0.25
    meat = (1.0**2 + 1.0**2) * 3 / 2
    assert found.strength[1] == pytest.approx(0.0, abs=1e-12)
    assert found.spread.freedom == 2
    assert found.spread.covariance[1, 1] == pytest.approx(meat / information**2, abs=1e-12)
    reach = 4.302652729911275 * POINTS * math.sqrt(meat) / information
    elo = found.elo(1)
    assert elo.low == pytest.approx(1500 - reach, abs=1e-6)
    assert (elo.n, dict(elo.clusters)) == (12, {"dialogue": 3, "rater": 1})


def test_by_dialogue_alone_it_is_the_cluster_robust_logit() -> None:
    design = Design(dialogues=60, models=4, raters=1, ratings_per_pair=1, models_too=True, adversarial=0)
    votes = simulate(design, Effects(tie=0.0), np.random.default_rng(3)).votes
    votes = votes.take(votes.value != 0)
    votes.writer[:] = -1
    found = stand(votes, 5, 1)
    sides = np.zeros((len(votes), 5))
    sides[np.arange(len(votes)), votes.a] = 1
    sides[np.arange(len(votes)), votes.b] = -1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = sm.GLM(votes.score, sides[:, 1:], family=sm.families.Binomial()).fit(
            cov_type="cluster", cov_kwds={"groups": votes.dialogue, "use_correction": False}, tol=1e-13
        )
    np.testing.assert_allclose(found.strength[1:], theirs.params, atol=1e-8)
    # The same but for G/(G−1), which we apply.
    np.testing.assert_allclose(found.spread.covariance[1:, 1:], theirs.cov_params() * 60 / 59, rtol=1e-6)


def test_votes_added_up_by_cluster_tell_the_same_as_single_ones() -> None:
    design = Design(dialogues=30, models=3, raters=10, ratings_per_pair=3, writers=6, models_too=True)
    votes = simulate(design, Effects(), np.random.default_rng(8)).votes
    found = stand(votes, 4, 1)
    expected = 1 / (1 + np.exp(found.strength[votes.b] - found.strength[votes.a]))
    sides = np.zeros((len(votes), 4))
    sides[np.arange(len(votes)), votes.a] = 1
    sides[np.arange(len(votes)), votes.b] = -1
    from studies.analysis.clustering import covariance

    influence = ((votes.score - expected)[:, None] * sides) @ found.bread.T
    matrix, freedom = covariance(influence, votes.ways)
    np.testing.assert_allclose(found.spread.covariance, matrix, atol=1e-14)
    assert found.spread.freedom == freedom == 5


def test_one_dialogue_and_one_rater_have_no_interval() -> None:
    rows = several(0, 1, 1, 0, 3)
    elo = stand(votes_made(rows, dialogue=[0] * 4, rater=[0] * 4), 2, 1).elo(1)
    assert elo.value == pytest.approx(1500 + POINTS * math.log(3))
    assert elo.undefined.endswith("there is 1 dialogue, 1 rater.")


def test_one_dialogue_by_several_raters_has_theirs() -> None:
    elo = stand(votes_made(several(0, 1, 1, 0, 3), dialogue=[0] * 4), 2, 1).elo(1)
    assert elo.low is not None
    assert dict(elo.clusters) == {"dialogue": 1, "rater": 4}


def test_the_anchor_is_no_estimate() -> None:
    elo = stand(votes_made(several(0, 1, 1, 0, 3)), 2, 1).elo(0)
    assert (elo.value, elo.undefined) == (1500.0, "It is the anchor: 1500 by definition.")
