"""Simulated studies with raters and one fixed judge."""

from dataclasses import fields

import numpy as np

from studies.analysis.simulating import Design, Effects, simulate
from studies.analysis.votes import Votes

#: The judge is the leaning of so many simulated people, the same in every pair: it has no effect of one
#: rater.
BEHIND_JUDGE = 21


def with_judge(
    rng: np.random.Generator, design: Design, effects: Effects | None = None
) -> tuple[Votes, Votes]:
    """Votes of `design.raters`, of whom `ratings_per_pair` rate each pair, and a judge's on every pair."""
    pairs, people = design.dialogues * design.models, design.raters + BEHIND_JUDGE
    everybody = Design(design.dialogues, design.models, people, people, design.writers, adversarial=0)
    votes = simulate(everybody, effects or Effects(), rng).votes
    behind = votes.source.reshape(pairs, people) >= design.raters
    leaning = np.where(behind, np.sign(votes.value).reshape(pairs, people), 0).sum(axis=1)
    judge = np.where(abs(leaning) < 4, 0, np.sign(leaning)).astype(np.int8)
    chosen = np.argsort(np.where(behind, 2.0, rng.random((pairs, people))), axis=1)[
        :, : design.ratings_per_pair
    ]
    rows = (np.arange(pairs)[:, None] * people + chosen).ravel()
    return votes.take(rows), valued(votes.take(np.arange(pairs) * people), judge)


def valued(votes: Votes, value: np.ndarray) -> Votes:
    """The same votes with other values."""
    return Votes(*(value if one.name == "value" else getattr(votes, one.name) for one in fields(votes)))


def votes_of(rows: list[tuple[int, int, int]], *, dialogues: dict[int, int] | None = None) -> Votes:
    """Votes from (pair, source, value); a pair is a dialogue of its own unless said otherwise."""
    pair, source, value = (np.array(column) for column in zip(*rows, strict=True))
    size = len(rows)
    return Votes(
        dialogue=np.array([(dialogues or {}).get(int(one), int(one)) for one in pair], dtype=np.int32),
        pair=pair.astype(np.int32),
        dimension=np.zeros(size, dtype=np.int32),
        source=source.astype(np.int32),
        writer=np.full(size, -1, dtype=np.int32),
        a=np.zeros(size, dtype=np.int32),
        b=np.ones(size, dtype=np.int32),
        value=value.astype(np.int8),
        a_first=np.ones(size, dtype=bool),
        weight=np.ones(size),
        row=np.arange(size),
    )
