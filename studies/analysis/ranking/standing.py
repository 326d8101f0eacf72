"""Everything that is said about one set of votes: strengths, how they vary, and whom they rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from studies.analysis.clustering import clusters_in, covariance
from studies.analysis.ranking.bradley_terry import derivatives, fit, games_of
from studies.analysis.ranking.connection import Connection, connect
from studies.analysis.ranking.counting import FOR_A, OUTCOMES, Counts, Floats, count, gather
from studies.analysis.ranking.elo import Spread, points
from studies.analysis.results import Estimate, undefined
from studies.analysis.votes import Votes

#: Parameters found step by step are rounded, in log odds: what is 0 is 0 in whatever order the rows come.
DECIMALS: Final = 11


@dataclass(frozen=True)
class Standing:
    """Bradley–Terry strengths (systems, log odds against the anchor; NaN: not ranked) and how they came.

    `prior` is the precision of the prior on one-sided systems, 0 where there was none.
    """

    votes: Votes
    counts: Counts
    connection: Connection
    strength: Floats
    prior: float

    @cached_property
    def core_votes(self) -> Votes:
        core = self.connection.core
        return self.votes if core.all() else self.votes.take(core[self.votes.a] & core[self.votes.b])

    @cached_property
    def spread(self) -> Spread:
        """Multiway sandwich of the core's strengths (systems × systems); other systems' entries are 0."""
        gathered = gather(self.core_votes, self.counts.systems)
        counts = self.counts.among(self.connection.core)
        influence = np.asarray(gathered.answers @ (scores_of(counts, self.strength) @ self.bread.T))
        matrix, freedom = covariance(influence, gathered.ways)
        return Spread(matrix, freedom, clusters_in(self.core_votes.ways))

    @cached_property
    def bread(self) -> Floats:
        """What a unit of score moves strengths by, the anchor's mean held (systems × systems)."""
        core = self.connection.core
        games = games_of(self.counts.among(core))
        _slope, curve = derivatives(games, np.where(core, self.strength, 0.0)[None])
        return anchored(curve[0], self.connection)

    @cached_property
    def answered(self) -> NDArray[np.int64]:
        """How many votes each system took part in."""
        systems = self.counts.systems
        a, b = self.votes.a, self.votes.b
        return np.bincount(a, minlength=systems) + np.bincount(b, minlength=systems)

    def elo(self, system: int) -> Estimate:
        """In Elo points, with the interval of its difference to the anchor."""
        n, word = int(self.answered[system]), self.connection.remarks.get(system, "")
        if not np.isfinite(self.strength[system]):
            return undefined(NOT_RANKED.get(word, "It is not ranked."), n=n)
        value = points(float(self.strength[system]))
        if word:
            return undefined(ONE_SIDED, n=n, value=value)
        if self.connection.anchor[system] == 1.0:
            return undefined("It is the anchor: 1500 by definition.", n=n, value=value)
        return self.spread.around(value, system, n)


NOT_RANKED = {
    "not linked": "No chain of votes links it with the anchor: it cannot be ranked against it.",
    "no votes": "It has no votes here.",
}
ONE_SIDED = (
    "Votes link it with the anchor in one direction only, so that its strength has no bound: the value is "
    "the prior's, and has no interval."
)


def stand(votes: Votes, systems: int, humans: int) -> Standing:
    """Ranks the systems by these votes; the first `humans` of them are people's."""
    counts = count(votes, systems)
    connection = connect(counts.wins, humans)
    strength, prior = fit(counts, connection)
    return Standing(votes, counts, connection, strength, prior)


def scores_of(counts: Counts, strength: Floats) -> Floats:
    """Score of one answer: (couples·OUTCOMES × systems), as answers are numbered in `Counts`."""
    expected = expit(strength[counts.first] - strength[counts.second])
    rest = FOR_A[None, :] - expected[:, None]
    sides = np.zeros((len(expected), counts.systems))
    couples = np.arange(len(expected))
    sides[couples, counts.first], sides[couples, counts.second] = 1.0, -1.0
    return np.asarray((rest[:, :, None] * sides[:, None, :]).reshape(-1, counts.systems))[
        : len(expected) * OUTCOMES
    ]


def anchored(curve: Floats, connection: Connection) -> Floats:
    """The inverse of the information (k × k, systems first), with the anchor's mean strength held at 0.

    Columns beyond the systems are other coefficients, which stay. Rows outside the core are 0.
    """
    size, systems = len(curve), len(connection.core)
    free = np.concatenate([connection.core, np.ones(size - systems, dtype=bool)])
    free[int(np.flatnonzero(connection.core)[0])] = False
    inverse = np.zeros((size, size))
    inverse[np.ix_(free, free)] = np.linalg.inv(curve[np.ix_(free, free)])
    shift = connection.anchor @ inverse[:systems]
    inverse[:systems][connection.core] -= shift
    return inverse
