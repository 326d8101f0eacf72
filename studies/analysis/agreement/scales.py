"""Which answers raters could give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from studies.analysis.agreement.counted import GRADES
from studies.analysis.evidence import Evidence

#: By the number of answer options (docs/methods.md, Values and signs).
ANSWERS: Final[Mapping[int, tuple[int, ...]]] = {2: (-1, 1), 3: (-1, 0, 1), 4: (-2, -1, 1, 2), 5: GRADES}


def answers_of(evidence: Evidence) -> tuple[int, ...]:
    """The answers on the protocol's scale; without a protocol those of the smallest scale that has all given
    ones. A judge's answers count too.
    """
    if evidence.verdicts is None:
        return GRADES
    given = {int(value) for value in np.unique(evidence.verdicts.value)}
    frozen = (evidence.protocol.scale,) if evidence.protocol is not None else ()
    for scale in (*frozen, *ANSWERS):
        if given <= set(ANSWERS[scale]):
            return ANSWERS[scale]
    return GRADES


def graded(answers: tuple[int, ...]) -> bool:
    """Whether answers tell how much better, and not only which is."""
    return answers[-1] > 1
