"""Fitting a model of answers to the counts, and how its estimates vary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import covariance
from studies.analysis.ranking.answer_models import AnswerModel
from studies.analysis.ranking.counting import OUTCOMES, Counts, Floats, gather
from studies.analysis.ranking.elo import Spread
from studies.analysis.ranking.standing import DECIMALS, Standing, anchored

_STEPS: Final = 200
_STRIDE: Final = 2.0
_TOLERANCE: Final = 1e-10
#: Parameters beyond this, in log odds, have no bound; so has a likelihood that is flatter than that in one
#: direction than in another.
_FAR: Final = 25.0
_FLAT: Final = 1e12
#: For differences of the score: the cube root of the precision of a float.
_NUDGE: Final = 6e-6


@dataclass(frozen=True, slots=True)
class Fitted:
    """Strengths (systems, against the anchor; NaN outside the core), the model's shape, and the spread of
    both (systems first)."""

    strength: Floats
    shape: Floats
    spread: Spread


@dataclass(frozen=True)
class _Task:
    """The likelihood of one model on one table of counts. Parameters are all systems' strengths, then the
    shape; only `free` ones move."""

    model: AnswerModel
    counts: Counts
    free: Floats

    def scores(self, at: Floats) -> tuple[Floats, Floats]:
        """Log probability and score of each answer (couples × answers [× parameters])."""
        systems = self.counts.systems
        gap = at[self.counts.first] - at[self.counts.second]
        logs, by_gap, by_shape = self.model(at[systems:], gap)
        couples = np.arange(len(gap))
        sides = np.zeros((len(gap), systems))
        sides[couples, self.counts.first], sides[couples, self.counts.second] = 1.0, -1.0
        scores = np.concatenate([by_gap[:, :, None] * sides[:, None, :], by_shape], axis=2)
        return logs, scores * self.free

    def answers(self) -> Floats:
        """Counts by the model's answers (couples × answers)."""
        known = self.model.column_of >= 0
        place = np.zeros((OUTCOMES, int(self.model.column_of.max()) + 1))
        place[np.flatnonzero(known), self.model.column_of[known]] = 1.0
        return np.asarray(self.counts.summed @ place)

    def slope(self, at: Floats) -> Floats:
        return np.asarray(np.einsum("pa,pak->k", self.answers(), self.scores(at)[1]))

    def curve(self, at: Floats) -> Floats:
        """Minus the second derivatives, from central differences of the exact slope."""
        columns = []
        for parameter in range(len(at)):
            nudge = np.zeros(len(at))
            nudge[parameter] = _NUDGE
            columns.append((self.slope(at - nudge) - self.slope(at + nudge)) / (2 * _NUDGE))
        curve = np.stack(columns, axis=1)
        return np.asarray((curve + curve.T) / 2)


def fit_answers(standing: Standing, model: AnswerModel) -> Fitted | None:
    """Maximum likelihood within the core, with the multiway sandwich of its scores.

    None where there is no maximum. The core of `standing` counts a tie as half a win each way; these models
    do not, and have no bound where ties alone link two systems.
    """
    connection, systems = standing.connection, standing.counts.systems
    counts = standing.counts.among(connection.core)
    free = np.concatenate([connection.core, np.ones(len(model.start), dtype=bool)])
    free[int(np.flatnonzero(connection.core)[0])] = False
    start = np.concatenate([np.where(connection.core, standing.strength, 0.0), model.start])
    start[:systems] -= start[int(np.flatnonzero(connection.core)[0])]
    task = _Task(model, counts, free.astype(float))
    at = _climb(task, start, np.flatnonzero(free))
    if at is None:
        return None
    at = np.round(at, DECIMALS)
    every = _Task(model, counts, np.ones(len(free)))
    bread = anchored(every.curve(at), connection)
    strength = np.where(connection.core, at[:systems] - connection.anchor @ at[:systems], np.nan)
    return Fitted(strength, at[systems:], _spread(standing, every, at, bread))


def _climb(task: _Task, at: Floats, free: NDArray[np.intp]) -> Floats | None:
    """Fisher scoring: expected curvature, steps halved until the likelihood does not fall.

    None where it climbs for ever.
    """
    answers = task.answers()
    played = answers.sum(axis=1)
    level = -np.inf
    for _step in range(_STEPS):
        logs, scores = task.scores(at)
        weight = played[:, None] * np.exp(logs)
        slope = np.einsum("pa,pak->k", answers, scores)[free]
        curve = np.einsum("pa,pak,pal->kl", weight, scores, scores, optimize=True)[np.ix_(free, free)]
        if not np.linalg.cond(curve) < _FLAT:
            return None
        step = np.zeros(len(at))
        step[free] = np.clip(np.linalg.solve(curve, slope), -_STRIDE, _STRIDE)
        level = float((answers * logs).sum())
        while float((answers * task.scores(at + step)[0]).sum()) < level - 1e-9 * abs(level):
            step /= 2
        at = at + step
        if np.max(np.abs(step), initial=0.0) < _TOLERANCE:
            return at
        if np.max(np.abs(at)) > _FAR:
            return None
    return None


def _spread(standing: Standing, task: _Task, at: Floats, bread: Floats) -> Spread:
    gathered = gather(standing.core_votes, standing.counts.systems)
    scores = task.scores(at)[1][:, np.maximum(task.model.column_of, 0), :]
    scores = scores * (task.model.column_of >= 0)[None, :, None]
    influence = np.asarray(gathered.answers @ (scores.reshape(-1, len(at)) @ bread.T))
    matrix, freedom = covariance(influence, gathered.ways)
    return Spread(matrix, freedom, standing.spread.clusters)
