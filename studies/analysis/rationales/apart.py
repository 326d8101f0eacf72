"""Whether two profiles differ by more than dialogues and raters do: the test that knows of raters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import special

from studies.analysis.clustering import NOTHING, Floats, covariance
from studies.analysis.contrasts.significance import TWO_SIDED, significance
from studies.analysis.rationales.shares import sides_of
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate


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
    sides, means = sides_of(weights, left, right, counts)
    totals = means.sum(axis=1, keepdims=True)
    if (totals <= NOTHING).any():
        return None
    profiles = means / totals
    moved = [
        (side - profile * side.sum(axis=1, keepdims=True)) / total
        for side, profile, total in zip(sides, profiles, totals, strict=True)
    ]
    middle = profiles.mean(axis=0)
    scale = np.where(middle > 0, 1.0 / np.sqrt(np.where(middle > 0, middle, 1.0)), 0.0)
    matrix, freedom = covariance((moved[0] - moved[1]) * scale, ways)
    expected = float(np.trace(matrix))
    if freedom < 1 or expected < NOTHING**2:
        return None
    statistic = float((((profiles[0] - profiles[1]) * scale) ** 2).sum()) / expected
    number = expected**2 / float((matrix**2).sum())
    return float(special.fdtrc(number, number * freedom, statistic))


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
