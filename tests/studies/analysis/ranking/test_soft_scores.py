"""HEART's soft scores."""

import pytest

from studies.analysis.ranking.soft_scores import soft_by_couple, soft_scores
from tests.studies.analysis.ranking.votes_made import votes_made


def test_two_grades_are_the_halves_of_hearts_five() -> None:
    votes = votes_made([(0, 1, value) for value in (-2, -1, 0, 1, 2)])
    assert soft_scores(votes).tolist() == [0.85, 0.65, 0.5, 0.35, 0.15]


def test_one_grade_is_their_middle() -> None:
    assert soft_scores(votes_made([(0, 1, -1), (0, 1, 0), (0, 1, 1)])).tolist() == [0.75, 0.5, 0.25]


def test_means_of_each_couple() -> None:
    found = soft_by_couple(votes_made([(0, 1, -2), (0, 1, 1), (0, 2, 0)]), 3)
    assert [(a, b, mean.n) for a, b, mean in found] == [(0, 1, 2), (0, 2, 1)]
    assert [mean.value for _a, _b, mean in found] == pytest.approx([0.6, 0.5])
