"""Strengths: equal to what others compute, and exact where the votes have no maximum."""

import math

import choix
import evalica
import numpy as np
import pytest

from studies.analysis.ranking.bradley_terry import REACH
from studies.analysis.ranking.counting import Floats
from studies.analysis.ranking.elo import POINTS
from studies.analysis.ranking.standing import stand
from studies.analysis.simulating import Design, Effects, simulate
from studies.analysis.votes import Votes
from tests.studies.analysis.ranking.votes_made import several, votes_made

EVERYBODY = Design(
    dialogues=40, models=6, raters=30, ratings_per_pair=2, writers=8, adversarial=0, models_too=True
)


def a_study(seed: int = 5) -> Votes:
    return simulate(EVERYBODY, Effects(), np.random.default_rng(seed)).votes


def by_evalica(votes: Votes, systems: int) -> Floats:
    winners = [evalica.Winner((0, 2, 1)[int(np.sign(value))]) for value in votes.value]
    names = [f"{system:02d}" for system in range(systems)]
    found = evalica.bradley_terry(
        [names[a] for a in votes.a], [names[b] for b in votes.b], winners, tolerance=1e-13, limit=100_000
    )
    logs = np.log(found.scores.sort_index().to_numpy())
    return np.asarray(logs - logs[0])


def test_strengths_equal_evalica_with_ties_as_half_wins() -> None:
    votes = a_study()
    found = stand(votes, 7, 1)
    assert (votes.value == 0).any()
    assert found.prior == 0.0
    np.testing.assert_allclose(found.strength, by_evalica(votes, 7), atol=1e-8)


def test_strengths_equal_choix_without_ties() -> None:
    votes = a_study()
    votes = votes.take(votes.value != 0)
    games = [(a, b) if v < 0 else (b, a) for a, b, v in zip(votes.a, votes.b, votes.value, strict=True)]
    theirs = choix.opt_pairwise(7, games, tol=1e-14, method="Newton-CG")
    np.testing.assert_allclose(stand(votes, 7, 1).strength, theirs - theirs[0], atol=1e-8)


def test_two_systems_have_the_log_odds_of_their_votes() -> None:
    found = stand(votes_made(several(0, 1, 3, 2, 5)), 2, 1)
    assert found.strength.tolist() == pytest.approx([0.0, math.log(6 / 4)], abs=1e-12)
    assert found.elo(1).value == pytest.approx(1500 + POINTS * math.log(1.5), abs=1e-9)
    assert POINTS * math.log(10) == pytest.approx(400)


def test_without_people_the_mean_of_the_systems_is_the_anchor() -> None:
    found = stand(votes_made(several(0, 1, 3, 2, 5)), 2, 0)
    assert found.strength.tolist() == pytest.approx([-math.log(1.5) / 2, math.log(1.5) / 2], abs=1e-12)
    assert not found.connection.by_people


def test_two_peoples_systems_share_the_anchor() -> None:
    found = stand(votes_made(several(0, 1, 6, 0, 4) + several(1, 2, 5, 0, 5)), 3, 2)
    half = math.log(1.5) / 2
    assert found.strength.tolist() == pytest.approx([half, -half, -half], abs=1e-12)


def test_who_never_loses_is_placed_by_the_smallest_prior_and_moves_nobody() -> None:
    rest = several(0, 1, 3, 0, 5)
    found = stand(votes_made(rest + several(0, 2, 0, 0, 2) + several(1, 2, 0, 0, 1)), 3, 1)
    top = found.strength[2]
    assert found.strength[1] == pytest.approx(math.log(5 / 3), abs=1e-12)
    assert found.prior == 0.01
    # The penalised score equation of one system, the others held.
    assert 2 / (1 + math.exp(top)) + 1 / (1 + math.exp(top - math.log(5 / 3))) == pytest.approx(0.01 * top)
    assert found.connection.remarks == {2: "never lost"}
    elo = found.elo(2)
    assert elo.low is None
    assert "one direction only" in elo.undefined


def test_a_prior_that_would_put_somebody_too_far_is_made_stronger() -> None:
    found = stand(votes_made(several(0, 1, 3, 0, 5) + several(0, 2, 0, 0, 500)), 3, 1)
    assert found.prior == 1.0
    assert 0 < found.strength[2] <= REACH


def test_who_never_wins_is_named_and_put_below() -> None:
    found = stand(votes_made(several(0, 1, 3, 0, 5) + several(0, 2, 4, 0, 0)), 3, 1)
    assert found.connection.remarks == {2: "never won"}
    assert found.strength[2] < 0


def test_a_human_who_never_wins_leaves_everybody_one_sided() -> None:
    found = stand(votes_made(several(0, 1, 0, 0, 4) + several(0, 2, 0, 0, 4) + several(1, 2, 2, 0, 2)), 3, 1)
    assert found.strength[0] == 0.0
    assert found.connection.remarks == {1: "never lost", 2: "never lost"}
    assert found.strength[1] == pytest.approx(found.strength[2], abs=1e-9)


def test_another_island_is_not_ranked() -> None:
    found = stand(votes_made(several(0, 1, 3, 0, 5) + several(2, 3, 1, 0, 1)), 4, 1)
    assert np.isnan(found.strength[2:]).all()
    assert found.strength[1] == pytest.approx(math.log(5 / 3), abs=1e-12)
    assert found.elo(2).value is None
    assert "No chain of votes" in found.elo(2).undefined


def test_all_ties_make_all_equal_and_tell_no_interval() -> None:
    found = stand(votes_made(several(0, 1, 0, 4, 0) + several(1, 2, 0, 4, 0)), 3, 1)
    assert found.strength.tolist() == [0.0, 0.0, 0.0]
    elo = found.elo(1)
    assert (elo.value, elo.low) == (1500.0, None)
    assert "nothing varies" in elo.undefined


def test_without_votes_nobody_is_ranked() -> None:
    found = stand(votes_made([]), 2, 1)
    assert np.isnan(found.strength).all()
    assert found.elo(0).undefined == "It has no votes here."
