"""Sample sizes by formula, against numbers computed elsewhere (judging and analysis, design note)."""

from __future__ import annotations

import math

import pytest

from studies.analysis.planning import formulas
from studies.analysis.planning.costs import cost_of


@pytest.mark.parametrize(
    ("share", "votes", "with_ties"),
    [(0.52, 4904, 11537), (0.55, 783, 1842), (0.57, 399, 937), (0.60, 194, 457), (0.65, 85, 200)],
)
def test_votes_for_a_share(share: float, votes: int, with_ties: int) -> None:
    assert math.ceil(formulas.decisive_votes(share)) == votes
    assert math.ceil(formulas.votes_needed(share, tie_rate=0.15, design_effect=2)) == with_ties
    assert formulas.decisive_votes(1 - share) == pytest.approx(formulas.decisive_votes(share))


def test_no_difference_takes_endless_votes() -> None:
    assert formulas.decisive_votes(0.5) == math.inf


def test_pairs_for_an_agreement_and_its_margin() -> None:
    assert math.ceil(formulas.pairs_for_agreement(0.8, 0.03)) == 683
    assert math.ceil(formulas.pairs_for_agreement(0.8, 0.05)) == 246
    assert math.ceil(formulas.pairs_for_margin(0.05, equivalence=False)) == 554
    assert math.ceil(formulas.pairs_for_margin(0.05)) == 768


def test_hearts_ratings_are_467_rater_hours() -> None:
    cost = cost_of(42_000, hourly=12)

    assert round(cost.hours) == 467
    assert cost.money == pytest.approx(5_600)
    assert cost_of(0, raters=10, other_pairs=9).hours == 1.0
