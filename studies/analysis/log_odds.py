"""Shares whose interval stays between 0 and 1, from one that need not."""

from __future__ import annotations

from dataclasses import replace

from scipy import special

from studies.analysis.results import Estimate, bounded


def as_share(estimate: Estimate) -> Estimate:
    """The same share (between 0 and 1) with its interval carried over to log odds and back.

    The interval is symmetric on log odds: its reach divided by p(1 − p), the delta method (as
    `proportions.share`). Where there is no interval, nothing changes; at 0 or 1, where log odds end, it is
    cut off.
    """
    value = estimate.value
    if value is None or estimate.high is None:
        return estimate
    if not 0.0 < value < 1.0:
        return bounded(estimate)
    reach = (estimate.high - value) / (value * (1.0 - value))
    odds = special.logit(value)
    return replace(estimate, low=float(special.expit(odds - reach)), high=float(special.expit(odds + reach)))
