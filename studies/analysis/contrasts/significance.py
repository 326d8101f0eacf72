"""Tests of one difference, and what several of them cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scipy import special

from studies.analysis.equivalence import two_one_sided

TWO_SIDED: Final = "two_sided"
GREATER: Final = "greater"
LESS: Final = "less"
EQUIVALENCE: Final = "equivalence"


@dataclass(frozen=True, slots=True)
class Significance:
    """`statistic` in standard errors, and its p. For equivalence those of the weaker one-sided test."""

    statistic: float
    p: float


def significance(difference: float, se: float, freedom: int, sidedness: str, margin: float) -> Significance:
    """Student's t test of a difference with standard error `se` > 0 and `freedom` ≥ 1.

    `two_sided`, `greater` and `less` test against 0, `equivalence` as `two_one_sided` does. Raises
    ValueError for another sidedness.
    """
    if sidedness == EQUIVALENCE:
        return Significance(*two_one_sided(difference, se, freedom, margin))
    statistic = difference / se
    tails = {
        TWO_SIDED: 2.0 * _upper(abs(statistic), freedom),
        GREATER: _upper(statistic, freedom),
        LESS: _upper(-statistic, freedom),
    }
    if sidedness not in tails:
        raise ValueError(f"no test is called {sidedness}")
    return Significance(statistic, tails[sidedness])


def holm(p: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for all of them by Holm's step-down (Holm 1979, Scandinavian J. of Statistics 6:65).

    None is a comparison that could not be computed: it counts in the number of comparisons, as if its p were
    1, and stays None. So what was promised stays what is corrected for.
    """
    order = sorted(range(len(p)), key=lambda place: (1.0 if (value := p[place]) is None else value, place))
    adjusted: list[float | None] = [None] * len(p)
    highest = 0.0
    for rank, place in enumerate(order):
        value = p[place]
        if value is not None:
            highest = max(highest, min(1.0, (len(p) - rank) * value))
            adjusted[place] = highest
    return adjusted


def _upper(statistic: float, freedom: int) -> float:
    return float(special.stdtr(freedom, -statistic))
