"""Davidson's and the graded model: known truth, a likelihood written another way, and corner cases."""

import math

import evalica
import numpy as np
import pytest
from scipy import optimize, stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from studies.analysis.ranking.answer_fit import Fitted, fit_answers
from studies.analysis.ranking.answer_models import AnswerModel, Davidson, Graded, davidson, graded
from studies.analysis.ranking.counting import Floats
from studies.analysis.ranking.standing import Standing, stand
from studies.analysis.simulating import Design, Effects, simulate
from studies.analysis.votes import Votes
from tests.studies.analysis.ranking.votes_made import several, votes_made

DESIGN = Design(dialogues=50, models=4, raters=30, ratings_per_pair=2, writers=8, models_too=True)


def a_study() -> Votes:
    return simulate(DESIGN, Effects(spread=1.0), np.random.default_rng(4)).votes


def with_davidson(standing: Standing) -> Davidson:
    model = davidson(standing.counts.summed.sum(axis=0))
    assert model is not None
    return model


def with_grades(standing: Standing) -> Graded:
    model = graded(standing.counts.summed.sum(axis=0))
    assert model is not None
    return model


def fitted(standing: Standing, model: AnswerModel) -> Fitted:
    found = fit_answers(standing, model)
    assert found is not None
    return found


def drawn(strength: Floats, count: int, cuts: Floats | None, log_nu: float = 0.0) -> Votes:
    """So many votes on each couple straight from the model."""
    rng = np.random.default_rng(11)
    first, second = np.triu_indices(len(strength), 1)
    a, b = np.repeat(first, count), np.repeat(second, count)
    gap = strength[a] - strength[b]
    if cuts is None:
        weights = np.stack([np.exp(gap / 2), np.full(len(gap), math.exp(log_nu)), np.exp(-gap / 2)], axis=1)
        under = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        value = (rng.random(len(gap))[:, None] > under).sum(axis=1) - 1
    else:
        latent = rng.logistic(size=len(gap)) - gap
        value = (latent[:, None] > cuts).sum(axis=1) - 2
    return votes_made([(int(i), int(j), int(v)) for i, j, v in zip(a, b, value, strict=True)])


def test_davidson_equals_evalica_whose_v_is_half_nu() -> None:
    votes = a_study()
    standing = stand(votes, 5, 1)
    found = fitted(standing, with_davidson(standing))
    winners = [evalica.Winner((0, 2, 1)[int(np.sign(value))]) for value in votes.value]
    theirs = evalica.newman(
        [str(a) for a in votes.a], [str(b) for b in votes.b], winners, tolerance=1e-13, limit=100_000
    )
    logs = np.log(theirs.scores.sort_index().to_numpy())
    np.testing.assert_allclose(found.strength, logs - logs[0], atol=1e-8)
    assert math.exp(found.shape[0]) == pytest.approx(2 * theirs.v, abs=1e-8)


def test_davidson_recovers_what_was_drawn() -> None:
    truth = np.array([0.0, 0.4, -0.6])
    standing = stand(drawn(truth, 6_000, None, log_nu=-0.7), 3, 1)
    found = fitted(standing, with_davidson(standing))
    # Four standard errors of about 0.02.
    np.testing.assert_allclose(found.strength, truth, atol=0.08)
    assert found.shape[0] == pytest.approx(-0.7, abs=0.08)


def test_grades_recover_what_was_drawn() -> None:
    truth = np.array([0.0, 0.4, -0.6])
    standing = stand(drawn(truth, 6_000, np.array([-1.5, -0.3, 0.3, 1.5])), 3, 1)
    found = fitted(standing, with_grades(standing))
    np.testing.assert_allclose(found.strength, truth, atol=0.08)
    assert np.exp(found.shape).tolist() == pytest.approx([0.3, 1.2], abs=0.05)


def test_grades_equal_a_likelihood_that_is_maximised_without_derivatives() -> None:
    votes = a_study()
    standing = stand(votes, 5, 1)
    found = fitted(standing, with_grades(standing))

    def loss(at: Floats) -> float:
        strength = np.concatenate([[0.0], at[:4]])
        c1, c2 = math.exp(at[4]), math.exp(at[4]) + math.exp(at[5])
        cuts = np.array([-np.inf, -c2, -c1, c1, c2, np.inf])
        gap = strength[votes.a] - strength[votes.b]
        place = votes.value + 2
        chance = stats.logistic.cdf(cuts[place + 1] + gap) - stats.logistic.cdf(cuts[place] + gap)
        return float(-np.log(chance).sum())

    theirs = optimize.minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-7}).x
    np.testing.assert_allclose(found.strength[1:], theirs[:4], atol=1e-5)
    np.testing.assert_allclose(found.shape, theirs[4:], atol=1e-5)


def test_grades_equal_statsmodels_where_both_sides_are_alike() -> None:
    """Its cuts are free; with every vote there both ways round they come out even by themselves."""
    votes = a_study()
    mirrored = Votes(*(np.concatenate([getattr(votes, name)] * 2) for name in Votes.__slots__))
    half = len(votes)
    mirrored.value[half:] = -votes.value
    sides = np.zeros((2 * half, 5))
    rows = np.arange(2 * half)
    sign = np.where(rows < half, 1.0, -1.0)
    sides[rows, mirrored.a] -= sign
    sides[rows, mirrored.b] += sign
    theirs = OrderedModel(mirrored.value, sides[:, 1:], distr="logit").fit(method="bfgs", disp=0, gtol=1e-9)
    standing = stand(votes, 5, 1)
    found = fitted(standing, with_grades(standing))
    np.testing.assert_allclose(found.strength[1:], theirs.params[:4], atol=1e-5)


def test_three_answers_without_grades_have_no_graded_model() -> None:
    assert graded(np.array([0.0, 4.0, 2.0, 3.0, 0.0])) is None
    assert graded(np.array([4.0, 0.0, 2.0, 0.0, 3.0])) is None


def test_four_answers_have_their_middle_cut_at_nought() -> None:
    rows = [(0, 1, -2)] * 2 + [(0, 1, -1)] * 3 + [(0, 1, 1)] * 3 + [(0, 1, 2)] * 2
    standing = stand(votes_made(rows), 2, 1)
    found = fitted(standing, with_grades(standing))
    assert found.strength.tolist() == pytest.approx([0.0, 0.0], abs=1e-9)
    # A share of 2 in 10 lies beyond the outer cut.
    assert math.exp(found.shape[0]) == pytest.approx(math.log(0.8 / 0.2), abs=1e-9)


def test_without_ties_davidson_is_bradley_and_terry() -> None:
    standing = stand(votes_made(several(0, 1, 3, 0, 5)), 2, 1)
    found = fitted(standing, with_davidson(standing))
    assert found.shape.tolist() == []
    assert found.strength[1] == pytest.approx(math.log(5 / 3), abs=1e-10)
    assert found.spread.covariance[1, 1] == pytest.approx(standing.spread.covariance[1, 1], rel=1e-6)


def test_equal_systems_have_the_tie_tendency_of_their_votes() -> None:
    standing = stand(votes_made(several(0, 1, 4, 2, 4)), 2, 1)
    found = fitted(standing, with_davidson(standing))
    # ν / (2 + ν) is the share of ties: 2 in 10.
    assert math.exp(found.shape[0]) == pytest.approx(0.5, abs=1e-9)


def test_all_ties_have_no_tie_tendency() -> None:
    assert davidson(np.array([0.0, 0.0, 8.0, 0.0, 0.0])) is None


def test_systems_that_ties_alone_link_have_no_finite_strengths() -> None:
    """Wins one way and ties: the likelihood grows for ever with the winner's strength."""
    standing = stand(votes_made([(0, 1, -2), (0, 1, -1), (0, 1, 0), (0, 1, -1)]), 2, 1)
    assert standing.connection.core.all()
    assert fit_answers(standing, with_davidson(standing)) is None
    assert fit_answers(standing, with_grades(standing)) is None
