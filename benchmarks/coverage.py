"""How often 95 % intervals hold the truth: python benchmarks/coverage.py [--runs N] [--only TEXT]

Simulates studies with dialogue, rater and writer effects whose true shares are known exactly, and counts how
often three intervals hold them: the report's (multiway sandwich, Student's t), one that clusters by dialogue
only, and one that takes all answers as independent. Prints the table that stands in docs/methods.md, and how
wide the report's intervals are.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from studies.analysis.preference.comparing import Compared  # noqa: E402 - the path comes first
from studies.analysis.results import Estimate  # noqa: E402 - likewise
from studies.analysis.simulating import (  # noqa: E402 - likewise
    Design,
    Effects,
    Simulated,
    simulate,
    truth_of,
)

SEED: Final = 5
CROWD: Final = Design(dialogues=100, raters=45, adversarial=0)  # 20 pairs a rater
PANEL: Final = replace(CROWD, raters=15, ratings_per_pair=15)
EFFECTS: Final = Effects(adversarial=0.3)
#: A slice by itself: 20 dialogues, 16 models.
SPARSE: Final = Design(dialogues=20, models=16, raters=15, ratings_per_pair=1, adversarial=0)
NO_WRITERS: Final = replace(EFFECTS, writer=0.0)
METHODS: Final = ("report", "dialogue", "independent")


class Case(NamedTuple):
    """`what` is measured: the share on all dialogues, on the slice, or how it changes on the slice.

    Of each dialogue so many `pairs` are rated, with models drawn by chance; all where it is 0.
    """

    name: str
    what: str
    design: Design
    effects: Effects = EFFECTS
    pairs: int = 0


def sliced(design: Design, **changes: int) -> Design:
    """300 dialogues, 20 of them in the slice, with as many pairs a rater."""
    return replace(design, dialogues=300, adversarial=20, **changes)


CASES: Final = (
    Case("100 dialogues, crowd (45 raters, 20 pairs each), 12 writers", "all", CROWD),
    Case("100 dialogues, panel (15 raters rate everything), 12 writers", "all", PANEL),
    Case("100 dialogues, panel (15 raters, 3 a pair), 12 writers", "all", replace(CROWD, raters=15)),
    Case("100 dialogues, crowd, 4 writers", "all", replace(CROWD, writers=4)),
    Case("100 dialogues, crowd, 50 writers", "all", replace(CROWD, writers=50)),
    Case("slice of 20 dialogues, crowd, 12 writers", "slice", sliced(CROWD, raters=135)),
    Case("slice of 20 dialogues, panel (3 a pair), 12 writers", "slice", sliced(CROWD, raters=15)),
    Case("slice of 20 dialogues, crowd, 60 writers", "slice", sliced(CROWD, raters=135, writers=60)),
    Case("20 dialogues against 280, crowd, 12 writers", "change", sliced(CROWD, raters=135)),
    Case("20 dialogues against 280, panel (3 a pair), 12 writers", "change", sliced(CROWD, raters=15)),
    Case("20 dialogues against 280, crowd, 60 writers", "change", sliced(CROWD, raters=135, writers=60)),
    Case(
        "20 dialogues against 280, crowd, 12 writers who are all alike",
        "change", sliced(CROWD, raters=135), NO_WRITERS,
    ),
    Case("16 models, 20 dialogues, 4 pairs of each with 1 rating", "all", SPARSE, pairs=4),
    Case("16 models, 20 dialogues, 6 pairs of each with 1 rating", "all", SPARSE, pairs=6),
    Case(
        "16 models, 20 dialogues, 6 pairs of each with 3 ratings",
        "all", replace(SPARSE, ratings_per_pair=3), pairs=6,
    ),
    Case("16 models, 20 dialogues, 16 pairs of each with 1 rating", "all", SPARSE),
    Case(
        "16 models, 60 dialogues, 3 pairs of each with 2 ratings",
        "all", replace(SPARSE, dialogues=60, ratings_per_pair=2), pairs=3,
    ),
)  # fmt: skip


def truth(case: Case) -> float:
    """The share, or the difference of shares, that an endless study would show."""
    everywhere = truth_of(case.design, case.effects).human_vs_models
    on_slice = truth_of(case.design, case.effects, adversarial=True).human_vs_models
    return {"all": everywhere, "slice": on_slice, "change": on_slice - everywhere}[case.what]


def intervals(case: Case, study: Simulated) -> list[Estimate]:
    """One for each of METHODS."""
    votes = study.votes
    rows = np.ones(len(votes), dtype=bool) if case.what == "all" else study.adversarial[votes.dialogue]
    alone = np.arange(len(votes), dtype=np.int32)
    found = []
    for ways in (None, {"dialogue": votes.dialogue}, {"answer": alone}):
        pairs = Compared(votes, systems=len(study.truth.systems), dimensions=1, ways=ways)
        shares = pairs.change_over_models(rows) if case.what == "change" else pairs.over_models(rows)
        found.append(shares.estimate(0))
    return found


def thinned(case: Case, study: Simulated, rng: np.random.Generator) -> Simulated:
    """The study with `pairs` of each dialogue's pairs."""
    if not case.pairs:
        return study
    luck = rng.random((case.design.dialogues, 1 + case.design.models))
    luck[:, 0] = 2.0  # people are not drawn
    drawn = luck.argsort(axis=1).argsort(axis=1) < case.pairs
    return replace(study, votes=study.votes.take(drawn[study.votes.dialogue, study.votes.b]))


def measure(case: Case, runs: int) -> tuple[list[float], float, float]:
    """Coverage of each method, half the mean width of the report's intervals, and how often there is one.

    Coverage is that of the intervals that are given.
    """
    rng = np.random.default_rng(SEED)
    held, given, width = np.zeros(len(METHODS)), np.zeros(len(METHODS)), 0.0
    right = truth(case)
    for _run in range(runs):
        study = thinned(case, simulate(case.design, case.effects, rng), rng)
        for place, one in enumerate(intervals(case, study)):
            if one.low is not None and one.high is not None:
                given[place] += 1
                held[place] += one.low <= right <= one.high
                width += (one.high - one.low) * (place == 0)
    return list(held / np.maximum(given, 1)), width / max(given[0], 1) / 2, given[0] / runs


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=4000)
    parser.add_argument("--only", default="", help="studies whose name begins so")
    options = parser.parse_args()
    sys.stdout.write(
        "| study | report | by dialogue only | independent | half-width | given |\n" + 6 * "|---" + "|\n"
    )
    for case in (case for case in CASES if case.name.startswith(options.only)):
        began = time.process_time()
        held, reach, given = measure(case, options.runs)
        cells = " | ".join(f"{100 * share:.1f} %" for share in held)
        sys.stdout.write(f"| {case.name} | {cells} | ±{100 * reach:.1f} | {100 * given:.0f} % |\n")
        sys.stdout.flush()
        sys.stderr.write(f"{time.process_time() - began:.0f} s of the processor\n")


if __name__ == "__main__":
    main()
