"""Power and precision by simulation: the estimator and the interval of the analysis on studies that never
were.

One plan (who rates what, who wrote what) is drawn, then many studies of it at once. In each the share by
which people's replies are preferred, models weighted equally, gets its multiway t interval
(`clustering.variances`); power is how often that interval leaves out "no difference".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse, stats

from studies.analysis.clustering import Partitions
from studies.analysis.planning.assumptions import Impossible, Plan, Spread
from studies.analysis.planning.formulas import ALPHA
from studies.analysis.planning.spread import effects_of, preferring
from studies.analysis.results import Estimate
from studies.analysis.simulating import Design, Effects, Layout, lay_out

Cells = NDArray[np.float32]
Floats = NDArray[np.float64]
#: Votes × studies held at once, 4 bytes each several times over.
_CHUNK: Final = 1_500_000


def design_of(plan: Plan) -> Design:
    """What is simulated of a plan: pairs of people and a model, over all raters."""
    return Design(
        dialogues=plan.dialogues,
        models=plan.models,
        raters=plan.raters,
        ratings_per_pair=plan.ratings_per_pair,
        writers=min(plan.writers, plan.dialogues),
        adversarial=min(plan.adversarial, plan.dialogues),
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What simulated studies with one true value showed.

    `power`: the share of studies whose interval leaves out no difference; `half_width`: of their intervals,
    the mean, in shares; `covered`: the share of intervals that hold the truth. Each with the 95 % interval of
    the simulation itself, `n` being the simulated studies.
    """

    truth: float
    power: Estimate
    half_width: Estimate
    covered: Estimate


@dataclass(frozen=True)
class Bench:
    """One drawn plan on which studies are simulated. `contrast` weighs votes, `strata` part them."""

    layout: Layout
    contrast: Floats
    strata: NDArray[np.intp]

    @cached_property
    def means(self) -> sparse.csr_matrix:
        """Takes votes to the mean of each stratum."""
        count = np.bincount(self.strata)
        return sparse.csr_matrix(
            (1.0 / count[self.strata], (self.strata, np.arange(len(self.strata)))), dtype=np.float32
        )

    @cached_property
    def clusters(self) -> Partitions:
        return Partitions(self.layout.ways, np.float32)

    def judged(self, score: Cells) -> tuple[Floats, Floats]:
        """Estimate and half-width of its interval in each study (votes × studies of scores)."""
        estimates = np.asarray(self.contrast @ score, dtype=np.float64)
        influence = (score - (self.means @ score)[self.strata]) * self.contrast[:, None].astype(np.float32)
        limit = float(stats.t.ppf(1 - ALPHA / 2, self.clusters.freedom))
        return estimates, limit * np.sqrt(self.clusters.variances(influence))


def overall(design: Design, rng: np.random.Generator) -> Bench:
    """For people against models: every model's mean share, equally weighted."""
    layout = lay_out(design, rng)
    model = (layout.b - 1).astype(np.intp)
    return Bench(layout, 1.0 / (np.bincount(model)[model] * design.models), model)


def interaction(design: Design, rng: np.random.Generator) -> Bench:
    """For the same on adversarial dialogues minus that on all others. Raises Impossible without either."""
    if not 0 < design.adversarial < design.dialogues:
        raise Impossible("a difference between slices needs dialogues in both")
    layout = lay_out(design, rng)
    hard = layout.adversarial[layout.dialogue]
    strata = (layout.b - 1) * 2 + hard
    sign = np.where(hard, 1.0, -1.0)
    return Bench(layout, sign / (np.bincount(strata)[strata] * design.models), strata.astype(np.intp))


def studies_for(votes: int, *, cells: int, most: int = 1000, fewest: int = 100) -> int:
    """How many studies of so many votes to simulate, for a bounded time."""
    return int(np.clip(cells // max(votes, 1), fewest, most))


def power_of_shares(
    bench: Bench, spread: Spread, shares: Sequence[float], *, studies: int, rng: np.random.Generator
) -> list[Tried]:
    """What `studies` studies show at each true share; the same chance for all shares.

    0.5 is no difference: its power is the rate of false alarms.
    """
    base = effects_of(spread)
    gaps = [np.float32(preferring(base, share).human) for share in shares]
    found = _tried(bench, base, [(gap, np.float32(0)) for gap in gaps], studies, rng)
    return [_told(share, 0.5, *one) for share, one in zip(shares, found, strict=True)]


def power_of_differences(
    bench: Bench, spread: Spread, differences: Sequence[float], *, studies: int, rng: np.random.Generator
) -> list[Tried]:
    """At each true difference of the adversarial dialogues from the others, whose share is one half."""
    base = effects_of(spread)
    extra = [np.float32(preferring(base, 0.5 + difference).human) for difference in differences]
    found = _tried(bench, base, [(np.float32(0), one) for one in extra], studies, rng)
    return [_told(difference, 0.0, *one) for difference, one in zip(differences, found, strict=True)]


def _tried(
    bench: Bench,
    effects: Effects,
    gaps: list[tuple[np.float32, np.float32]],
    studies: int,
    rng: np.random.Generator,
) -> list[tuple[Floats, Floats]]:
    """Estimates and half-widths of every study, for each gap and its addition on adversarial dialogues."""
    hard = bench.layout.adversarial[bench.layout.dialogue].astype(np.float32)[:, None]
    size = max(_CHUNK // len(bench.layout), 1)
    parts: list[list[tuple[Floats, Floats]]] = [[] for _gap in gaps]
    for start in range(0, studies, size):
        latent = _latent(bench.layout, effects, min(size, studies - start), rng)
        for part, (gap, extra) in zip(parts, gaps, strict=True):
            shifted = latent + (gap + extra * hard)
            score = np.float32(0.5) * (
                (shifted > effects.tie).astype(np.float32) + (shifted > -effects.tie).astype(np.float32)
            )
            part.append(bench.judged(score))
    return [(np.concatenate([e for e, _w in part]), np.concatenate([w for _e, w in part])) for part in parts]


def _latent(layout: Layout, effects: Effects, studies: int, rng: np.random.Generator) -> Cells:
    """How much better people's reply is in each vote of each study, but for strength."""
    latent = rng.standard_normal((len(layout), studies), dtype=np.float32)
    for codes, deviation in (
        (layout.dialogue, effects.dialogue),
        (layout.pair, effects.pair),
        (layout.rater, effects.rater),
        (layout.writer, effects.writer),
    ):
        if deviation:
            drawn = rng.standard_normal((int(codes.max(initial=-1)) + 1, studies), dtype=np.float32)
            latent += np.float32(deviation) * drawn[codes]
    return latent


def _told(truth: float, none: float, estimates: Floats, reach: Floats) -> Tried:
    away = np.abs(estimates - none) > reach
    covered = np.abs(estimates - truth) <= reach
    return Tried(truth, share_of(away), _mean_of(reach), share_of(covered))


def share_of(hits: NDArray[np.bool_]) -> Estimate:
    """A share of simulated studies with its Wilson (1927) interval."""
    n, z = len(hits), float(stats.norm.ppf(0.975))
    share = float(hits.mean())
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)))
    se = float(np.sqrt(share * (1 - share) / n))
    return Estimate(share, max(middle - reach, 0.0), min(middle + reach, 1.0), se, n=n)


def _mean_of(values: Floats) -> Estimate:
    se = float(values.std(ddof=1) / np.sqrt(len(values)))
    mean, z = float(values.mean()), float(stats.norm.ppf(0.975))
    return Estimate(mean, mean - z * se, mean + z * se, se, n=len(values))


def scaled(plan: Plan, dialogues: int) -> Plan:
    """The same design with other dialogues; everybody still rates as many pairs, and writers stay."""
    return replace(plan, dialogues=dialogues)
