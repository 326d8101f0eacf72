"""How often intervals and ranks hold: python -m tests.studies.analysis.ranking.coverage [RUNS]

Studies with dialogue, rater and writer effects and a known truth (`studies.analysis.simulating`). The true
strengths are those that Bradley and Terry's model has on endless votes; docs/methods.md has the numbers.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from scipy import stats

from studies.analysis.ranking.bradley_terry import Games, newton
from studies.analysis.ranking.counting import Floats
from studies.analysis.ranking.elo import Spread
from studies.analysis.ranking.ranks import rank_intervals
from studies.analysis.ranking.standing import stand
from studies.analysis.simulating import Design, Effects, simulate, truth_of

CROWD = Design(dialogues=100, models=5, raters=75, ratings_per_pair=3, writers=12, adversarial=0)
PANEL = Design(dialogues=100, models=5, raters=15, ratings_per_pair=3, writers=12, adversarial=0)
DESIGNS = {
    "100 dialogues, crowd of 75, against people": CROWD,
    "100 dialogues, panel of 15, against people": PANEL,
    "100 dialogues, crowd of 225, all against all": Design(
        dialogues=100, models=5, raters=225, ratings_per_pair=3, writers=12, adversarial=0, models_too=True
    ),
    "20 dialogues, panel of 15, against people": Design(
        dialogues=20, models=5, raters=15, ratings_per_pair=3, writers=12, adversarial=0
    ),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Shares of studies: all ranks hold at once; one rank holds; one Elo interval against people holds; the
    same from answers taken as independent. `width`: mean number of ranks left open."""

    all_ranks: float
    one_rank: float
    elo: float
    elo_independent: float
    width: float


def true_strength(design: Design, effects: Effects) -> Floats:
    preference = truth_of(design, effects).preference
    systems = len(preference)
    first, second = np.triu_indices(systems, 1)
    if not design.models_too:
        first, second = first[: systems - 1], second[: systems - 1]
    games = Games(systems, first, second, preference[first, second][None], np.ones((1, len(first))))
    return np.asarray(newton(games, free=np.asarray(np.arange(systems) > 0))[0])


def coverage(design: Design, runs: int, seed: int, effects: Effects | None = None) -> Coverage:
    effects = effects or Effects()
    truth = true_strength(design, effects)
    ranks = 1 + (truth[None, :] > truth[:, None] + 1e-9).sum(axis=1)
    rng = np.random.default_rng(seed)
    held = np.array([_one(design, effects, truth, ranks, rng) for _run in range(runs)])
    return Coverage(*(float(share) for share in held.mean(axis=0)))


def _one(
    design: Design, effects: Effects, truth: Floats, ranks: Floats, rng: np.random.Generator
) -> tuple[float, ...]:
    votes = simulate(design, effects, rng).votes
    standing = stand(votes, len(truth), 1)
    spread = standing.spread
    found = rank_intervals(standing.strength, spread, standing.connection.core, rng)
    inside = (found.low <= ranks) & (ranks <= found.high)
    gap = np.abs(standing.strength - truth)[1:]
    # Answers taken as independent: the inverse of the information.
    return (
        float(inside.all()), float(inside.mean()), _held(gap, spread),
        _held(gap, Spread(standing.bread, len(votes) - 1, {})), float((found.high - found.low + 1).mean()),
    )  # fmt: skip


def _held(gap: Floats, spread: Spread) -> float:
    reach = stats.t.ppf(0.975, spread.freedom) * np.sqrt(np.diag(spread.covariance)[1:])
    return float((gap <= reach).mean())


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    apart = "100 dialogues, crowd of 225, all against all"
    told = coverage(DESIGNS[apart], runs, seed=1, effects=Effects(spread=1.5))
    sys.stdout.write(f"{apart}, systems further apart: {told}\n")
    for name, design in DESIGNS.items():
        sys.stdout.write(f"{name}: {coverage(design, runs, seed=1)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
