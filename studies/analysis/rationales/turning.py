"""Whether something changes on adversarial dialogues: a permutation test within writers."""

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


def strata_of(dialogue: Codes, writer: Codes, count: int) -> Codes:
    """The same number (D) for dialogues whose replies the same people wrote; negative writers are nobody."""
    writers: list[set[int]] = [set() for _dialogue in range(count)]
    known = writer >= 0
    for place, one in zip(dialogue[known].tolist(), writer[known].tolist(), strict=True):
        writers[place].add(one)
    together = [tuple(sorted(some)) for some in writers]
    number = {some: place for place, some in enumerate(sorted(set(together)))}
    return np.array([number[some] for some in together], dtype=np.int32)


def changed(
    values: Floats, adversarial: Mask, strata: Codes, resamples: int, rng: np.random.Generator
) -> Floats | None:
    """Two-sided p-values (K) that a dialogue's values (D × K) do not hang on its being adversarial.

    Dialogues of one stratum (D), which have the same writers, exchange that mark at random, and values are
    taken less their stratum's mean: what a writer always does is no change. p = (1 + at least as far) /
    (1 + draws). Also where nobody on one side has a strategy, of which a standard error knows nothing. None
    where no stratum has dialogues of both kinds.
    """
    known = np.isfinite(values).all(axis=1)
    order = np.flatnonzero(known)[np.argsort(strata[known], kind="stable")]
    values, marks, group = values[order], adversarial[order], np.unique(strata[order], return_inverse=True)[1]
    size = np.bincount(group)
    number = np.bincount(group, marks)
    if not ((number > 0) & (number < size)).any():
        return None
    sums = np.stack([np.bincount(group, column) for column in values.T], axis=1)
    middle = values - (sums / size[:, None])[group]
    found = np.abs(marks.astype(float) @ middle)
    far = np.zeros(values.shape[1])
    for start in range(0, resamples, _PART):
        drawn = np.zeros((min(_PART, resamples - start), len(marks)))
        places = np.argsort(group + rng.random(drawn.shape), axis=1)
        np.put_along_axis(drawn, places, np.broadcast_to(marks.astype(float), drawn.shape), axis=1)
        far += (np.abs(drawn @ middle) >= found - _SAME).sum(axis=0)
    return np.asarray((1.0 + far) / (1.0 + resamples))
