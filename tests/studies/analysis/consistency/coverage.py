"""How often intervals of spread hold: python -m tests.studies.analysis.consistency.coverage

People against four models, two replies each; chances differ by ±spread between dialogues. Prints, of so many
simulated studies, how often the interval holds the truth, and how often its lower end is above 0.
"""

from __future__ import annotations

import sys

import numpy as np

from studies.analysis.consistency.sides import Sides
from studies.analysis.consistency.spread import over_dialogues, own
from studies.analysis.results import Estimate

MODELS = 4


def drawn(spread: float, dialogues: int, raters: int, rng: np.random.Generator) -> Sides:
    """People's sides: each rater answers every model's pair of every dialogue; raters lean by ±.1."""
    dialogue, model, source = (
        grid.reshape(-1)
        for grid in np.meshgrid(np.arange(dialogues), np.arange(MODELS), np.arange(raters), indexing="ij")
    )
    chance = (
        0.5 + spread * rng.choice([-1, 1], dialogues)[dialogue] + 0.1 * rng.choice([-1, 1], raters)[source]
    )
    score = (rng.random(len(chance)) < chance).astype(float)
    mean = np.bincount(model, weights=score) / np.bincount(model)
    nobody = np.zeros(len(score), dtype=np.int64)
    return Sides(nobody, model + 1, dialogue, source, dialogue, score, score - mean[model])


def held(
    spread: float, dialogues: int, raters: int, studies: int, seed: int = 1
) -> dict[str, tuple[float, float]]:
    """Of both statistics: the share of intervals with the truth inside, and with a lower end above 0."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Estimate]] = {"spread": [], "own": []}
    for _study in range(studies):
        sides = drawn(spread, dialogues, raters, rng)
        found["spread"].append(over_dialogues(sides, dialogues))
        found["own"].append(own(sides, dialogues))
    return {
        name: (
            float(np.mean([(one.low or 0.0) <= spread <= (one.high or 0.0) for one in told])),
            float(np.mean([(one.low or 0.0) > 0 for one in told])),
        )
        for name, told in found.items()
    }


if __name__ == "__main__":
    for spread in (0.0, 0.1, 0.2):
        for dialogues, raters in ((20, 3), (100, 3), (100, 15)):
            told = held(spread, dialogues, raters, 1000)
            sys.stdout.write(f"{spread} {dialogues} {raters} {told}\n")
