"""Studies that never were, with a known truth: for sample sizes, for the coverage of intervals, and for
tests.

Each vote compares two replies by how much better b is than a, on a scale that no rater sees:
`strength_b − strength_a + dialogue + rater + writer + pair + noise`. The first three effects are normal and
belong to the contrast of human and model: some dialogues, raters and writers favour people's replies more
than others do. A pair's own effect is what all its raters see alike. Noise is normal with standard deviation
1. What a rater says follows from two thresholds (`tie`, `strong`) on
that scale. So the true share of preference is a normal probability, exactly (`Truth`).
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from studies.analysis.reading import Codes
from studies.analysis.votes import Votes

HUMAN: Final = "human"
#: The columns of `write_verdicts`.
HEADER: Final = (
    "dialogue", "tags", "pair", "system_first", "system_second", "dimension", "source_kind", "source",
    "occasion", "value_shown", "kind", "phase", "excluded", "writer_first", "writer_second",
)  # fmt: skip
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """The size of a study: who rates what.

    `models` are compared with people's replies and, if `models_too`, with each other; each pair of a dialogue
    is rated by `ratings_per_pair` raters, drawn so that everybody gets as many pairs; `writers` share the
    dialogues' human replies. `adversarial` counts dialogues with that tag.
    """

    dialogues: int = 300
    models: int = 3
    raters: int = 150
    ratings_per_pair: int = 3
    writers: int = 12
    adversarial: int = 20
    models_too: bool = False
    dimensions: tuple[str, ...] = ("overall",)


@dataclass(frozen=True, slots=True)
class Effects:
    """How strong replies are and what makes votes differ; all in standard deviations of the noise.

    `human` is people's strength, models have `model` plus even steps of `spread` between the weakest and
    strongest; `adversarial` is added to people's strength on those dialogues. `dialogue`, `rater`, `writer`
    are the standard deviations of their effects, `pair` that of any two replies beyond them. `tie`: a
    difference smaller than that is none; `strong`: larger ones are marked as strong. `position`: what being
    shown first adds.
    """

    human: float = 0.0
    model: float = 0.1
    spread: float = 0.4
    adversarial: float = 0.0
    dialogue: float = 0.35
    rater: float = 0.35
    writer: float = 0.25
    tie: float = 0.22
    strong: float = 1.0
    position: float = 0.0
    pair: float = 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """Shares of preference (win + ½ tie) in the population of dialogues, raters and writers.

    `systems` names the people's system first. `preference[i, j]` is the share by which i is preferred to j.
    """

    systems: tuple[str, ...]
    strengths: NDArray[np.float64]
    preference: NDArray[np.float64]

    @property
    def human_vs_models(self) -> float:
        """People's share of preference, the mean over models."""
        return float(self.preference[0, 1:].mean())


@dataclass(frozen=True, slots=True)
class Simulated:
    """Votes of raters, without any file. Systems are numbered as in `truth.systems`."""

    votes: Votes
    truth: Truth
    adversarial: NDArray[np.bool_]
    dimensions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Who rates what, before anybody has: one row a vote, arrays of equal length.

    `a` < `b` number the systems, people's being 0; `writer` wrote the human reply, −1 where there is none.
    `adversarial` has one cell a dialogue.
    """

    dialogue: Codes
    pair: Codes
    rater: Codes
    writer: Codes
    a: Codes
    b: Codes
    adversarial: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.pair)

    @property
    def ways(self) -> dict[str, Codes]:
        """How votes hang together, as `Votes.ways`."""
        return {"dialogue": self.dialogue, "rater": self.rater, "writer": self.writer}


def truth_of(design: Design, effects: Effects, *, adversarial: bool = False) -> Truth:
    """The shares that an endless study of this kind would show."""
    steps = np.linspace(-0.5, 0.5, design.models) if design.models > 1 else np.zeros(1)
    human = effects.human + (effects.adversarial if adversarial else 0.0)
    strengths = np.concatenate([[human], effects.model + effects.spread * steps])
    gap = strengths[:, None] - strengths[None, :]
    varies = np.zeros_like(gap, dtype=bool)
    varies[0, :] = varies[:, 0] = True
    extra = effects.dialogue**2 + effects.rater**2 + effects.writer**2
    deviation = np.sqrt(1.0 + effects.pair**2 + np.where(varies, extra, 0.0))
    wins = stats.norm.cdf((gap - effects.tie) / deviation)
    losses = stats.norm.cdf((-gap - effects.tie) / deviation)
    preference = wins + (1.0 - wins - losses) / 2
    names = (HUMAN, *(f"model-{number:02d}" for number in range(1, design.models + 1)))
    return Truth(names, strengths, preference)


def lay_out(design: Design, rng: np.random.Generator) -> Layout:
    """Draws which dialogues are adversarial, who rates what, and who wrote what."""
    adversarial = np.zeros(design.dialogues, dtype=bool)
    adversarial[rng.permutation(design.dialogues)[: design.adversarial]] = True
    dialogue, a, b = _pairs(design)
    pair = np.repeat(np.arange(len(dialogue), dtype=np.int32), design.ratings_per_pair)
    rater = _raters(design, len(dialogue), rng)
    writer_of = rng.permutation(np.arange(design.dialogues) % design.writers).astype(np.int32)
    a, b, dialogue = a[pair], b[pair], dialogue[pair]
    writer = np.where(a == 0, writer_of[dialogue], -1).astype(np.int32)
    return Layout(dialogue, pair, rater, writer, a, b, adversarial)


def simulate(design: Design, effects: Effects, rng: np.random.Generator) -> Simulated:
    """One study's votes. The same generator state gives the same votes."""
    layout = lay_out(design, rng)
    truth = truth_of(design, effects)
    favour = _favour(layout, design, effects, rng)
    a_first = rng.random(len(layout)) < 0.5
    mean = (
        truth.strengths[layout.b]
        - truth.strengths[layout.a]
        - favour
        - np.where(a_first, effects.position, -effects.position)
    )
    parts = [_graded(mean + rng.normal(size=len(mean)), effects) for _dimension in design.dimensions]
    votes = _votes(layout, a_first, parts)
    return Simulated(votes, truth, layout.adversarial, design.dimensions)


def write_verdicts(
    simulated: Simulated, path: Path, *, source_kind: str = "rater", append: bool = False
) -> None:
    """The votes as a table that `read_verdicts` reads, with the columns of an export that they have."""
    with path.open("a" if append else "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        if not append:
            out.writerow(HEADER)
        for i, occasion in enumerate(_occasions(simulated.votes)):
            out.writerow(_verdict(simulated, i, source_kind, occasion))


def _occasions(votes: Votes) -> list[int]:
    """Which time it is that a source answers the same: the draw of raters may meet somebody twice."""
    met: Counter[tuple[int, ...]] = Counter()
    found = []
    for same in zip(votes.pair.tolist(), votes.source.tolist(), votes.dimension.tolist(), strict=True):
        met[same] += 1
        found.append(met[same])
    return found


def _verdict(simulated: Simulated, i: int, source_kind: str, occasion: int) -> list[str | int]:
    """One row under HEADER, as it was shown."""
    votes, systems = simulated.votes, simulated.truth.systems
    a_first = bool(votes.a_first[i])
    writer = f"writer-{votes.writer[i]:02d}" if votes.writer[i] >= 0 else ""
    sides, writers = (systems[votes.a[i]], systems[votes.b[i]]), (writer, "")
    value = int(votes.value[i])
    return [
        f"dialogue-{votes.dialogue[i]:04d}",
        "adversarial" if simulated.adversarial[votes.dialogue[i]] else "",
        f"{votes.pair[i]:012x}",
        *(sides if a_first else sides[::-1]),
        simulated.dimensions[votes.dimension[i]],
        source_kind,
        f"{source_kind}-{votes.source[i]:04d}",
        occasion,
        value if a_first else -value,
        "main",
        "main",
        0,
        *(writers if a_first else writers[::-1]),
    ]


def _favour(layout: Layout, design: Design, effects: Effects, rng: np.random.Generator) -> Floats:
    """What each vote's dialogue, rater, writer and pair add to a, beyond strengths."""
    human = layout.a == 0
    favour = (
        rng.normal(0, effects.dialogue, design.dialogues)[layout.dialogue]
        + rng.normal(0, effects.rater, design.raters)[layout.rater]
        + rng.normal(0, effects.writer, design.writers)[layout.writer]
        + effects.adversarial * layout.adversarial[layout.dialogue]
    )
    favour = np.where(human, favour, 0.0)
    if effects.pair:
        favour = favour + rng.normal(0, effects.pair, int(layout.pair.max(initial=-1)) + 1)[layout.pair]
    return favour


def _votes(layout: Layout, a_first: NDArray[np.bool_], parts: list[NDArray[np.int8]]) -> Votes:
    """The layout once for each dimension, with that dimension's values."""
    size, many = len(layout), len(parts)
    return Votes(
        dialogue=np.tile(layout.dialogue, many),
        pair=np.tile(layout.pair, many),
        dimension=np.repeat(np.arange(many, dtype=np.int32), size),
        source=np.tile(layout.rater, many),
        writer=np.tile(layout.writer, many),
        a=np.tile(layout.a, many),
        b=np.tile(layout.b, many),
        value=np.concatenate(parts),
        a_first=np.tile(a_first, many),
        weight=np.ones(size * many),
        row=np.arange(size * many),
    )


def _pairs(design: Design) -> tuple[Codes, Codes, Codes]:
    """Dialogue and systems of every pair: people against models, and models among each other if wanted."""
    systems = 1 + design.models
    first, second = np.triu_indices(systems, 1) if design.models_too else (
        np.zeros(design.models, dtype=int), np.arange(1, systems),
    )  # fmt: skip
    dialogue = np.repeat(np.arange(design.dialogues), len(first))
    a, b = np.tile(first, design.dialogues), np.tile(second, design.dialogues)
    return dialogue.astype(np.int32), a.astype(np.int32), b.astype(np.int32)


def _raters(design: Design, pairs: int, rng: np.random.Generator) -> Codes:
    """Who votes: everybody as often as everybody else, and nobody twice on a pair where there are enough of
    them.

    Consecutive places of a shuffled circle of raters: a pair's votes come from different people.
    """
    size = pairs * design.ratings_per_pair
    rounds = -(-size // design.raters)
    places = np.concatenate([rng.permutation(design.raters) for _round in range(rounds)])[:size]
    if design.ratings_per_pair == design.raters:
        return places.astype(np.int32)
    order = rng.permutation(pairs)
    votes = places.reshape(pairs, design.ratings_per_pair)[np.argsort(order)]
    return votes.reshape(-1).astype(np.int32)


def _graded(difference: NDArray[np.float64], effects: Effects) -> NDArray[np.int8]:
    size = (np.abs(difference) > effects.tie).astype(np.int8) + (np.abs(difference) > effects.strong)
    return (np.sign(difference) * size).astype(np.int8)
