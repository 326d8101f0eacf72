"""Whether raters prefer the reply that uses a strategy to one that does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from studies.analysis.clustering import Floats
from studies.analysis.evidence import Evidence
from studies.analysis.proportions import share
from studies.analysis.rationales.consensus import CodedBy
from studies.analysis.rationales.material import Material
from studies.analysis.reading import Coded, Mask
from studies.analysis.results import Estimate
from studies.analysis.verdicts import NOBODY
from studies.analysis.votes import Votes
from studies.comparison import OVERALL


def preferred_with(
    evidence: Evidence, found: Material, coder: CodedBy
) -> Iterator[tuple[str, int, Estimate]]:
    """Of each strategy: how many ratings compare a reply that has it with one that has not, and the share of
    preference of the one that has, no difference as half. Nothing without ratings that name
    replies.

    A reply has it where more than half of its coders gave it, and has not where fewer did.
    """
    votes = _votes(evidence)
    if votes is None:
        return
    first, second = (_weights(evidence, found, coder, votes, side) for side in ("first", "second"))
    with np.errstate(invalid="ignore"):
        for code in np.flatnonzero(found.book.strategies).tolist():
            has, other = ((one[:, code] > 0.5, one[:, code] < 0.5) for one in (first, second))
            rows = (has[0] & other[1]) | (has[1] & other[0])
            if rows.any():
                yield found.book.codes[code], int(rows.sum()), _preference(votes.take(rows), has[0][rows])


def _votes(evidence: Evidence) -> Votes | None:
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None:
        return None
    if not (verdicts.says("response_first") and verdicts.says("response_second")):
        return None
    return votes.take(votes.dimension == evidence.dimension_code(OVERALL))


def _weights(evidence: Evidence, found: Material, coder: CodedBy, votes: Votes, side: str) -> Floats:
    """The weights (n × K) of the replies on one side; not a number where nobody coded it."""
    assert evidence.verdicts is not None
    shown = evidence.verdicts.table[f"response_{side}"].take(votes.row)
    place = _passage(found, shown, coder.coded)
    return np.where(place[:, None] >= 0, coder.weights[place], np.nan)


def _passage(found: Material, shown: Coded, coded: Mask) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The coded passage of each reply by its name, −1 where there is none."""
    passages = found.passages
    rows = np.flatnonzero(passages.reply & coded)
    of = dict(zip(passages.response.take(rows).texts(), rows.tolist(), strict=True))
    return np.array([of.get(label, NOBODY) for label in shown.labels], dtype=np.int64)[shown.codes]


def _preference(votes: Votes, first_has: Mask) -> Estimate:
    """The reply that has it: a's score where it is a, else b's."""
    a_has = votes.a_first == first_has
    return share(np.where(a_has, votes.score, 1.0 - votes.score), votes.ways)
