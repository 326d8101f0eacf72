"""People's replies against those of one model, or of all: which rows, which folds, which shuffles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.leaks import chance, folds, separation
from studies.analysis.leaks.replies import Replies
from studies.analysis.reading import Codes, Mask

#: Fewer dialogues of either kind leave folds with one or none.
FEWEST: Final = 2 * folds.FOLDS
POOLED: Final = "all models"

Randomness = Callable[[str], np.random.Generator]


@dataclass(frozen=True, slots=True)
class Contrast:
    """`rows` are those of `Replies` that take part; everything else has their length.

    `people` and `models` are the couples within dialogues, as rows of the contrast. `labels` are as they are
    in the first column and shuffled in all others. Profiles share folds and shuffles, so that what differs
    between them is their doing.
    """

    name: str
    rows: NDArray[np.intp]
    dialogue: Codes
    writer: Codes
    human: Mask
    fold: folds.Fold
    labels: NDArray[np.bool_]
    people: NDArray[np.intp]
    models: NDArray[np.intp]
    why_not: str

    @property
    def ways(self) -> dict[str, Codes]:
        return {"dialogue": self.dialogue, "writer": self.writer}

    @property
    def couple_ways(self) -> dict[str, Codes]:
        return {"dialogue": self.dialogue[self.people], "writer": self.writer[self.people]}


def contrasts(replies: Replies, rng: Randomness) -> list[Contrast]:
    """All models pooled, then each by name. With a single model, that alone."""
    models = replies.models
    everyone = np.arange(len(replies))
    pooled = [] if len(models) == 1 else [_contrast(POOLED, replies, everyone, rng)]
    return pooled + [
        _contrast(model, replies, np.flatnonzero(replies.human | replies.system.equals(model)), rng)
        for model in models
    ]


def _contrast(name: str, replies: Replies, rows: NDArray[np.intp], rng: Randomness) -> Contrast:
    """Leaves out no reply: those to dialogues that only one side answered teach and test too."""
    dialogue, human = replies.dialogue[rows], replies.human[rows]
    why_not = _why_not(dialogue, human)
    people, models = separation.couples_within(dialogue, human)
    return Contrast(
        name=name,
        rows=rows,
        dialogue=dialogue,
        writer=replies.writer[rows],
        human=human,
        fold=folds.dealt(dialogue, human, rng(f"leaks: folds, {name}")),
        labels=human[:, None] if why_not else chance.shuffled(dialogue, human, rng(f"leaks: chance, {name}")),
        people=people,
        models=models,
        why_not=why_not,
    )


def _why_not(dialogue: Codes, human: Mask) -> str:
    """The sentence why nothing can be learnt, or nothing."""
    answered = len(np.unique(dialogue[human])), len(np.unique(dialogue[~human]))
    if not answered[0]:
        return "No reply is a person's, so that there is nothing to tell a model's from."
    if not answered[1]:
        return "No reply is a model's, so that there is nothing to tell a person's from."
    if min(answered) < FEWEST:
        return (
            f"People answered {answered[0]} dialogues and the model {answered[1]}; {folds.FOLDS} folds need "
            f"at least {FEWEST} of both."
        )
    return ""
