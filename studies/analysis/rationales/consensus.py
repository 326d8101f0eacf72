"""Whose codes: those of human coders together, and of each language model by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from studies.analysis.clustering import Floats
from studies.analysis.rationales.material import Material
from studies.analysis.reading import Mask

HUMANS: Final = "Human coders"


@dataclass(frozen=True, slots=True)
class CodedBy:
    """How P passages are coded: `weights` (P × K) are the shares of the codings that gave each code.

    For one coder they are 0 or 1. `number` (P) counts codings; where it is 0 nobody coded.
    """

    title: str
    human: bool
    weights: Floats
    number: NDArray[np.int64]

    @property
    def coded(self) -> Mask:
        return np.asarray(self.number > 0)


def coded_by(material: Material) -> tuple[CodedBy, ...]:
    """Human coders first, then each language model by name; whoever has coded."""
    codings = material.codings
    found = [_together(material, HUMANS, codings.human)] if codings.human.any() else []
    for number in np.unique(codings.coder.codes[~codings.human]).tolist():
        rows = ~codings.human & (codings.coder.codes == number)
        found.append(_together(material, f"Coder {codings.coder.labels[number]}", rows))
    return tuple(found)


def _together(material: Material, title: str, rows: Mask) -> CodedBy:
    codings, count = material.codings, len(material.passages)
    at = codings.passage[rows]
    members = sparse.csr_matrix((np.ones(len(at)), (at, np.arange(len(at)))), shape=(count, len(at)))
    number = np.bincount(at, minlength=count)
    sums = np.asarray(members @ codings.marks[rows].astype(float))
    weights = sums / np.maximum(number, 1)[:, None]
    return CodedBy(title, bool(codings.human[rows].all()), weights, number.astype(np.int64))
