"""Sample sizes by formula, for answers that do not hang together: what the simulation has to agree with."""

from __future__ import annotations

import math

from scipy import stats

#: Two-sided error of the first kind, and the power that studies are planned for.
ALPHA = 0.05
POWER = 0.8


def decisive_votes(share: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Independent votes without ties that tell `share` from one half, not rounded; endless for one half.

    The normal approximation to the one-sample test of a share (Fleiss, Levin & Paik 2003, Statistical Methods
    for Rates and Proportions), two-sided, without correction for continuity.
    """
    if share == 0.5:
        return math.inf
    under_none = 0.5 * float(stats.norm.ppf(1 - alpha / 2))
    under_share = math.sqrt(share * (1 - share)) * float(stats.norm.ppf(power))
    return ((under_none + under_share) / (share - 0.5)) ** 2


def votes_needed(share: float, *, tie_rate: float = 0.0, design_effect: float = 1.0) -> float:
    """The same with ties (that decide nothing) and the design effect of a pilot."""
    return decisive_votes(share) * design_effect / (1 - tie_rate)


def pairs_for_agreement(agreement: float, half_width: float, *, alpha: float = ALPHA) -> float:
    """Independent pairs that give an agreement's interval this half-width (Wald)."""
    z = float(stats.norm.ppf(1 - alpha / 2))
    return z**2 * agreement * (1 - agreement) / half_width**2


def pairs_for_margin(
    margin: float, *, agreement: float = 0.8, correlation: float = 0.3, equivalence: bool = True
) -> float:
    """Independent pairs that show two agreements on the same pairs to differ by less than `margin`, roughly.

    `correlation` is that of the two agreements over pairs; the true difference is taken to be none. Both
    one-sided tests at ALPHA (Schuirmann 1987), or for `equivalence=False` the one of non-inferiority.
    """
    z_alpha = float(stats.norm.ppf(1 - ALPHA))
    z_power = float(stats.norm.ppf((1 + POWER) / 2 if equivalence else POWER))
    variance = 2 * agreement * (1 - agreement) * (1 - correlation)
    return (z_alpha + z_power) ** 2 * variance / margin**2
