"""Whether something changes on adversarial dialogues: a permutation test over dialogues."""

from __future__ import annotations

from typing import Final

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.reading import Codes, Mask

_PART: Final = 256
_SAME: Final = 1e-9


def by_dialogue(weights: Floats, dialogue: Codes, count: int) -> Floats:
    """The mean of each dialogue's rows (D × K); not a number where it has none."""
    number = np.bincount(dialogue, minlength=count)
    sums = np.stack([np.bincount(dialogue, column, count) for column in weights.T], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / number[:, None])


def changed(values: Floats, adversarial: Mask, resamples: int, rng: np.random.Generator) -> Floats | None:
    """Two-sided p-values (K) that a dialogue's values (D × K) do not hang on its being adversarial.

    Dialogues exchange that mark at random; p = (1 + at least as far) / (1 + draws). Also where nobody on one
    side has a strategy, of which a standard error knows nothing. None without dialogues on both sides.
    """
    known = np.isfinite(values).all(axis=1)
    values, marks = values[known], adversarial[known]
    number = int(marks.sum())
    if number in (0, len(marks)):
        return None
    middle = values - values.mean(axis=0)
    found = np.abs(marks.astype(float) @ middle)
    far = np.zeros(values.shape[1])
    for start in range(0, resamples, _PART):
        size = min(_PART, resamples - start)
        chosen = np.argsort(rng.random((size, len(marks))), axis=1)[:, :number]
        drawn = np.zeros((size, len(marks)))
        np.put_along_axis(drawn, chosen, 1.0, axis=1)
        far += (np.abs(drawn @ middle) >= found - _SAME).sum(axis=0)
    return np.asarray((1.0 + far) / (1.0 + resamples))
