"""Rater hours and money: what a plan asks of people."""

from __future__ import annotations

from dataclasses import dataclass

#: What a rater is taken to need for a pair where no pilot says (docs/methods.md, Time).
SECONDS_PER_PAIR = 40.0


@dataclass(frozen=True, slots=True)
class Cost:
    """`ratings` that count, `hours` of raters, `money` in the currency of the pay, without fees."""

    ratings: int
    hours: float
    money: float


def cost_of(
    ratings: int,
    *,
    raters: int = 0,
    other_pairs: int = 0,
    seconds: float = SECONDS_PER_PAIR,
    hourly: float = 0.0,
) -> Cost:
    """`other_pairs` are what each rater meets beside: training, decoys, repeats; `seconds` a pair."""
    hours = (ratings + raters * other_pairs) * seconds / 3600
    return Cost(ratings, hours, hours * hourly)
