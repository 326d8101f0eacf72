"""Ratings set against one fact of systems: rank correlation and slope, with the ratings' noise carried on.

Intervals are of these systems' true scores, what endless answers would rate them by, and no other systems'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import noise
from studies.analysis.evidence import Evidence
from studies.analysis.results import CONFIDENCE, Estimate, undefined
from studies.analysis.scale.association import FEWEST, Association, Floats, NullOf, RngFor, null
from studies.analysis.scale.facts import Known
from studies.analysis.scale.ratings import Ratings
from studies.analysis.scale.true_scores import FEWEST_LEFT, left_open, true_scores

#: Below so many systems everything is called descriptive.
DESCRIPTIVE_BELOW: Final = 12
_NO_NOISE: Final = "Nothing varies in the answers that could tell how sure the ratings are."
_TOO_FEW: Final = "A rank correlation needs {fewest} systems; {n} have a rating and this number."
_ALIKE: Final = "All of these systems have the same number, or the same rating."
_NO_TRUE_SCORES: Final = (
    "Too few systems for an interval of true scores: {fewest} are needed with what is taken account of here."
)
_NO_ENDS: Final = "Too few couples of systems that differ: no interval reaches 95 %."


@dataclass(frozen=True, eq=False)
class Measured:
    """`ratings` of the systems that the fact is known of, and the fact as `x`; `families` as in
    `Association`.
    """

    ratings: Ratings
    fact: str
    x: Floats
    families: NDArray[np.intp]
    draws: int
    rng_for: RngFor
    null_of: NullOf

    @property
    def n(self) -> int:
        return len(self.x)

    @cached_property
    def association(self) -> Association:
        return Association(self.x, self.ratings.values, self.families)

    @cached_property
    def why(self) -> str:
        """Why there is no correlation; empty where there is."""
        if self.n < FEWEST:
            return _TOO_FEW.format(fewest=FEWEST, n=self.n)
        return "" if np.isfinite(self.association.rho) else _ALIKE

    @cached_property
    def noise(self) -> tuple[Floats, Floats] | None:
        """As `clustering.noise`, of the ratings; None where nothing varies."""
        if self.ratings.freedom < 1 or not np.any(np.diag(self.ratings.covariance) > 0):
            return None
        return noise(self.ratings.covariance, self.ratings.freedom, self.draws, self.rng_for(""))

    @cached_property
    def rho(self) -> Estimate:
        if self.why:
            return undefined(self.why, n=self.n)
        return self.of_true_scores(self.association.rho, self.association.rhos)

    def of_true_scores(
        self, value: float, of: Callable[[Floats], Floats], held: tuple[str, Floats] | None = None
    ) -> Estimate:
        """A value of the ratings, with the interval of what `of` makes of the systems' true scores.

        These may go with x, and with what is `held` equal: its name and numbers.
        """
        facts = self._facts(held[1] if held else None)
        left = left_open(facts).shape[1]
        if left < FEWEST_LEFT:
            fewest = self.n - left + FEWEST_LEFT
            return undefined(_NO_TRUE_SCORES.format(fewest=fewest), n=self.n, value=value)
        if self.noise is None:
            return self.around(value, None)
        rng = self.rng_for(f": true scores, held equal {held[0] if held else 'nothing'}")
        ratings = self.ratings
        return self.around(value, of(true_scores(ratings.values, ratings.covariance, facts, self.noise, rng)))

    def _facts(self, held: Floats | None) -> Floats:
        """A constant for each family, x, and what is held: as ranks, which are all that rho knows of them."""
        constants = (self.families[:, None] == np.unique(self.families)).astype(float)
        rows = [self.x] if held is None else [self.x, held]
        return np.column_stack([constants, *self.association.ranked(np.array(rows))])

    @cached_property
    def slope(self) -> Estimate:
        """Per unit of x, with the interval over the ratings' noise."""
        if self.why:
            return undefined(self.why, n=self.n)
        redone = None if self.noise is None else self.ratings.values + self.noise[0]
        return self.around(
            self.association.slope, None if redone is None else self.association.slopes(redone)
        )

    @property
    def slope_over_systems(self) -> Estimate:
        """Per unit of x, with Sen's interval, which takes the systems as a sample."""
        if self.why:
            return undefined(self.why, n=self.n)
        value, ends = self.association.slope, self.association.slope_ends()
        if ends is None:
            return undefined(_NO_ENDS, n=self.n, value=value)
        return Estimate(value, *ends, n=self.n, clusters={"system": self.n})

    @cached_property
    def p(self) -> float | None:
        return None if self.why else self.association.p(self.null_of)

    def around(self, value: float, redone: Floats | None) -> Estimate:
        """The percentiles of what came out in each draw of the ratings."""
        if redone is None:
            return undefined(_NO_NOISE, n=self.n, value=value)
        tail = (1 - CONFIDENCE) / 2
        low, high = np.nanquantile(redone, [tail, 1 - tail])
        se = float(np.nanstd(redone, ddof=1))
        return Estimate(value, float(low), float(high), se, n=self.n, clusters=self.ratings.clusters)


def measured(
    evidence: Evidence, ratings: Ratings, known: Known, family: Mapping[str, str] | None = None
) -> Measured:
    """The ratings of the systems that the fact is known of; with `family`, only within families.

    Systems that have no family are then left out. What is asked for again is not drawn again.
    """
    systems = evidence.verdicts.systems if evidence.verdicts else ()
    names = [systems[system] for system in ratings.systems]
    kept = [name in known.log and (family is None or name in family) for name in names]
    places = np.flatnonzero(kept)
    chosen = [names[place] for place in places]
    codes = {name: code for code, name in enumerate(sorted(set((family or {}).values())))}
    groups = [codes[family[name]] if family else 0 for name in chosen]
    purpose = f"{ratings.measure} {ratings.eyes.key} {ratings.dimension} against {known.name}"
    x = np.array([known.log[name] for name in chosen])

    def measure(evidence: Evidence) -> Measured:
        return Measured(
            ratings=ratings.of(places),
            fact=known.name,
            x=x,
            families=np.array(groups, dtype=np.intp),
            draws=evidence.options.resamples,
            rng_for=lambda what: evidence.rng(purpose + what),
            null_of=nulls(evidence),
        )

    return evidence.once(f"{purpose}: {places.tolist()} {groups} {x.tolist()}", measure)


def nulls(evidence: Evidence) -> NullOf:
    """Distributions under permutation, each worked out once a report."""

    def null_of(shape: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...], exact: bool) -> Floats:
        return evidence.once(f"orderings {exact} {shape}", lambda it: null(shape, exact, it.rng))

    return null_of
