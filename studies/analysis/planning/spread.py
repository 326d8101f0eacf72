"""How far votes differ by dialogue, pair, rater and writer: on the scale of shares, and on the simulator's.

On the scale of shares a component is a covariance: that of two votes (1 for people's reply, ½ for a tie, 0)
that share the dialogue, the writer, and so on, and nothing else. Its square root is a standard deviation in
points of share, which a pilot gives directly. The simulator has normal effects behind two thresholds; the
covariance of two such votes with correlation ρ is an integral of the bivariate normal density over ρ
(Plackett 1954, Biometrika 41:351), which is turned around here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from scipy import optimize, stats

from studies.analysis.planning.assumptions import Impossible, Spread
from studies.analysis.simulating import Effects

#: Correlations stay below it: noise is never none.
MOST_CORRELATION: Final = 0.98
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


def covariance_of(correlation: float, threshold: float) -> float:
    """Covariance of two votes whose scales correlate; `threshold` of a tie in standard deviations."""
    r = correlation * (_NODES + 1) / 2
    total = np.zeros_like(r)
    for sign in (1, -1):
        exponent = threshold**2 * (1 - sign * r) / (1 - r**2)
        total += 2 * np.exp(-exponent) / (2 * np.pi * np.sqrt(1 - r**2))
    return float(correlation / 2 * (_WEIGHTS * total).sum() / 4)


def effects_of(spread: Spread) -> Effects:
    """The simulator's effects that bring about this spread, with no difference between people and models.

    Raises Impossible where the components leave no noise.
    """
    if spread.tie_rate >= 1:
        raise Impossible("every answer is a tie, which leaves no room for chance: lower the rate of ties")
    threshold = float(stats.norm.ppf(0.5 + spread.tie_rate / 2))
    rater = _correlation(spread.rater, threshold)
    writer = _correlation(spread.writer, threshold)
    dialogue = _correlation(spread.writer + spread.dialogue, threshold)
    pair = _correlation(spread.writer + spread.dialogue + spread.pair, threshold)
    noise = 1 - pair - rater
    if noise < 1 - MOST_CORRELATION:
        raise Impossible("the spreads leave no room for chance: lower that of dialogues, pairs or raters")
    deviation = noise**-0.5
    return Effects(
        human=0.0,
        model=0.0,
        spread=0.0,
        dialogue=deviation * max(dialogue - writer, 0.0) ** 0.5,
        pair=deviation * max(pair - dialogue, 0.0) ** 0.5,
        rater=deviation * rater**0.5,
        writer=deviation * writer**0.5,
        tie=deviation * threshold,
        strong=deviation * threshold + 1,
    )


def preferring(effects: Effects, share: float) -> Effects:
    """The same with people so strong that the true share of preference is `share`; ties change a little."""
    return replace(effects, human=_strength(effects, share))


def deviation_of(effects: Effects) -> float:
    """Standard deviation of a vote of people and model on the simulator's scale."""
    parts = (effects.dialogue, effects.pair, effects.rater, effects.writer)
    return float(np.sqrt(1 + sum(part**2 for part in parts)))


def _strength(effects: Effects, share: float) -> float:
    deviation = deviation_of(effects)

    def beyond(gap: float) -> float:
        sides = stats.norm.cdf(np.array([gap - effects.tie, gap + effects.tie]) / deviation)
        return float(np.mean(sides)) - share

    most = 8 * deviation + effects.tie
    return float(optimize.brentq(beyond, -most, most, xtol=1e-12))


def _correlation(covariance: float, threshold: float) -> float:
    """The correlation behind a covariance. Raises Impossible beyond MOST_CORRELATION."""
    if covariance <= 0:
        return 0.0
    if covariance >= covariance_of(MOST_CORRELATION, threshold):
        raise Impossible("the spreads leave no room for chance: lower that of dialogues, pairs or raters")
    return float(
        optimize.brentq(lambda r: covariance_of(r, threshold) - covariance, 0, MOST_CORRELATION, xtol=1e-12)
    )
