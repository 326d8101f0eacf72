"""A planning sheet: from a design and assumptions to tables of power, precision, sample size and cost.

Bounded in time: how many studies are simulated depends on their size, and every number says its own error.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.planning import formulas, needed
from studies.analysis.planning.assumptions import FEWEST_DIALOGUES, MOST_VOTES, Assumptions, Impossible, Plan
from studies.analysis.planning.costs import cost_of
from studies.analysis.planning.power import (
    Tried,
    design_of,
    interaction,
    overall,
    power_of_differences,
    power_of_shares,
    studies_for,
)
from studies.analysis.planning.spread import effects_of
from studies.analysis.results import Cell, Column, Estimate, Table, undefined

#: True shares of preference for people's replies. One half is no difference: what is found there is false.
SHARES: Final = (0.5, 0.52, 0.55, 0.57, 0.6)
#: True differences between adversarial dialogues and the others.
DIFFERENCES: Final = (0.0, 0.05, 0.1, 0.15, 0.2)
MARGINS: Final = (0.03, 0.05, 0.1)
CORRELATIONS: Final = (0.0, 0.3, 0.5)
#: Votes × studies that a table may cost.
_CELLS: Final = 5_000_000
_CELLS_OF_A_STEP: Final = 1_500_000


def tables(assumptions: Assumptions) -> tuple[Table, ...]:
    """The whole sheet. Raises Impossible where the assumptions fit no study, or one too large."""
    plan = assumptions.plan
    if plan.votes > MOST_VOTES:
        raise Impossible(
            f"{plan.votes:,} ratings of people against models are more than can be simulated here "
            f"({MOST_VOTES:,} at most): lower the dialogues, the models or the ratings per pair"
        )
    if plan.dialogues < FEWEST_DIALOGUES:
        raise Impossible(f"under {FEWEST_DIALOGUES} dialogues no interval can be planned: give more")
    effects_of(assumptions.spread)  # says at once what is impossible
    rng = np.random.default_rng(assumptions.seed)
    return (
        size_table(assumptions),
        shares_table(assumptions, rng),
        slices_table(assumptions, rng),
        agreement_table(),
    )


def size_table(assumptions: Assumptions) -> Table:
    """What the plan asks of people, and how much its votes count for."""
    plan, spread = assumptions.plan, assumptions.spread
    cost = assumptions.cost_of(plan)
    effect = needed.design_effect(plan, spread)
    rows: list[tuple[Cell, ...]] = [
        ("Pairs", f"{plan.pairs:,}"),
        ("Ratings", f"{plan.ratings:,}"),
        ("Raters", f"{plan.raters:,}"),
        ("Rater hours", f"{cost.hours:,.1f}"),
        ("Pay, without platform fees", f"{cost.money:,.2f}"),
        ("Ratings of people against a model", f"{plan.votes:,}"),
        ("Design effect", f"{effect:.1f}"),
        ("They count as so many independent ratings", f"{plan.votes / effect:,.0f}"),
    ]
    heart = cost_of(42_000)
    return Table(
        "size",
        "What this plan asks, and what it is worth",
        (Column("what", ""), Column("number", "")),
        rows,
        "Design effect: how many ratings that hang together, by dialogue, pair, rater and writer, count as "
        f"one that does not. For comparison: HEART's {heart.ratings:,} ratings at {40} seconds are "
        f"{heart.hours:,.0f} rater hours.",
    )


def shares_table(assumptions: Assumptions, rng: np.random.Generator) -> Table:
    """Power and half-width at each true share, and the dialogues that would do."""
    plan, spread = assumptions.plan, assumptions.spread
    studies = studies_for(plan.votes, cells=_CELLS)
    tried = power_of_shares(overall(design_of(plan), rng), spread, SHARES, studies=studies, rng=rng)
    return Table(
        "shares",
        "People against models, over all dialogues",
        (
            Column("share", "People's true share", "share"),
            Column("power", "Found by this plan", "share"),
            Column("half_width", "Interval, ±", "points"),
            Column("dialogues", "Dialogues for 80 %", "count"),
            Column("power_there", "Found by those", "share"),
            Column("ratings", "Ratings then", "count"),
            Column("hours", "Rater hours", "number"),
            Column("money", "Pay", "number"),
            Column("independent", "Independent decisive votes", "count"),
        ),
        [(one.truth, one.power, one.half_width, *_needed(assumptions, one, rng)) for one in tried],
        f"{studies} studies were simulated for each row, with the estimator and the 95 % interval of the "
        "analysis; brackets are the error of the simulation itself. At 50 % there is nothing to find: what "
        "is found there is false, and should be 5 %. For more dialogues, raters are added and writers stay. "
        "The last column is the textbook number for votes that do not hang together, without ties.",
    )


def _needed(assumptions: Assumptions, tried: Tried, rng: np.random.Generator) -> tuple[Cell, ...]:
    """The cells about the smallest study that finds this share."""
    if tried.truth == 0.5:
        return (None,) * 6
    independent = int(np.ceil(formulas.decisive_votes(tried.truth)))
    found = needed.dialogues_needed(
        assumptions.plan, assumptions.spread, tried.truth, cells=_CELLS_OF_A_STEP, rng=rng
    )
    if found.plan is None:
        return undefined(found.why), None, None, None, None, independent
    cost = assumptions.cost_of(found.plan)
    power: Estimate = (
        found.tried.power if found.tried else _by_components(assumptions, found.plan, tried.truth)
    )
    return found.dialogues, power, cost.ratings, cost.hours, cost.money, independent


def _by_components(assumptions: Assumptions, plan: Plan, share: float) -> Estimate:
    value = needed.power_by_components(plan, assumptions.spread, share)
    return undefined("computed, too large to be simulated", value=value)


def slices_table(assumptions: Assumptions, rng: np.random.Generator) -> Table:
    """Whether people's advantage on adversarial dialogues would be found."""
    plan = assumptions.plan
    columns = (
        Column("difference", "True difference", "points"),
        Column("power", "Found by this plan", "share"),
        Column("half_width", "Interval, ±", "points"),
    )
    title = "Adversarial dialogues against all others"
    if not 0 < plan.adversarial < plan.dialogues:
        return Table("slices", title, columns, (), "This plan has no adversarial dialogues beside others.")
    studies = studies_for(plan.votes, cells=_CELLS)
    bench = interaction(design_of(plan), rng)
    tried = power_of_differences(bench, assumptions.spread, DIFFERENCES, studies=studies, rng=rng)
    return Table(
        "slices",
        title,
        columns,
        [(one.truth, one.power, one.half_width) for one in tried],
        f"{plan.adversarial} of {plan.dialogues} dialogues are adversarial; {studies} simulated studies a "
        "row. The difference is people's share on these minus that on the others, of which half is "
        "people's. At no difference, what is found is false.",
    )


def agreement_table() -> Table:
    """How many pairs an equivalence of two agreements takes; approximate."""
    rows: list[tuple[Cell, ...]] = [
        (
            margin,
            correlation,
            int(np.ceil(formulas.pairs_for_margin(margin, correlation=correlation))),
            int(np.ceil(formulas.pairs_for_margin(margin, correlation=correlation, equivalence=False))),
        )
        for margin in MARGINS
        for correlation in CORRELATIONS
    ]
    return Table(
        "agreement",
        "A judge's agreement with raters against raters' own: pairs for 80 % power (approximate)",
        (
            Column("margin", "Margin, ±", "points"),
            Column("correlation", "Correlation of the two", "number"),
            Column("equivalence", "Equivalence", "count"),
            Column("non_inferiority", "Not worse", "count"),
        ),
        rows,
        "By formula, not by simulation, and only roughly right: independent pairs, both agreements 80 %, no "
        "true difference, one-sided 5 %. Pairs of one dialogue hang together: multiply by their design "
        "effect.",
    )
