"""Two one-sided tests: is a difference within a margin? One implementation for contrasts and agreement."""

from __future__ import annotations

from typing import NamedTuple

from scipy import special


class Equivalence(NamedTuple):
    """Of the weaker of both one-sided tests: how many standard errors from its margin, and its p."""

    statistic: float
    p: float


def two_one_sided(difference: float, se: float, freedom: int, margin: float) -> Equivalence:
    """Student's t tests against −margin and +margin (TOST, Schuirmann 1987, J. Pharmacokinetics and
    Biopharmaceutics 15:657) of a difference with standard error `se` > 0 and `freedom` ≥ 1; the larger p
    counts.
    """
    above, below = (difference + margin) / se, (difference - margin) / se
    p_above, p_below = (float(special.stdtr(freedom, -one)) for one in (above, -below))
    return Equivalence(above, p_above) if p_above >= p_below else Equivalence(below, p_below)
