"""What another draw of dialogues would have ranked: the cluster bootstrap over dialogues alone."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.ranking.bradley_terry import Games, newton
from studies.analysis.ranking.connection import Connection
from studies.analysis.ranking.counting import FOR_A, Counts, Floats
from studies.analysis.ranking.elo import POINTS, points
from studies.analysis.results import CONFIDENCE, Estimate, undefined

#: No percentile interval under so many dialogues: it is too narrow there.
FEWEST: Final = 40
#: Beyond this, in log odds, a resample has no strengths: somebody never lost in it.
_FAR: Final = 15.0


def resampled(
    counts: Counts, connection: Connection, strength: Floats, resamples: int, rng: np.random.Generator
) -> Floats:
    """Strengths (resamples × systems) against the anchor when dialogues are drawn again with replacement.

    Each dialogue keeps all its votes (Davison & Hinkley 1997). Systems outside the core are NaN,
    and so is all of a resample in which the core falls apart.
    """
    core = counts.among(connection.core)
    drawn = rng.multinomial(core.dialogues, np.full(core.dialogues, 1.0 / core.dialogues), size=resamples)
    weights = drawn.astype(float)
    games = Games(
        counts.systems, core.first, core.second, weights @ (core.counts @ FOR_A),
        weights @ core.counts.sum(axis=2),
    )  # fmt: skip
    free = connection.core.copy()
    free[int(np.flatnonzero(free)[0])] = False
    start = np.where(connection.core, strength, 0.0)
    found = newton(games, free=free, start=start, tolerance=1e-6, steps=25)
    found -= (found @ connection.anchor)[:, None]
    found[np.abs(found).max(axis=1) > _FAR] = np.nan
    found[:, ~connection.core] = np.nan
    return found


def percentile(elo: float, drawn: Floats, dialogues: int, n: int, *, fewest: int = FEWEST) -> Estimate:
    """The interval around `elo` between percentiles of one system's resampled strengths (resamples)."""
    if dialogues < fewest:
        why = f"Percentiles of resampled dialogues need at least {fewest} dialogues; there are {dialogues}."
        return undefined(why, n=n, value=elo)
    kept = drawn[np.isfinite(drawn)]
    if len(kept) < CONFIDENCE * len(drawn):
        lost = len(drawn) - len(kept)
        why = f"In {lost} of {len(drawn)} resamples the systems are no longer linked by wins."
        return undefined(why, n=n, value=elo)
    if float(np.ptp(kept)) == 0.0:
        return undefined("Every resample ranks alike: nothing varies.", n=n, value=elo)
    low, high = np.quantile(kept, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    se = POINTS * float(np.std(kept, ddof=1))
    return Estimate(elo, points(float(low)), points(float(high)), se, n=n, clusters={"dialogue": dialogues})
