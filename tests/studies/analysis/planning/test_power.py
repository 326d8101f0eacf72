"""Power by simulation: equal to theory where there is one, and honest about its own error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from studies.analysis.clustering import interval
from studies.analysis.planning import formulas, needed
from studies.analysis.planning.assumptions import Assumptions, Impossible, Plan, Spread
from studies.analysis.planning.power import (
    design_of,
    interaction,
    overall,
    power_of_differences,
    power_of_shares,
    scaled,
    share_of,
    studies_for,
)

NONE = Spread(tie_rate=0.0, dialogue=0, pair=0, rater=0, writer=0)
ASSUMED = Assumptions(300, 3, 3, 20, 12).spread
HEART = Plan(300, 3, 3, 20, 12, adversarial=20)


@pytest.mark.parametrize("share", [0.55, 0.57, 0.60])
def test_independent_votes_reach_the_power_of_the_formula(share: float) -> None:
    """As many dialogues as the formula asks votes, one rating each by as many people: 80 %."""
    votes = math.ceil(formulas.decisive_votes(share))
    plan = Plan(votes, 1, 1, 1, votes)
    rng = np.random.default_rng(11)

    (found,) = power_of_shares(overall(design_of(plan), rng), NONE, [share], studies=2000, rng=rng)

    # 2,000 studies: a standard error of 0.9 points; t for z and the approximation cost less than one.
    assert found.power.value == pytest.approx(0.80, abs=0.035)
    assert found.half_width.value == pytest.approx(1.96 * math.sqrt(share * (1 - share) / votes), rel=0.02)
    assert found.power.n == 2000


def test_simulation_agrees_with_the_components_where_votes_hang_together() -> None:
    rng = np.random.default_rng(3)
    plan = Plan(200, 3, 3, 20, 40)
    found = power_of_shares(overall(design_of(plan), rng), ASSUMED, [0.5, 0.55, 0.6], studies=2000, rng=rng)

    for one in found:
        assert one.power.value == pytest.approx(
            needed.power_by_components(plan, ASSUMED, one.truth), abs=0.05
        )
        assert one.covered.value == pytest.approx(0.95, abs=0.025)


def test_no_difference_is_falsely_found_in_about_five_of_a_hundred() -> None:
    rng = np.random.default_rng(4)
    (none,) = power_of_differences(interaction(design_of(HEART), rng), ASSUMED, [0.0], studies=2000, rng=rng)
    (large,) = power_of_differences(interaction(design_of(HEART), rng), ASSUMED, [0.3], studies=200, rng=rng)

    assert none.power.value is not None
    assert large.power.value is not None
    assert 0.02 <= none.power.value <= 0.08
    assert large.power.value > 0.95


def test_the_estimator_and_interval_are_those_of_the_analysis() -> None:
    bench = overall(design_of(Plan(30, 3, 2, 10, 6)), np.random.default_rng(5))
    score = np.random.default_rng(6).choice([0.0, 0.5, 1.0], size=(len(bench.layout), 1)).astype(np.float32)
    model = bench.layout.b - 1
    means = np.bincount(model, weights=score[:, 0]) / np.bincount(model)
    influence = (score[:, 0] - means[model]) / (3 * np.bincount(model)[model])
    expected = interval(float(means.mean()), influence, bench.layout.ways)

    estimates, reach = bench.judged(score)

    assert estimates[0] == pytest.approx(expected.value, abs=1e-6)
    assert expected.low is not None
    assert reach[0] == pytest.approx(means.mean() - expected.low, rel=1e-4)


def test_a_slice_that_is_empty_or_everything_has_no_difference() -> None:
    for adversarial in (0, 300):
        with pytest.raises(Impossible, match="dialogues in both"):
            interaction(design_of(Plan(300, 3, 3, 20, 12, adversarial)), np.random.default_rng(1))


def test_a_simulated_share_has_its_wilson_interval() -> None:
    """Wilson 1927 for 8 of 10: .490 to .943."""
    found = share_of(np.array([True] * 8 + [False] * 2))

    assert (found.value, found.n) == (0.8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    assert share_of(np.zeros(5, dtype=bool)).low == 0.0


def test_how_many_studies_are_simulated_is_bounded() -> None:
    assert studies_for(1_000, cells=5_000_000) == 1000
    assert studies_for(10_000, cells=5_000_000) == 500
    assert studies_for(60_000, cells=5_000_000) == 100


def test_the_smallest_study_that_suffices_is_on_the_grid() -> None:
    plan = Plan(50, 1, 1, 1, 5000)
    found = needed.dialogues_needed(plan, NONE, 0.6, cells=1_000_000, rng=np.random.default_rng(2))

    # The formula asks 194 votes.
    assert found.dialogues == 200
    assert found.tried is not None
    assert found.plan == scaled(plan, 200)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (Plan(100, 3, 3, 20, 12), "12 writers of people's replies are too few"),
        (Plan(100, 3, 15, 100_000, 5000), "15 raters are too few"),
    ],
)
def test_what_no_number_of_dialogues_mends_is_named(plan: Plan, why: str) -> None:
    found = needed.dialogues_needed(plan, ASSUMED, 0.53, cells=1, rng=np.random.default_rng(2))

    assert found.dialogues is None
    assert found.why == f"not with 5,000 dialogues: {why}"


def test_the_design_effect_without_anything_in_common_is_one() -> None:
    assert needed.design_effect(HEART, NONE) == pytest.approx(1.0)
    assert needed.design_effect(HEART, ASSUMED) > 5


def test_a_plan_counts_pairs_ratings_and_raters() -> None:
    assert (HEART.pairs, HEART.ratings, HEART.raters, HEART.votes) == (900, 2700, 135, 2700)
    both = Plan(300, 3, 3, 20, 12, models_too=True)
    assert (both.pairs, both.ratings, both.raters, both.votes) == (1800, 5400, 270, 2700)
    assert Plan(10, 1, 15, 10_000, 1).raters == 15
