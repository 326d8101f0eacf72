"""People's consistency beside models': what varies with the dialogue alone, and what with the model too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import estimate, left_out
from studies.analysis.consistency.sides import Sides, by_others, of_mean
from studies.analysis.consistency.spread import FEWEST, ONE_OPPONENT, deviation
from studies.analysis.evidence import Evidence
from studies.analysis.planning.components import components_in
from studies.analysis.results import Cell, Column, Estimate, Table, undefined
from studies.analysis.votes import Votes
from studies.comparison import OVERALL

Floats = NDArray[np.float64]
_NOTE: Final = (
    "From pairs of a person's and a model's reply. People's: answers in one dialogue on two different "
    "models; models': what answers on the same model share beyond that, the mean over models. What all "
    "models have in common in a dialogue counts as people's: these pairs cannot tell the two apart. The "
    "difference is of standard deviations. Intervals: jackknife by dialogue; exploratory."
)
_WRITER_NOTE: Final = (
    "Standard deviation of what a writer adds to people's share of preference, in any dialogue: from answers "
    "on two dialogues of one writer by two sources. Interval: grouped jackknife by writer (see Planning)."
)


def beside_models(evidence: Evidence, title: str, sides: Sides) -> Iterator[tuple[Cell, ...]]:
    """One row: people's standard deviation, models', and the difference; nothing without such pairs."""
    assert evidence.verdicts is not None
    humans, dialogues = evidence.verdicts.humans, len(evidence.verdicts.dialogue.labels)
    mine = sides.take((sides.system < humans) & (sides.opponent >= humans))
    if not len(mine.rest):
        return
    inside = by_others(mine, dialogues, mine.opponent)
    people = (by_others(mine, dialogues) - inside).means()
    models = inside.means() - people
    people = people + of_mean(mine, (mine.dialogue, mine.source))
    there = np.unique(mine.dialogue).astype(np.intp)
    n = len(mine.rest)
    yield (
        title, deviation(people, there, n, ONE_OPPONENT), deviation(models, there, n, ONE_OPPONENT),
        _difference(people, models, there, n),
    )  # fmt: skip


def people_table(rows: list[tuple[Cell, ...]], eyes: Column) -> Table:
    columns = (
        eyes, Column("people", "People, standard deviation over dialogues", "share"),
        Column("models", "Models, the same", "share"), Column("difference", "People less models", "points"),
    )  # fmt: skip
    return Table("consistency_people", "People's consistency and models'", columns, rows, _NOTE)


def writers_table(told: list[tuple[str, Votes]], evidence: Evidence, eyes: Column) -> Table:
    """How much writers differ, by whose eyes."""
    rows: list[tuple[Cell, ...]] = []
    for title, votes in told:
        mine = of_people(evidence, votes)
        if len(mine):
            rows.append(
                (
                    title,
                    len(np.unique(mine.writer[mine.writer >= 0])),
                    _root(components_in(evidence, title, OVERALL, mine).estimates["writer"]),
                )
            )
    columns = (eyes, Column("writers", "Writers", "count"), Column("spread", "Standard deviation", "share"))
    return Table(
        "consistency_writers", "How much writers of people's replies differ", columns, rows, _WRITER_NOTE
    )


def of_people(evidence: Evidence, votes: Votes) -> Votes:
    """Votes on pairs of a person's reply, which comes first, and a model's."""
    humans = evidence.verdicts.humans if evidence.verdicts else 0
    return votes.take((votes.a < humans) & (votes.b >= humans))


def _difference(people: Floats, models: Floats, there: NDArray[np.intp], n: int) -> Estimate:
    roots = np.sqrt(np.maximum(people, 0.0)) - np.sqrt(np.maximum(models, 0.0))
    if not np.isfinite(roots[0]):
        return undefined(ONE_OPPONENT, n=n)
    without = roots[1:][there]
    if len(there) < FEWEST or not np.isfinite(without).all():
        return undefined(f"An interval needs {FEWEST} dialogues.", n=n, value=float(roots[0]))
    return estimate(
        float(roots[0]), left_out(without), len(there) - 1, n=n, clusters={"dialogue": len(there)}
    )


def _root(variance: Estimate) -> Estimate:
    """A standard deviation from a variance, which may lie below 0."""
    if variance.value is None:
        return variance
    value, low, high = (
        None if end is None else float(np.sqrt(max(end, 0.0)))
        for end in (variance.value, variance.low, variance.high)
    )
    return Estimate(value, low, high, None, variance.n, variance.clusters, variance.undefined)
