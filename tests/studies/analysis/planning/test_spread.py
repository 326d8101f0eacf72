"""From components of shares to the simulator's effects, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from studies.analysis.planning.assumptions import Assumptions, Impossible, Spread
from studies.analysis.planning.spread import covariance_of, deviation_of, effects_of, preferring
from studies.analysis.simulating import Design, truth_of

ASSUMED = Assumptions(300, 3, 3, 20, 12).spread


@pytest.mark.parametrize("correlation", [0.1, 0.5, 0.9])
def test_without_ties_the_covariance_is_the_arcsine_law(correlation: float) -> None:
    """Sheppard 1899: both above the middle with probability ¼ + asin ρ / 2π."""
    assert covariance_of(correlation, 0.0) == pytest.approx(math.asin(correlation) / (2 * math.pi), rel=1e-9)


@pytest.mark.parametrize("threshold", [0.1, 0.22, 1.0])
def test_with_ties_it_is_the_bivariate_normal_one(threshold: float) -> None:
    normal = stats.multivariate_normal(cov=[[1, 0.6], [0.6, 1]])
    edges = (-threshold, threshold)
    expected = sum(normal.cdf([a, b]) - stats.norm.cdf(a) * stats.norm.cdf(b) for a in edges for b in edges)

    assert covariance_of(0.6, threshold) == pytest.approx(expected / 4, abs=1e-6)


def test_effects_bring_about_the_spread_they_come_from() -> None:
    effects = effects_of(ASSUMED)
    threshold = effects.tie / deviation_of(effects)
    of = [getattr(effects, name) ** 2 / deviation_of(effects) ** 2 for name in ("writer", "dialogue", "pair")]
    writer, dialogue, pair = np.cumsum(of)

    assert covariance_of(writer, threshold) == pytest.approx(ASSUMED.writer)
    assert covariance_of(dialogue, threshold) == pytest.approx(ASSUMED.writer + ASSUMED.dialogue)
    assert covariance_of(pair, threshold) == pytest.approx(ASSUMED.writer + ASSUMED.dialogue + ASSUMED.pair)
    rater = (effects.rater / deviation_of(effects)) ** 2
    assert covariance_of(rater, threshold) == pytest.approx(ASSUMED.rater)
    assert 2 * stats.norm.cdf(threshold) - 1 == pytest.approx(ASSUMED.tie_rate)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.6])
def test_a_share_that_is_asked_for_is_the_truth(share: float) -> None:
    effects = preferring(effects_of(ASSUMED), share)

    assert truth_of(Design(), effects).human_vs_models == pytest.approx(share, abs=1e-9)


def test_raters_agree_on_what_both_decide_about_as_heart_reports() -> None:
    """Two votes of one pair share its dialogue, pair and writer: HEART says 79.5 %."""
    effects = preferring(effects_of(ASSUMED), 0.433)
    deviation = deviation_of(effects)
    alike = (effects.dialogue**2 + effects.pair**2 + effects.writer**2) / deviation**2
    both = stats.multivariate_normal(cov=[[1, alike], [alike, 1]])
    won = both.cdf([(effects.human - effects.tie) / deviation] * 2)
    lost = both.cdf([(-effects.human - effects.tie) / deviation] * 2)
    first = stats.norm.cdf((-effects.human - effects.tie) / deviation)
    edges = [(-effects.human - effects.tie) / deviation, (-effects.human + effects.tie) / deviation]
    parted = 2 * (first - both.cdf(edges))

    assert (won + lost) / (won + lost + parted) == pytest.approx(0.795, abs=0.01)


@pytest.mark.parametrize(
    "spread",
    [
        Spread(1, 0, 0, 0, 0),
        Spread(0, 0.2, 0.06, 0, 0),
        Spread(0.9, 0.03, 0, 0, 0),
        Spread(0, 0.12, 0, 0.13, 0),
    ],
)
def test_no_room_for_chance_is_said(spread: Spread) -> None:
    with pytest.raises(Impossible, match="no room for chance"):
        effects_of(spread)
