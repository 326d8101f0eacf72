"""Bradley–Terry strengths by Newton's method, for one table of wins or a thousand at once.

The odds that i is preferred to j are exp(θ_i − θ_j) (Bradley & Terry 1952, Biometrika 39:324); a tie counts
half a win for each. The likelihood is concave, so that Newton's steps, kept short, find its one maximum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from studies.analysis.ranking.connection import Connection
from studies.analysis.ranking.counting import FOR_A, Counts, Floats, Mask
from studies.analysis.ranking.elo import POINTS

#: Precisions that a prior on one-sided systems may have; the smallest that keeps them in REACH is taken.
RIDGES: Final = (0.01, 0.1, 1.0, 10.0)
#: How far a one-sided system may be put from the anchor, in log odds: 1,000 Elo points.
REACH: Final = 1000.0 / POINTS
#: Newton's steps are cut to this, in log odds.
_STRIDE: Final = 2.0
_STEPS: Final = 100


@dataclass(frozen=True, slots=True)
class Games:
    """`won` and `played` (tables × couples) are sums of weights of `first` against `second`."""

    systems: int
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    won: Floats
    played: Floats


def games_of(counts: Counts) -> Games:
    """All dialogues together."""
    won, played = counts.summed @ FOR_A, counts.summed.sum(axis=1)
    return Games(counts.systems, counts.first, counts.second, won[None], played[None])


def fit(counts: Counts, connection: Connection) -> tuple[Floats, float]:
    """Strengths (systems) in log odds against the anchor, and the prior's precision (0: none was used).

    The core's are maximum likelihood, without a prior. One-sided systems, whose likelihood has no maximum,
    are then placed beside it, the core held fast, with a normal prior around the anchor. Systems that are not
    linked, or have no votes, are NaN.
    """
    strength = np.full(counts.systems, np.nan)
    if not connection.core.any():
        return strength, 0.0
    core = newton(games_of(counts.among(connection.core)), free=_all_but_first(connection.core))[0]
    strength[connection.core] = (core - connection.anchor @ core)[connection.core]
    outside = connection.linked & ~connection.core
    if not outside.any():
        return strength, 0.0
    games = games_of(counts.among(connection.linked))
    start = np.where(connection.core, strength, 0.0)
    for ridge in RIDGES:
        placed = newton(games, free=outside, start=start, ridge=ridge)[0]
        if np.all(np.abs(placed[outside]) <= REACH):
            break
    strength[outside] = placed[outside]
    return strength, ridge


def newton(
    games: Games,
    *,
    free: Mask,
    start: Floats | None = None,
    ridge: float = 0.0,
    tolerance: float = 1e-12,
    steps: int = _STEPS,
) -> Floats:
    """Strengths (tables × systems) that maximise the likelihood less ridge/2·θ²; those not free stay.

    `tolerance` is of the last step, in log odds.
    """
    tables = len(games.won)
    strength = np.zeros((tables, games.systems)) if start is None else np.tile(start, (tables, 1))
    if not free.any():
        return strength
    for _step in range(steps):
        slope, curve = derivatives(games, strength)
        slope, curve = slope[:, free] - ridge * strength[:, free], curve[:, free][:, :, free]
        diagonal = np.arange(int(free.sum()))
        # A table without a maximum must not stop the others; 1e-10 moves no strength that has one.
        curve[:, diagonal, diagonal] += ridge + 1e-10
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        strength[:, free] += np.clip(step, -_STRIDE, _STRIDE)
        if np.max(np.abs(step)) < tolerance:
            break
    return strength


def derivatives(games: Games, strength: Floats) -> tuple[Floats, Floats]:
    """Slope (tables × systems) and negative curvature (tables × systems × systems) of the log likelihood."""
    expected = expit(strength[:, games.first] - strength[:, games.second])
    rest = games.won - games.played * expected
    weight = games.played * expected * (1.0 - expected)
    couples = np.arange(len(games.first))
    sides = np.zeros((len(couples), games.systems))
    sides[couples, games.first], sides[couples, games.second] = 1.0, -1.0
    curve = np.zeros((len(strength), games.systems, games.systems))
    curve[:, games.first, games.second] = -weight
    curve[:, games.second, games.first] = -weight
    every = np.arange(games.systems)
    curve[:, every, every] = weight @ np.abs(sides)
    return rest @ sides, curve


def _all_but_first(core: Mask) -> Mask:
    """One system has to stand still: strengths are differences."""
    free = core.copy()
    free[int(np.flatnonzero(core)[0])] = False
    return free
