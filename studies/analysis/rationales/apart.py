"""How far two profiles are apart, and whether by more than dialogues and raters do: what knows of raters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from scipy import special

from studies.analysis.clustering import NOTHING, NOTHING_VARIES, Floats, covariance, interval
from studies.analysis.contrasts.significance import TWO_SIDED, significance
from studies.analysis.rationales.divergence import divergence
from studies.analysis.rationales.shares import sides_of
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, bounded, undefined

EMPTY: Final = "One of both profiles is empty: none of its reasons has a dimension."
_ALIKE: Final = "Both profiles are the same, or nothing varies: no derivative tells an interval."


def profiles_apart(
    weights: Floats, left: Mask, right: Mask, counts: Floats, ways: Mapping[str, Codes]
) -> float | None:
    """p that the rows (n × K) of `left` and of `right` have the same profile: shares divided by their sum.

    The statistic is Σ (difference² / mean profile), of which the Jensen-Shannon divergence is a multiple
    where profiles are near each other, divided by its expectation under the multiway covariance V of the
    difference (`clustering.covariance`): the ANOVA-type statistic of Brunner, Dette & Munk (1997, J. American
    Statistical Association 92:1494). It is set beside F with f = tr(V)²/tr(V²) and f (G − 1) degrees of
    freedom (Box 1954, Annals of Mathematical Statistics 25:290), G clusters in the way with the fewest. It
    needs no inverse, so fewer raters than codes will do. None where no way has two clusters, where
    nothing varies, and where a profile is empty.
    """
    found = _profiles(weights, left, right, counts)
    if found is None:
        return None
    profiles, moved = found
    middle = profiles.mean(axis=0)
    scale = np.where(middle > 0, 1.0 / np.sqrt(np.where(middle > 0, middle, 1.0)), 0.0)
    matrix, freedom = covariance((moved[0] - moved[1]) * scale, ways)
    expected = float(np.trace(matrix))
    if freedom < 1 or expected < NOTHING**2:
        return None
    statistic = float((((profiles[0] - profiles[1]) * scale) ** 2).sum()) / expected
    number = expected**2 / float((matrix**2).sum())
    return float(special.fdtrc(number, number * freedom, statistic))


def divergence_apart(
    weights: Floats, left: Mask, right: Mask, counts: Floats, ways: Mapping[str, Codes]
) -> Estimate:
    """The Jensen-Shannon divergence of the same profiles, with an interval by the same clusters.

    By the delta method: half the binary logarithm of a profile over the mean of both is what a share moves
    it by. At equal profiles nothing moves it: there is no interval. A code that one side never has is taken
    for certain there.
    """
    found = _profiles(weights, left, right, counts)
    if found is None:
        return undefined(EMPTY, n=len(weights))
    profiles, moved = found
    ratio = profiles / np.where(profiles.sum(axis=0) > 0, profiles.mean(axis=0), 1.0)
    slopes = np.log2(np.where(ratio > 0, ratio, 1.0)) / 2
    influence = moved[0] @ slopes[0] + moved[1] @ slopes[1]
    plain = interval(float(divergence(*profiles)), influence, ways)
    return replace(plain, undefined=_ALIKE) if plain.undefined == NOTHING_VARIES else bounded(plain)


def _profiles(
    weights: Floats, left: Mask, right: Mask, counts: Floats
) -> tuple[Floats, tuple[Floats, Floats]] | None:
    """Both profiles (2 × K), and what each row moves either by (n × K); None where one is empty."""
    sides, means = sides_of(weights, left, right, counts)
    totals = means.sum(axis=1, keepdims=True)
    if (totals <= NOTHING).any():
        return None
    profiles = means / totals
    one, other = (
        (side - profile * side.sum(axis=1, keepdims=True)) / total
        for side, profile, total in zip(sides, profiles, totals, strict=True)
    )
    return profiles, (one, other)


def difference_apart(difference: Estimate) -> float | None:
    """Two-sided p that a difference of shares is 0, by Student's t on Fisher's z: at most .05 where its
    interval (`proportions.carried`) leaves 0 out. None without an interval.
    """
    if difference.value is None or not difference.se or difference.low is None:
        return None
    if not -1.0 < difference.value < 1.0:
        return None
    freedom = min(count for count in difference.clusters.values() if count > 1) - 1
    z, se = np.arctanh(difference.value), difference.se / (1.0 - difference.value**2)
    return significance(float(z), float(se), freedom, TWO_SIDED, 0.0).p
