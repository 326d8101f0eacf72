"""The alternative annotator test, against its definition done slowly."""

import numpy as np
import pytest
from scipy import stats

from studies.analysis.replacing.alt_test import (
    advantage_probability,
    advantages,
    benjamini_yekutieli,
    winning_rate,
)
from studies.analysis.simulating import Design
from studies.analysis.votes import Votes
from tests.studies.analysis.agreement.studies_drawn import votes_of, with_judge


def study(raters: int = 6, per_pair: int = 4, seed: int = 1) -> tuple[Votes, tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    votes, judge = with_judge(rng, Design(120, 1, raters, per_pair, 20))
    return votes, (judge.pair, np.sign(judge.value).astype(float))


def slowly(
    votes: Votes, answers: tuple[np.ndarray, np.ndarray], epsilon: float, *, graded: bool
) -> tuple[float, float]:
    """ω and ρ, written as in the paper."""
    said = dict(zip(answers[0].tolist(), answers[1].tolist(), strict=True))
    p_values, chances = [], []
    for rater in np.unique(votes.source):
        human, judge = [], []
        for row in np.flatnonzero(votes.source == rater):
            rest = (votes.pair == votes.pair[row]) & (votes.source != rater)
            others = votes.value[rest].astype(float) if graded else np.sign(votes.value[rest])
            own = float(votes.value[row] if graded else np.sign(votes.value[row]))
            scores = [
                -np.sqrt(np.mean((others - one) ** 2)) if graded else np.mean(others == one)
                for one in (own, said[int(votes.pair[row])])
            ]
            human.append(float(scores[0] >= scores[1] - 1e-12))
            judge.append(float(scores[1] >= scores[0] - 1e-12))
        tested = stats.ttest_1samp(np.array(human) - np.array(judge), epsilon, alternative="less")
        p_values.append(float(tested.pvalue))
        chances.append(np.mean(judge))
    return float(benjamini_yekutieli(np.array(p_values), 0.05).mean()), float(np.mean(chances))


@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("epsilon", [0.0, 0.1, 0.2])
def test_it_equals_its_definition(epsilon: float, graded: bool) -> None:
    votes, answers = study()
    found = advantages(votes, answers, graded=graded)
    rate, chance = slowly(votes, answers, epsilon, graded=graded)
    assert found.found == 6
    assert winning_rate(found, epsilon).value == pytest.approx(rate)
    assert advantage_probability(found).value == pytest.approx(chance)


def test_benjamini_yekutieli_equals_scipy() -> None:
    p_values = np.random.default_rng(4).beta(0.3, 3, 40)
    expected = stats.false_discovery_control(p_values, method="by") <= 0.05
    assert benjamini_yekutieli(p_values, 0.05).tolist() == expected.tolist()
    assert 0 < expected.sum() < 40


def test_a_judge_that_says_what_the_others_say_wins_against_everybody() -> None:
    votes = votes_of([(pair, who, 1) for pair in range(40) for who in range(3)])
    found = advantages(votes, (np.arange(40, dtype=np.int32), np.ones(40)), graded=False)
    assert winning_rate(found, 0.1).value == 1.0
    assert (
        winning_rate(found, 0.0).value == 0.0
    )  # no better than equal is not shown to be no worse by nothing
    assert advantage_probability(found).value == 1.0


def test_a_judge_that_contradicts_everybody_loses_against_everybody() -> None:
    votes = votes_of([(pair, who, 1) for pair in range(40) for who in range(3)])
    found = advantages(votes, (np.arange(40, dtype=np.int32), -np.ones(40)), graded=False)
    assert winning_rate(found, 0.2).value == 0.0
    assert advantage_probability(found).value == 0.0


def test_too_few_shared_pairs_are_not_testable_and_say_what_would_do() -> None:
    votes = votes_of([(pair, who, 1) for pair in range(29) for who in range(3)])
    found = advantages(votes, (np.arange(29, dtype=np.int32), np.ones(29)), graded=False)
    assert (found.testable, found.found, found.most) == (False, 0, 29)
    rate = winning_rate(found, 0.1)
    assert rate.value is None
    assert "30 pairs that the same 3 raters all rate (90 ratings)" in rate.undefined


def test_a_pair_of_two_raters_has_no_two_others() -> None:
    votes = votes_of([(pair, who, 1) for pair in range(50) for who in range(2)])
    found = advantages(votes, (np.arange(50, dtype=np.int32), np.ones(50)), graded=False)
    assert (found.found, found.most) == (0, 0)


def test_no_answers_of_the_judge() -> None:
    votes = votes_of([(0, 1, 1)])
    empty = np.zeros(0, dtype=np.int32), np.zeros(0)
    assert not advantages(votes, empty, graded=False).testable
