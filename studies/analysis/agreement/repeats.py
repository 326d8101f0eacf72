"""How reliable a rater is, from pairs that the same person rated twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.clustering import clusters_in, interval
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import share
from studies.analysis.reading import Codes, Mask
from studies.analysis.results import Estimate, bounded, undefined
from studies.analysis.verdicts import Verdicts

REPEAT: Final = "repeat"
FIRST: Final = "1"


@dataclass(frozen=True, slots=True)
class Repeats:
    """One row a repeated answer. `same_side`: the pair was shown as the first time. Values are −2 to 2."""

    dialogue: Codes
    dimension: Codes
    source: Codes
    same_side: Mask
    first: NDArray[np.int8]
    again: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: Mask) -> Repeats:
        return Repeats(
            self.dialogue[rows],
            self.dimension[rows],
            self.source[rows],
            self.same_side[rows],
            self.first[rows],
            self.again[rows],
        )

    @property
    def agrees(self) -> NDArray[np.float64]:
        """1 where both answers have the same sign, 0 elsewhere."""
        return np.asarray(np.sign(self.first) == np.sign(self.again), dtype=float)

    @property
    def decisive(self) -> Mask:
        return np.asarray((self.first != 0) & (self.again != 0))

    @property
    def ways(self) -> dict[str, Codes]:
        return {"dialogue": self.dialogue, "rater": self.source}


def repeats_in(evidence: Evidence) -> Repeats | None:
    """Rows of kind `repeat` from the second occasion on, each beside the same rater's first occasion.

    A repeat of a pair that was skipped the first time is its first occasion and no repeat. Excluded answers
    are left out, and so are repeats whose first occasion is not there. None where the file tells no
    occasions.
    """
    verdicts = evidence.verdicts
    if verdicts is None or not (verdicts.says("kind") and verdicts.says("occasion")):
        return None
    kept = verdicts.by_rater & ~verdicts.excluded
    first_time = verdicts.table["occasion"].equals(FIRST)
    repeat = verdicts.table["kind"].equals(REPEAT)
    first = np.flatnonzero(kept & first_time & (verdicts.table["kind"].equals("main") | repeat))
    again = np.flatnonzero(kept & ~first_time & repeat)
    key = _keys(verdicts)
    first = first[np.argsort(key[first], kind="stable")]
    place = np.minimum(np.searchsorted(key[first], key[again]), max(len(first) - 1, 0))
    found = key[first][place] == key[again] if len(first) else np.zeros(len(again), dtype=bool)
    again, before = again[found], first[place[found]] if len(first) else again[found]
    return Repeats(
        verdicts.dialogue.codes[again],
        verdicts.dimension.codes[again],
        verdicts.source.codes[again],
        verdicts.a_first[again] == verdicts.a_first[before],
        verdicts.value[before],
        verdicts.value[again],
    )


def agreement_of(repeats: Repeats, *, decisive: bool) -> Estimate:
    """The share of repeats with the same sign as before; `decisive`: of those without a tie in either."""
    used = repeats.take(repeats.decisive) if decisive else repeats
    if not len(used):
        return undefined("No repeat of this sort was answered.")
    return share(used.agrees, used.ways, unit=_units(used.ways))


def position_effect(repeats: Repeats, *, decisive: bool) -> Estimate:
    """Agreement with oneself on the same side less that on turned sides: what the side does to an answer."""
    used = repeats.take(repeats.decisive) if decisive else repeats
    same, turned = used.same_side, ~used.same_side
    if not same.any() or not turned.any():
        return undefined("This needs repeats on the same side and on turned sides.")
    agrees = used.agrees
    shares = float(agrees[same].mean()), float(agrees[turned].mean())
    influence = np.where(same, (agrees - shares[0]) / same.sum(), -(agrees - shares[1]) / turned.sum())
    return bounded(interval(shares[0] - shares[1], influence, used.ways), -1.0, 1.0)


def _units(ways: Mapping[str, Codes]) -> str:
    """Dialogues or raters, whichever are fewer and more than one: the trials where all or none agree."""
    counts = {name: count for name, count in clusters_in(ways).items() if count > 1}
    return min(counts, key=counts.__getitem__, default="dialogue")


def _keys(verdicts: Verdicts) -> NDArray[np.int64]:
    """A number for each (rater, pair, dimension)."""
    pairs, dimensions = max(len(verdicts.pair.labels), 1), max(len(verdicts.dimension.labels), 1)
    by_source = verdicts.source.codes.astype(np.int64) * pairs + verdicts.pair.codes
    return np.asarray(by_source * dimensions + verdicts.dimension.codes)
