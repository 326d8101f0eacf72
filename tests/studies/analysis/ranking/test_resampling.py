"""The bootstrap over dialogues."""

import numpy as np
import pytest

from studies.analysis.clustering import covariance
from studies.analysis.ranking.resampling import percentile, resampled
from studies.analysis.ranking.standing import stand
from studies.analysis.simulating import Design, Effects, simulate
from tests.studies.analysis.ranking.votes_made import several, votes_made


def test_a_resample_is_the_fit_of_its_dialogues() -> None:
    votes = simulate(Design(dialogues=50, models=3, raters=20), Effects(), np.random.default_rng(2)).votes
    found = stand(votes, 4, 1)
    rng = np.random.default_rng(9)
    drawn = resampled(found.counts, found.connection, found.strength, 3, rng)
    weights = np.random.default_rng(9).multinomial(50, np.full(50, 1 / 50), size=3)
    for resample in range(3):
        times = weights[resample][votes.dialogue]
        again = stand(votes.take(np.repeat(np.arange(len(votes)), times)), 4, 1)
        np.testing.assert_allclose(drawn[resample], again.strength, atol=1e-8)


def test_its_spread_is_the_sandwich_of_dialogues() -> None:
    votes = simulate(Design(dialogues=200, models=3, raters=20), Effects(), np.random.default_rng(2)).votes
    found = stand(votes, 4, 1)
    drawn = resampled(found.counts, found.connection, found.strength, 2000, np.random.default_rng(1))
    expected = 1 / (1 + np.exp(found.strength[votes.b] - found.strength[votes.a]))
    sides = np.zeros((len(votes), 4))
    sides[np.arange(len(votes)), votes.a] = 1
    sides[np.arange(len(votes)), votes.b] = -1
    influence = ((votes.score - expected)[:, None] * sides) @ found.bread.T
    matrix, _freedom = covariance(influence, {"dialogue": votes.dialogue})
    # 2,000 resamples know a standard error to 1.6 %; three of these.
    np.testing.assert_allclose(drawn[:, 1:].std(axis=0), np.sqrt(np.diag(matrix)[1:]), rtol=0.05)


def test_under_forty_dialogues_there_is_no_percentile() -> None:
    found = percentile(1510.0, np.zeros(100), 39, 7)
    assert (found.value, found.low, found.n) == (1510.0, None, 7)
    assert found.undefined == "Percentiles of resampled dialogues need at least 40 dialogues; there are 39."


def test_resamples_that_fall_apart_are_told_and_not_used() -> None:
    """One dialogue alone holds the only win of the model: a third of resamples lack it."""
    rows = several(0, 1, 40, 0, 1)
    found = stand(votes_made(rows), 2, 1)
    drawn = resampled(found.counts, found.connection, found.strength, 1000, np.random.default_rng(1))
    lost = int(np.isnan(drawn[:, 1]).sum())
    assert lost == pytest.approx(1000 * (40 / 41) ** 41, abs=60)
    told = percentile(1500.0, drawn[:, 1], 41, 41)
    assert told.undefined == f"In {lost} of 1000 resamples the systems are no longer linked by wins."
