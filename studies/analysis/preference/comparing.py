"""People's replies against models': shares for each model, for all models together, and how they differ
between slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from studies.analysis.clustering import NOTHING_VARIES
from studies.analysis.clusters import Clusters, Integers, Spread
from studies.analysis.evidence import Evidence
from studies.analysis.preference.outcomes import COLUMNS, DECISIVE, SHARE, Outcomes, outcomes
from studies.analysis.preference.sparse import loosened
from studies.analysis.proportions import all_or_none, carried
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate
from studies.analysis.votes import Votes

ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Shares:
    """Outcomes and their variances, by group, in so many of the `columns` of `outcomes`.

    Shares lie between `least` and 1: below 0 are only differences. `decisive` has what the answers that are
    no ties have of n and clusters. `why` says of groups that they have no interval. `sides` are, of a
    difference, each group's answers in the slice and elsewhere; its `n` is that of the smaller side.
    """

    outcomes: Outcomes
    spread: Spread
    least: float = 0.0
    why: Mapping[int, str] = field(default_factory=dict)
    decisive: Spread | None = None
    sides: tuple[Integers, Integers] | None = None
    columns: tuple[int, ...] = tuple(range(COLUMNS))

    def estimate(self, group: int, column: int = SHARE) -> Estimate:
        """The share with its interval: on log odds, exact where all or no answers count (docs/methods.md)."""
        place = self.columns.index(column)
        value, spread = float(self.outcomes.values[group, place]), self.spread
        if column == DECISIVE and self.decisive is not None and self.decisive.n[group]:
            spread = self.decisive
        if group in self.why and not np.isnan(value):
            return spread.without_interval(value, group, self.why[group])
        found = spread.estimate(value, group, place)
        end = float(np.clip(np.round(value), 0.0, 1.0)) if not np.isnan(value) else value
        if found.undefined == NOTHING_VARIES and abs(value - end) < ROUNDING and not self.least:
            return all_or_none(replace(found, value=end), int(spread.freedom[group]) + 1)
        return carried(found, self.least)

    def n(self, group: int) -> int:
        return int(self.spread.n[group])


class Compared:
    """Votes of one kind of eyes on pairs of a person's and a model's reply.

    A cell is a model on a dimension: `cell(dimension, model)`, with the numbers of `Verdicts`. `ways` are
    the votes' own unless they are given.
    """

    def __init__(
        self, votes: Votes, *, systems: int, dimensions: int, ways: Mapping[str, Codes] | None = None
    ) -> None:
        self.votes, self.systems, self.dimensions = votes, systems, dimensions
        self.cells = votes.dimension.astype(np.int64) * systems + votes.b
        self.models = tuple(int(code) for code in np.unique(votes.b))
        self._owner = np.repeat(np.arange(dimensions), systems)
        self._by_cell = Clusters(ways or votes.ways, self.cells, dimensions * systems)
        self._by_dimension = Clusters(ways or votes.ways, votes.dimension, dimensions)

    def cell(self, dimension: int, model: int) -> int:
        return dimension * self.systems + model

    def inside(self, dialogues: Mask) -> Mask:
        """The votes on these dialogues."""
        return np.asarray(dialogues[self.votes.dialogue])

    def by_model(self, rows: Mask) -> Shares:
        """Of people against each model: a group for each cell."""
        each = np.arange(self.dimensions * self.systems)
        found = outcomes(self.votes, rows, self.cells, each, len(each))
        return self._shares(self._by_cell, found, rows, {})

    def over_models(self, rows: Mask) -> Shares:
        """Of people against models, each model with the same weight: a group for each dimension."""
        plain = outcomes(self.votes, rows, self.cells, self._owner, self.dimensions)
        found, why = loosened(plain, rows, self._by_cell, self._by_dimension)
        return self._shares(self._by_dimension, found, rows, why)

    def change_by_model(self, rows: Mask) -> Shares:
        """The shares in `rows` minus those in all others: a group for each cell."""
        each = np.arange(self.dimensions * self.systems)
        return self._change(rows, self._by_cell, each, len(each))

    def change_over_models(self, rows: Mask) -> Shares:
        """The same over the models that have votes in both: a group for each dimension."""
        return self._change(rows, self._by_dimension, self._owner, self.dimensions)

    def _shares(self, clusters: Clusters, found: Outcomes, rows: Mask, why: Mapping[int, str]) -> Shares:
        spread = clusters.spread(found.influence, rows)
        return Shares(found, spread, why=why, decisive=self._decisive(clusters, spread, rows))

    def _decisive(self, clusters: Clusters, spread: Spread, *sides: Mask) -> Spread:
        """The same variances with n and clusters of the answers that are no ties; on the smallest side."""
        preferred = [side & (self.votes.value != 0) for side in sides]
        n = np.minimum.reduce([clusters.answers(side) for side in preferred])
        return spread.weaker(*(clusters.counted(side) for side in preferred), n=n)

    def _change(self, rows: Mask, clusters: Clusters, group_of: Integers, groups: int) -> Shares:
        both = self._seen(rows) & self._seen(~rows)
        inside, outside = rows & both[self.cells], ~rows & both[self.cells]
        (one, alone), (rest, alone_there) = (
            loosened(outcomes(self.votes, side, self.cells, group_of, groups), side, self._by_cell, clusters)
            for side in (inside, outside)
        )
        columns = [SHARE, DECISIVE]
        influence = (one.influence - rest.influence)[:, columns]
        changed = Outcomes((one.values - rest.values)[:, columns], influence, one.weight - rest.weight)
        spread = clusters.spread(influence, inside | outside)
        sides = clusters.answers(inside), clusters.answers(outside)
        weaker = spread.weaker(clusters.counted(inside), clusters.counted(outside), n=np.minimum(*sides))
        decisive = self._decisive(clusters, spread, inside, outside)
        why = {**alone_there, **alone}
        return Shares(changed, weaker, -1.0, why, decisive, sides, tuple(columns))

    def _seen(self, rows: Mask) -> Mask:
        return np.bincount(self.cells[rows], minlength=self.dimensions * self.systems) > 0


def compared(evidence: Evidence, votes: Votes) -> Compared | None:
    """The votes on pairs of a person's and a model's reply; None without any. Decoys are no models."""
    if evidence.verdicts is None:
        return None
    humans = evidence.verdicts.humans
    kept = votes.take((votes.a < humans) & (votes.b >= humans) & ~evidence.decoys[votes.b])
    return of_votes(evidence, kept) if len(kept) else None


def of_votes(evidence: Evidence, votes: Votes, *, ways: Mapping[str, Codes] | None = None) -> Compared:
    """The same for votes that are chosen already."""
    if evidence.verdicts is None:
        raise ValueError("votes without verdicts")
    return Compared(
        votes,
        systems=len(evidence.verdicts.systems),
        dimensions=len(evidence.verdicts.dimension.labels),
        ways=ways,
    )
