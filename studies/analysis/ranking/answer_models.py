"""Models of answers with ties and grades: what each answer's probability is at a difference in strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax

from studies.analysis.ranking.counting import Floats

_TINY = 1e-300


class AnswerModel(Protocol):
    """`column_of[o]` tells which of the model's answers VALUES[o] is, −1 if it never occurs.

    Called with shape parameters (s) and differences in strength of a over b (couples), gives log
    probabilities (couples × answers) and their derivatives by the difference and by each shape parameter
    (couples × answers × s).
    """

    @property
    def column_of(self) -> NDArray[np.intp]: ...

    @property
    def start(self) -> Floats: ...

    def __call__(self, shape: Floats, gap: Floats) -> tuple[Floats, Floats, Floats]: ...


@dataclass(frozen=True)
class Davidson:
    """Ties modelled (Davidson 1970, J. American Statistical Association 65:317).

    Better, tie, worse go as exp(gap/2) : ν : exp(−gap/2); the shape is log ν. Without ties ν is 0, and it is
    Bradley and Terry's model.
    """

    ties: bool
    column_of: NDArray[np.intp]

    @property
    def start(self) -> Floats:
        return np.full(int(self.ties), -1.0)

    def __call__(self, shape: Floats, gap: Floats) -> tuple[Floats, Floats, Floats]:
        worth = np.array([0.5, 0.0, -0.5]) if self.ties else np.array([0.5, -0.5])
        logits = gap[:, None] * worth
        tie = np.array([0.0, 1.0, 0.0])[None, :, None] if self.ties else np.zeros((1, 2, 0))
        logits = logits + tie @ shape
        logs = log_softmax(logits, axis=1)
        chance = np.exp(logs)
        by_gap = worth - (chance @ worth)[:, None]
        by_shape = tie - (chance[:, :, None] * tie).sum(axis=1, keepdims=True)
        return logs, by_gap, by_shape


@dataclass(frozen=True)
class Graded:
    """Grades by cut points on one scale (cumulative logits; Agresti 1992, Applied Statistics 41:287).

    The odds of an answer at most c toward b are exp(cut_c + gap). Cuts lie evenly about 0, so that no side is
    favoured: −c2, −c1, c1, c2 with ties, −c2, 0, c2 without. The shape is log c1 (with ties), log (c2 − c1).
    """

    ties: bool
    column_of: NDArray[np.intp]

    @property
    def start(self) -> Floats:
        return np.array([-1.0, 0.0]) if self.ties else np.zeros(1)

    def __call__(self, shape: Floats, gap: Floats) -> tuple[Floats, Floats, Floats]:
        cuts, by = self.cuts(shape)
        under = expit(cuts[None, :] + gap[:, None])
        dense = under * (1.0 - under)
        chance = np.maximum(np.diff(under, axis=1, prepend=0.0, append=1.0), _TINY)
        by_gap = np.diff(dense, axis=1, prepend=0.0, append=0.0) / chance
        moved = dense[:, :, None] * by[None, :, :]
        by_shape = np.diff(moved, axis=1, prepend=0.0, append=0.0) / chance[:, :, None]
        return np.log(chance), by_gap, by_shape

    def cuts(self, shape: Floats) -> tuple[Floats, Floats]:
        """Cut points, and their derivatives by the shape (cuts × s)."""
        steps = np.exp(shape)
        if not self.ties:
            return steps[0] * np.array([-1.0, 0.0, 1.0]), steps * np.array([[-1.0], [0.0], [1.0]])
        c1, c2 = steps[0], steps[0] + steps[1]
        by = np.array([[-c1, -steps[1]], [-c1, 0.0], [c1, 0.0], [c1, steps[1]]])
        return np.array([-c2, -c1, c1, c2]), by


def davidson(answers: Floats) -> Davidson | None:
    """For these answers (sums by VALUES); None where every one is a tie."""
    ties = bool(answers[2] > 0)
    if not answers[[0, 1, 3, 4]].any():
        return None
    return Davidson(ties, np.array([0, 0, 1, 2, 2] if ties else [0, 0, -1, 1, 1], dtype=np.intp))


def graded(answers: Floats) -> Graded | None:
    """For these answers (sums by VALUES); None where they are not graded: all weak, or all strong."""
    ties = bool(answers[2] > 0)
    if not (answers[[0, 4]].any() and answers[[1, 3]].any()):
        return None
    return Graded(ties, np.array([0, 1, 2, 3, 4] if ties else [0, 1, -1, 2, 3], dtype=np.intp))
