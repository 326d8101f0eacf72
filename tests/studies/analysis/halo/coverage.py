"""How often intervals of systems' correlations hold those of the true strengths: table in docs/methods.md.

`python -m tests.studies.analysis.halo.coverage` takes about five minutes.
"""

from __future__ import annotations

import sys
from typing import Any, cast

import numpy as np

from studies.analysis.clustering import Partitions
from studies.analysis.evidence import EVERYTHING, Eyes
from studies.analysis.halo.answers import Floats
from studies.analysis.halo.systems import Rated
from studies.analysis.ranking.entries import Entry
from studies.analysis.ranking.standing import stand
from studies.analysis.reading import Codes
from studies.analysis.results import Estimate
from studies.analysis.votes import Votes
from tests.studies.analysis.scale.coverage import holds

STUDIES = 200
DRAWS = 200
MODELS, DIMENSIONS, WRITERS, VOTES = 8, 3, 12, 3
#: How much of true strengths, and of raters' tastes, is common to all dimensions.
COMMON = 0.5


def main() -> None:
    for design in ((100, 15, 0.5, 0.35), (100, 60, 0.5, 0.35), (100, 15, 1.0, 0.35), (300, 15, 0.5, 0.35),
                   (100, 15, 0.5, 0.0), (100, 4, 0.5, 0.35)):  # fmt: skip
        rng, held = np.random.default_rng(1), np.zeros(2)
        for _study in range(STUDIES):
            rated, truth = study(*design, rng)
            held += holds(rated.mean, truth), holds(by_dialogue(rated), truth)
        sys.stdout.write(f"{design}: {held[0] / STUDIES:.1%}, by dialogue alone {held[1] / STUDIES:.1%}\n")
        sys.stdout.flush()


def by_dialogue(rated: Rated) -> Estimate:
    """The mean correlation with an interval that takes raters and writers as they are."""
    alone = Rated(rated.entries, rated.draws, rated.rng)
    alone.__dict__["partitions"] = Partitions({"dialogue": rated.ways["dialogue"]})
    return alone.mean


def study(
    dialogues: int, raters: int, spread: float, taste: float, rng: np.random.Generator
) -> tuple[Rated, float]:
    """People against each of MODELS models, VOTES raters a pair; and the true strengths' mean correlation.

    Strengths have the standard deviation `spread`, a rater's liking of a system `taste`, a dialogue's .35, a
    writer's .25, in units of an answer's own noise.
    """
    true = spread * _partly(rng, 1 + MODELS)
    size = dialogues * MODELS * VOTES
    pair = np.repeat(np.arange(dialogues * MODELS), VOTES)
    dialogue, model = pair // MODELS, 1 + pair % MODELS
    rater = np.concatenate([rng.choice(raters, VOTES, replace=False) for _pair in range(dialogues * MODELS)])
    writer = dialogue % WRITERS
    liked = taste * np.stack([_partly(rng, 1 + MODELS) for _rater in range(raters)], axis=1)
    shared = 0.35 * rng.normal(size=(dialogues, 1 + MODELS))
    felt = (true[:, model] - true[:, [0]]) + liked[:, rater, model] - liked[:, rater, 0]
    felt = felt + (shared[dialogue, model] - shared[dialogue, 0]) + 0.25 * rng.normal(size=WRITERS)[writer]
    said = np.sign(felt + rng.normal(size=(DIMENSIONS, size))).astype(np.int8)
    return _rated(said, dialogue, pair, rater, writer, model, rng), _mean_rho(true)


def _partly(rng: np.random.Generator, systems: int) -> Floats:
    """Numbers of variance 1 (dimensions × systems), COMMON of it common to all dimensions."""
    own = np.sqrt(1 - COMMON) * rng.normal(size=(DIMENSIONS, systems))
    return np.asarray(np.sqrt(COMMON) * rng.normal(size=systems) + own)


def _mean_rho(true: Floats) -> float:
    ranks = true.argsort(axis=1).argsort(axis=1)
    return float(np.asarray(np.corrcoef(ranks))[np.triu_indices(DIMENSIONS, 1)].mean())


def _rated(said: Floats, *of: Any) -> Rated:
    dialogue, pair, rater, writer, model, rng = of
    none = np.zeros(1 + MODELS, dtype=bool)
    eyes, entries = Eyes("raters", "", cast(Any, None)), []
    for place, value in enumerate(said):
        row = np.arange(len(pair))
        votes = Votes(
            dialogue=_codes(dialogue), pair=_codes(pair), dimension=_codes(np.full_like(pair, place)),
            source=_codes(rater), writer=_codes(writer), a=_codes(np.zeros_like(pair)), b=_codes(model),
            value=value, a_first=np.ones(len(row), dtype=bool), weight=np.ones(len(row)), row=row,
        )  # fmt: skip
        standing = stand(votes, 1 + MODELS, 1)
        entries.append(Entry(eyes, f"dimension {place}", EVERYTHING, standing, none, rng))
    return Rated(entries, DRAWS, rng)


def _codes(numbers: Any) -> Codes:
    return np.asarray(numbers, dtype=np.int32)


if __name__ == "__main__":
    main()
