"""The smallest number of dialogues for a power: found by the variance components, confirmed by simulation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy import stats

from studies.analysis.planning.assumptions import MOST_VOTES, Plan, Spread
from studies.analysis.planning.formulas import ALPHA, POWER
from studies.analysis.planning.power import Tried, design_of, overall, power_of_shares, scaled, studies_for

#: Numbers of dialogues that are tried.
GRID: Final = (
    10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000,
    2500, 3000, 4000, 5000,
)  # fmt: skip
#: How far the simulation looks around what the components say.
_STEPS: Final = 3
#: More writers than any study has: writers no longer matter.
_ENDLESS: Final = 10**9


@dataclass(frozen=True, slots=True)
class Needed:
    """`dialogues` for 80 % power with the plan around them; None and the sentence why where none suffice.

    `tried` is what the simulation showed there; None where it is too large to be simulated, and the number
    rests on the variance components alone.
    """

    dialogues: int | None
    plan: Plan | None
    tried: Tried | None
    why: str = ""


def standard_error(plan: Plan, spread: Spread) -> float:
    """Of the overall share, by the components, everybody rating equally much."""
    return float(
        np.sqrt(
            spread.writer / min(plan.writers, plan.dialogues)
            + spread.rater / plan.raters
            + spread.dialogue / plan.dialogues
            + spread.pair / (plan.dialogues * plan.models)
            + spread.noise / plan.votes
        )
    )


def freedom_of(plan: Plan) -> int:
    """Of the analysis: the fewest clusters of a way, less one; ways with one cluster are left out."""
    counts = (plan.dialogues, plan.raters, min(plan.writers, plan.dialogues))
    return min((count for count in counts if count > 1), default=1) - 1


def power_by_components(plan: Plan, spread: Spread, share: float) -> float:
    """Without simulation: the noncentral t distribution around the standard error; 0 without freedom.

    In the normal approximation of Abramowitz & Stegun (1964), 26.7.10, which holds far out too.
    """
    freedom = freedom_of(plan)
    if freedom < 1:
        return 0.0
    away = abs(share - 0.5) / standard_error(plan, spread)
    limit = float(stats.t.ppf(1 - ALPHA / 2, freedom))
    width = np.sqrt(1 + limit**2 / (2 * freedom))
    beyond = stats.norm.sf((np.array([limit, -limit]) * (1 - 1 / (4 * freedom)) - away) / width)
    return float(beyond[0] + 1 - beyond[1])


def design_effect(plan: Plan, spread: Spread) -> float:
    """How many votes that hang together count as one that does not (Kish 1965): the ratio of variances."""
    return standard_error(plan, spread) ** 2 * plan.votes / spread.total


def dialogues_needed(
    plan: Plan, spread: Spread, share: float, *, cells: int, rng: np.random.Generator
) -> Needed:
    """The smallest of GRID at which POWER of the simulated studies find `share`."""
    enough = [power_by_components(scaled(plan, one), spread, share) >= POWER for one in GRID]
    if not any(enough):
        return Needed(None, None, None, _why_never(plan, spread, share))
    place, found = enough.index(True), None
    for _step in range(_STEPS):
        tried = _simulated(scaled(plan, GRID[place]), spread, share, cells, rng)
        if tried is None or tried.power.value is None:
            return Needed(GRID[place], scaled(plan, GRID[place]), None)
        if tried.power.value >= POWER:
            found = Needed(GRID[place], scaled(plan, GRID[place]), tried)
            if place == 0:
                return found
            place -= 1
        elif found is not None or place + 1 == len(GRID):
            break
        else:
            place += 1
    return found or _as_computed(plan, GRID[place], cells, spread, share, rng)


def _as_computed(
    plan: Plan, dialogues: int, cells: int, spread: Spread, share: float, rng: np.random.Generator
) -> Needed:
    at = scaled(plan, dialogues)
    return Needed(dialogues, at, _simulated(at, spread, share, cells, rng))


def _simulated(
    plan: Plan, spread: Spread, share: float, cells: int, rng: np.random.Generator
) -> Tried | None:
    """None where it is too large."""
    if plan.votes > MOST_VOTES:
        return None
    studies = studies_for(plan.votes, cells=cells)
    return power_of_shares(overall(design_of(plan), rng), spread, [share], studies=studies, rng=rng)[0]


def _why_never(plan: Plan, spread: Spread, share: float) -> str:
    most = scaled(plan, GRID[-1])
    if power_by_components(replace(most, writers=_ENDLESS), spread, share) >= POWER:
        return f"not with {GRID[-1]:,} dialogues: {plan.writers} writers of people's replies are too few"
    if power_by_components(replace(most, pairs_per_rater=plan.ratings_per_pair), spread, share) >= POWER:
        return f"not with {GRID[-1]:,} dialogues: {most.raters} raters are too few"
    return f"not with {GRID[-1]:,} dialogues"
