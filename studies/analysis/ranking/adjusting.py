"""Strengths with something else held equal: which side was shown first, or how a reply was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from studies.analysis.clustering import clusters_in, covariance
from studies.analysis.ranking.counting import Floats, Mask, rows_of
from studies.analysis.ranking.elo import Spread
from studies.analysis.ranking.standing import DECIMALS, Standing, anchored

_STEPS: Final = 60
_STRIDE: Final = 2.0
#: A covariate of which less than this share differs from what systems and other covariates say is left out.
_OWN: Final = 1e-6
#: Coefficients beyond this, in log odds, have no bound: the covariate tells every answer.
_FAR: Final = 25.0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Strengths (systems, against the anchor; NaN outside the core) and coefficients (covariates; NaN: left
    out), log odds a unit.

    `spread` covers strengths, then coefficients, then each strength's shift against the plain ranking.
    """

    strength: Floats
    coefficients: Floats
    kept: Mask
    spread: Spread


def adjust(standing: Standing, covariates: Floats) -> Adjusted | None:
    """Bradley and Terry's model with covariates (core votes × m) that speak for a.

    log odds that a is preferred = θ_a − θ_b + covariates·β, ties as half wins, as in the style control of
    Chatbot Arena (Li, Angelopoulos & Chiang 2024). What cannot be told from the systems is left out. None
    where nothing is left, or the coefficients have no bound.
    """
    systems = standing.counts.systems
    start = np.zeros(systems + covariates.shape[1])
    start[:systems] = np.where(standing.connection.core, standing.strength, 0.0)
    problem = _Problem(standing, covariates)
    free = problem.free
    kept = _identified(problem.derivatives(start)[1], free, systems)
    free[systems:] = kept
    if not kept.any():
        return None
    at = problem.climb(start, np.flatnonzero(free))
    if at is None:
        return None
    at = np.round(at, DECIMALS)
    anchor, core = standing.connection.anchor, standing.connection.core
    strength = np.where(core, at[:systems] - anchor @ at[:systems], np.nan)
    coefficients = np.where(kept, at[systems:], np.nan)
    return Adjusted(strength, coefficients, kept, problem.spread(at, kept))


class _Problem:
    """Likelihood, slope and curvature over votes; parameters are systems' strengths, then coefficients."""

    def __init__(self, standing: Standing, covariates: Floats) -> None:
        self.standing, self.covariates, self.votes = standing, covariates, standing.core_votes
        self.systems = standing.counts.systems
        core = standing.connection.core
        self.free = np.concatenate([core, np.ones(covariates.shape[1], dtype=bool)])
        self.free[int(np.flatnonzero(core)[0])] = False

    def rest(self, at: Floats) -> tuple[Floats, Floats]:
        """Weighted answer less what is expected, and its weight in the curvature."""
        votes, systems = self.votes, self.systems
        expected = expit(at[votes.a] - at[votes.b] + self.covariates @ at[systems:])
        return votes.weight * (votes.score - expected), votes.weight * expected * (1 - expected)

    def derivatives(self, at: Floats) -> tuple[Floats, Floats]:
        rest, weight = self.rest(at)
        systems, x = self.systems, self.covariates
        slope = np.concatenate([self._by_system(rest), x.T @ rest])
        curve = np.zeros((len(at), len(at)))
        both = self.votes.a.astype(np.int64) * systems + self.votes.b
        met = np.bincount(both, weights=weight, minlength=systems**2).reshape(systems, systems)
        met = met + met.T
        curve[:systems, :systems] = np.diag(met.sum(axis=1)) - met
        for column in range(x.shape[1]):
            curve[:systems, systems + column] = self._by_system(weight * x[:, column])
        curve[systems:, :systems] = curve[:systems, systems:].T
        curve[systems:, systems:] = (x * weight[:, None]).T @ x
        return slope, curve

    def climb(self, at: Floats, free: NDArray[np.intp]) -> Floats | None:
        for _step in range(_STEPS):
            slope, curve = self.derivatives(at)
            inner = curve[np.ix_(free, free)] + 1e-10 * np.eye(len(free))
            step = np.linalg.solve(inner, slope[free])
            at = at.copy()
            at[free] += np.clip(step, -_STRIDE, _STRIDE)
            if np.max(np.abs(step)) < 1e-11:
                return at
            if np.max(np.abs(at)) > _FAR:
                return None
        return None

    def spread(self, at: Floats, kept: Mask) -> Spread:
        systems = self.systems
        rows, ways = rows_of(self.votes.ways, len(self.votes))
        many = len(next(iter(ways.values())))
        used = np.concatenate([np.ones(systems, dtype=bool), kept])
        curve = self.derivatives(at)[1][np.ix_(used, used)]
        bread = np.zeros((len(at), len(at)))
        bread[np.ix_(used, used)] = anchored(curve, self.standing.connection)
        adjusted = self._influence(self.rest(at)[0], rows, many) @ bread.T
        plain = np.concatenate([self.standing.strength, np.zeros(len(at) - systems)])
        before = self._influence(self.rest(plain)[0], rows, many)[:, :systems] @ self.standing.bread.T
        shift = adjusted[:, :systems] - before
        matrix, freedom = covariance(np.concatenate([adjusted, shift], axis=1), ways)
        return Spread(matrix, freedom, clusters_in(self.votes.ways))

    def _influence(self, rest: Floats, rows: NDArray[np.int64], many: int) -> Floats:
        """Sums of scores by row (rows × parameters)."""
        systems = self.systems
        sums = [
            np.bincount(rows * systems + side, weights=rest, minlength=many * systems).reshape(many, systems)
            for side in (self.votes.a, self.votes.b)
        ]
        others = [np.bincount(rows, weights=rest * column, minlength=many) for column in self.covariates.T]
        return np.concatenate([sums[0] - sums[1], np.stack(others, axis=1)], axis=1)

    def _by_system(self, values: Floats) -> Floats:
        systems = self.systems
        for_a = np.bincount(self.votes.a, weights=values, minlength=systems)
        return np.asarray(for_a - np.bincount(self.votes.b, weights=values, minlength=systems), dtype=float)


def _identified(curve: Floats, free: Mask, systems: int) -> Mask:
    """Which covariates say something of their own, taken in order."""
    known = list(np.flatnonzero(free[:systems]))
    kept = np.zeros(len(curve) - systems, dtype=bool)
    for place in range(len(kept)):
        at = systems + place
        total = curve[at, at]
        across = curve[known, at]
        told = across @ np.linalg.solve(curve[np.ix_(known, known)], across) if known else 0.0
        if total > 0 and total - told > _OWN * total:
            kept[place] = True
            known.append(np.intp(at))
    return kept
