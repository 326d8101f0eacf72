"""How often intervals of agreement hold the truth: python -m tests.studies.analysis.agreement.coverage

After it the number of studies may stand.

Simulated studies with effects of dialogue, rater and writer and a fixed judge. The truth is the mean over all
of a design's studies. Prints the rows that stand in docs/methods.md, percent of 95 % intervals.
"""

from __future__ import annotations

import sys
from typing import Final

import numpy as np

from studies.analysis.agreement.coefficients import COEFFICIENTS, coefficients_of
from studies.analysis.agreement.comparing import Against
from studies.analysis.agreement.counted import counted
from studies.analysis.agreement.pairs import compared
from studies.analysis.results import Estimate
from studies.analysis.simulating import Design
from tests.studies.analysis.agreement.studies_drawn import with_judge

SEED: Final = 23
STUDIES: Final = 1000
DESIGNS: Final = {
    "100 pairs, 60 raters, 5 votes a pair, 40 writers": Design(100, 1, 60, 5, 40),
    "100 pairs, 15 raters, 5 votes a pair, 12 writers": Design(100, 1, 15, 5, 12),
    "100 pairs, 12 raters who all rate everything, 40 writers": Design(100, 1, 12, 12, 40),
}
MAJORITIES: Final[tuple[Against, ...]] = ("three", "rest")
FIGURES: Final = ("judge", "raters", "difference")
SHOWN: Final = ("raw", "gwet_ac1", "alpha_nominal")


def estimates(rng: np.random.Generator, design: Design) -> dict[str, Estimate]:
    """One study's: judge, raters and difference against both majorities, and the coefficients shown."""
    raters, judge = with_judge(rng, design)
    sample = counted(raters)
    found = {
        f"{name}, {against}": compared(sample, judge, against, "S1").values[name]
        for against in MAJORITIES
        for name in FIGURES
    }
    each = zip(COEFFICIENTS, coefficients_of(sample), strict=True)
    return found | {one.key: estimate for one, estimate in each if one.key in SHOWN}


def covered(design: Design, studies: int) -> dict[str, float]:
    """The share of intervals that hold the mean of all studies; the same studies whenever it is asked."""
    rng = np.random.default_rng(SEED)
    drawn = [estimates(rng, design) for _study in range(studies)]
    return {name: _held([each[name] for each in drawn]) for name in drawn[0]}


def _held(drawn: list[Estimate]) -> float:
    value, low, high = np.array([(one.value, one.low, one.high) for one in drawn], dtype=float).T
    return float(((low <= value.mean()) & (value.mean() <= high)).mean())


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    for title, design in DESIGNS.items():
        found = covered(design, studies)
        told = " | ".join(f"{name} {100 * share:.1f}" for name, share in found.items())
        sys.stdout.write(f"| {title} | {told} |\n")


if __name__ == "__main__":
    main()
