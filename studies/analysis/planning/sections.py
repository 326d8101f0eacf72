"""What a study's own votes say about its size: how they hang together, and what more of them would find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import interval
from studies.analysis.evidence import ADVERSARIAL, Evidence, SectionOf
from studies.analysis.planning import needed
from studies.analysis.planning.assumptions import FEWEST_DIALOGUES, MOST_VOTES, Impossible, Plan, Spread
from studies.analysis.planning.components import COMPONENTS, RATERS, Components, components_in
from studies.analysis.planning.costs import SECONDS_PER_PAIR, cost_of
from studies.analysis.planning.power import design_of, overall, power_of_shares, scaled, studies_for
from studies.analysis.planning.spread import effects_of
from studies.analysis.results import Cell, Column, Estimate, Section, Table, bounded, undefined
from studies.analysis.votes import Votes

KEY: Final = "planning"
TITLE: Final = "Sample size"
#: Dialogues of a next study, as multiples of this one's, and what it may be about.
MULTIPLES: Final = (0.5, 1.0, 2.0, 4.0)
SHARES: Final = (0.52, 0.55, 0.57, 0.6)
#: Votes × studies that each multiple may cost.
_CELLS: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class Pilot:
    """The raters' votes of people against a model on one dimension, and what they say."""

    dimension: str
    votes: Votes
    components: Components


def planning(evidence: Evidence) -> Section:
    """Components, precision and power from the raters' votes."""
    pilots = list(_pilots(evidence))
    if not pilots:
        return Section(
            KEY,
            TITLE,
            absent="Sample sizes need raters' votes on pairs of people's replies and a model's: there are "
            "none. Rate such pairs, or name the systems that are people.",
        )
    first = pilots[0]
    rests_on = (
        "What a next study of this kind would find. Everything here rests on the raters' votes on pairs of "
        f"people's replies and a model's ({evidence.dimension_names[first.dimension]}); a small pilot says "
        "it roughly."
    )
    asked_for = (
        "The spreads in points below, and the rate of ties, are what the planning page of the administration "
        "asks for."
    )
    parts = (
        _components_table(first),
        _precision_table(pilots),
        _power_table(evidence, first),
        _cost_table(evidence, first),
    )
    return Section(KEY, TITLE, (rests_on, asked_for), parts)


SECTIONS: Final[tuple[SectionOf, ...]] = (planning,)


def _pilots(evidence: Evidence) -> Iterator[Pilot]:
    """One for each dimension that raters answered, overall first."""
    votes, verdicts = evidence.raters, evidence.verdicts
    if votes is None or verdicts is None:
        return
    human = (votes.a < verdicts.humans) & (votes.b >= verdicts.humans)
    for dimension in evidence.dimensions:
        rows = human & (votes.dimension == evidence.dimension_code(dimension))
        if rows.any():
            mine = votes.take(rows)
            yield Pilot(dimension, mine, components_in(evidence, RATERS, dimension, mine))


def _components_table(pilot: Pilot) -> Table:
    estimates = pilot.components.estimates
    return Table(
        "components",
        "How far votes differ beyond chance",
        (
            Column("component", "Between"),
            Column("points", "Standard deviation in points of share", "share"),
            Column("variance", "Variance component", "number"),
        ),
        [(_BETWEEN[name], _points(estimates[name]), estimates[name]) for name in COMPONENTS],
        "Moment estimates (covariances of votes that share only this); intervals by grouped jackknife. A "
        "variance below 0 says that nothing was found.",
    )


def _points(component: Estimate) -> Estimate:
    """The square root; nothing below nothing."""
    if component.value is None:
        return component
    root = float(np.sqrt(max(component.value, 0.0)))
    if component.low is None or component.high is None:
        return undefined(component.undefined, n=component.n, value=root)
    low, high = (float(np.sqrt(max(one, 0.0))) for one in (component.low, component.high))
    return Estimate(root, low, high, n=component.n, clusters=component.clusters)


def _precision_table(pilots: list[Pilot]) -> Table:
    return Table(
        "precision",
        "Precision that was reached",
        (
            Column("dimension", "Dimension"),
            Column("votes", "Votes", "count"),
            Column("tie_rate", "Ties", "share"),
            Column("share", "People's share", "share"),
            Column("half_width", "Its interval, ±", "share"),
            Column("design_effect", "Design effect", "number"),
            Column("independent", "Worth so many independent votes", "count"),
        ),
        [_precision(pilot) for pilot in pilots],
        "People against models, models equally weighted. Design effect: the variance of the share, "
        "clustered by dialogue, rater and writer, over that of as many independent votes (Kish 1965).",
    )


def _precision(pilot: Pilot) -> tuple[Cell, ...]:
    found, votes = pilot.components, len(pilot.votes)
    ties = interval(found.tie_rate, ((pilot.votes.value == 0) - found.tie_rate) / votes, pilot.votes.ways)
    cells: tuple[Cell, ...] = (pilot.dimension, votes, bounded(ties), found.share)
    if found.design_effect is None or found.share.low is None or found.share.high is None:
        why = undefined("It needs two dialogues or raters, and votes that differ.", n=votes)
        return *cells, why, why, why
    effect = undefined(
        "A ratio of two variances; no interval is computed.", n=votes, value=found.design_effect
    )
    half = undefined(
        "Half the width of the interval before it.", n=votes, value=(found.share.high - found.share.low) / 2
    )
    worth = votes / found.design_effect
    return *cells, half, effect, undefined(_WORTH[worth > votes], n=votes, value=float(round(worth)))


def plan_of(evidence: Evidence, votes: Votes) -> Plan:
    """The design that these votes had, on average. Unknown writers count as one a dialogue."""
    dialogues = len(np.unique(votes.dialogue))
    pairs = len(np.unique(votes.pair))
    models = max(round(pairs / dialogues), 1)
    writers = len(np.unique(votes.writer[votes.writer >= 0]))
    hard = evidence.slices.get(ADVERSARIAL)
    return Plan(
        dialogues=dialogues,
        models=models,
        ratings_per_pair=max(round(len(votes) / pairs), 1),
        pairs_per_rater=max(round(len(votes) / len(np.unique(votes.source))), 1),
        writers=writers or dialogues,
        adversarial=int(hard[np.unique(votes.dialogue)].sum()) if hard is not None else 0,
    )


def _power_table(evidence: Evidence, pilot: Pilot) -> Table:
    plan, spread = plan_of(evidence, pilot.votes), pilot.components.spread
    rows: list[tuple[Cell, ...]] = []
    for multiple in MULTIPLES:
        larger = scaled(plan, max(round(plan.dialogues * multiple), 2))
        rows.append((multiple, larger.dialogues, larger.ratings, *_powers(evidence, larger, spread)))
    return Table(
        "power",
        "What such a study would find, by its size",
        (
            Column("multiple", "Times this study", "number"),
            Column("dialogues", "Dialogues", "count"),
            Column("ratings", "Ratings", "count"),
            *(Column(f"power_{round(100 * one)}", f"Finds {100 * one:.0f} %", "share") for one in SHARES),
        ),
        rows,
        "The share of simulated studies whose interval leaves out one half, if people's true share were so; "
        "the interval is the error of the simulation. Raters rate as many pairs each, and writers stay as "
        "many.",
    )


def _powers(evidence: Evidence, plan: Plan, spread: Spread) -> list[Estimate]:
    """Power at each of SHARES: simulated, or by the components where that is too large."""
    if plan.dialogues < FEWEST_DIALOGUES:
        why = f"Not simulated: under {FEWEST_DIALOGUES} dialogues the interval says nothing."
        return [undefined(why)] * len(SHARES)
    try:
        effects_of(spread)
    except Impossible as error:
        return [undefined(f"Not simulated: {error}.")] * len(SHARES)
    if plan.votes > MOST_VOTES:
        computed = "By the variance components; too large to be simulated here."
        return [
            undefined(computed, value=needed.power_by_components(plan, spread, share)) for share in SHARES
        ]
    rng = evidence.rng(f"planning {plan.dialogues}")
    studies = studies_for(plan.votes, cells=_CELLS)
    tried = power_of_shares(overall(design_of(plan), rng), spread, SHARES, studies=studies, rng=rng)
    return [one.power for one in tried]


def _cost_table(evidence: Evidence, pilot: Pilot) -> Table:
    plan = plan_of(evidence, pilot.votes)
    seconds, how = _seconds(evidence)
    rows: list[tuple[Cell, ...]] = []
    for multiple in MULTIPLES:
        larger = scaled(plan, max(round(plan.dialogues * multiple), 2))
        hours = cost_of(larger.ratings, seconds=seconds).hours
        told = undefined(f"Ratings times {seconds:.0f} seconds: a sum, not an estimate.", value=hours)
        rows.append((multiple, larger.ratings, larger.raters, told))
    return Table(
        "cost",
        "What such a study would ask of raters",
        (
            Column("multiple", "Times this study", "number"),
            Column("ratings", "Ratings", "count"),
            Column("raters", "Raters", "count"),
            Column("hours", "Rater hours", "number"),
        ),
        rows,
        f"At {seconds:.0f} seconds a pair, {how}. Training, decoys, repeats and a second pass come on top.",
    )


def _seconds(evidence: Evidence) -> tuple[float, str]:
    """The median time of a rating, and where it comes from."""
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None or not verdicts.says("seconds"):
        return SECONDS_PER_PAIR, "which is assumed: the table has no column `seconds`"
    # On a rating's first row only.
    seconds = verdicts.table.integers("seconds", empty=-1)[votes.row]
    known = seconds[seconds >= 0]
    if not len(known):
        return SECONDS_PER_PAIR, "which is assumed: no rating has its time"
    return float(np.median(known)), "the median of these ratings"


#: Why there is no interval, and what it means where votes are worth more than there are.
_WORTH: Final = {
    False: "Votes over the design effect; no interval is computed.",
    True: "Votes over the design effect, which is below 1 here: by chance, votes that share a dialogue, "
    "rater or writer differ more than others do. It is no reason to count on more votes than there are.",
}
_BETWEEN: Final = {
    "dialogue": "dialogues",
    "pair": "pairs of a dialogue",
    "rater": "raters",
    "writer": "writers of people's replies",
}
