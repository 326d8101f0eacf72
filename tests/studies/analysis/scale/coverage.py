"""How often rho's interval holds the rho of the systems' true scores: the table in docs/methods.md.

`python -m tests.studies.analysis.scale.coverage` takes about ten minutes.
"""

from __future__ import annotations

import sys
from typing import Any, cast

import numpy as np

from studies.analysis.evidence import Eyes
from studies.analysis.results import Estimate
from studies.analysis.scale.association import Floats, associated
from studies.analysis.scale.measuring import Measured
from studies.analysis.scale.ratings import ELO, Ratings

STUDIES = 500
DRAWS = 300
#: Student's, of the ratings' covariance: as many as 21 raters have.
FREEDOM = 20
STRAIGHT, BENT = "straight", "bent"


def main() -> None:
    designs = [
        (k, rho, noise, STRAIGHT) for k in (8, 16) for rho in (0.0, 0.5, 0.95) for noise in (0.2, 1.0, 2.0)
    ]
    designs += [(8, 0.95, 1.0, BENT), (16, 0.95, 1.0, BENT), (5, 0.5, 1.0, STRAIGHT)]
    for design in designs:
        noisy, mended, slope, width = np.mean([held(study) for study in studies(*design, STUDIES)], axis=0)
        sys.stdout.write(
            f"{design}: noise on noise {noisy:.1%}, true scores {mended:.1%} (width {width:.2f}), "
            f"slope {slope:.1%}\n"
        )
        sys.stdout.flush()


def studies(systems: int, rho: float, noise: float, form: str, count: int) -> list[tuple[Measured, Floats]]:
    """Drawn systems whose true scores, of variance 1, have Spearman's `rho` with x in the population, and
    ratings with `noise` as standard deviation. `BENT`: scores go as much with the exponential of x.
    """
    rng, straight = np.random.default_rng(1), 2 * np.sin(np.pi * rho / 6)
    return [_study(systems, straight, noise, form, rng) for _study_number in range(count)]


def held(study: tuple[Measured, Floats]) -> tuple[bool, bool, bool, float]:
    """Whether each interval holds what the true scores have, and the width of rho's."""
    found, true = study
    rho, slope = associated(found.x, true).rho, associated(found.x, true).slope
    assert found.noise is not None
    again = found.association.rhos(found.ratings.values + found.noise[0])
    mended = found.rho
    low, high = ends(mended)
    return holds(found.around(0.0, again), rho), holds(mended, rho), holds(found.slope, slope), high - low


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def holds(estimate: Estimate, truth: float) -> bool:
    low, high = ends(estimate)
    return low - 1e-9 <= truth <= high + 1e-9


def _study(
    systems: int, straight: float, noise: float, form: str, rng: np.random.Generator
) -> tuple[Measured, Floats]:
    x = rng.standard_normal(systems)
    goes = (np.exp(x) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e) if form == BENT else x
    true = straight * goes + np.sqrt(1 - straight**2) * rng.standard_normal(systems)
    values = true + noise * rng.standard_normal(systems)
    covariance = np.eye(systems) * noise**2 * rng.chisquare(FREEDOM) / FREEDOM
    eyes = Eyes("raters", "", cast(Any, None))
    ratings = Ratings(eyes, "overall", ELO, np.arange(systems), values, covariance, FREEDOM, 1, {})
    one = np.zeros(systems, dtype=np.intp)
    return Measured(ratings, "size", x, one, DRAWS, lambda _what: rng, cast(Any, None)), true


if __name__ == "__main__":
    main()
