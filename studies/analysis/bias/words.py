"""How long the replies of each pair are."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.reading import Coded

RESPONSES: Final = "responses.csv"
NO_WORDS: Final = (
    "Replies' lengths are not known: that needs responses.csv with the column words, and response_first and "
    "response_second in the table of verdicts."
)
UNKNOWN: Final = -1


def words_shown(evidence: Evidence) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Words of the replies shown first and second, for each row of the verdicts; UNKNOWN where there are
    none. None without the tables."""
    verdicts = evidence.verdicts
    if verdicts is None or RESPONSES not in evidence.tables:
        return None
    responses = evidence.tables[RESPONSES]
    columns = ("response_first", "response_second")
    if "words" not in responses or not all(verdicts.says(column) for column in columns):
        return None
    counted = dict(
        zip(responses["response"].texts(), responses.integers("words", empty=UNKNOWN), strict=True)
    )
    first, second = (_words(verdicts.table[column], counted) for column in columns)
    return first, second


def words_of_pairs(evidence: Evidence) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Words of a's and b's reply for every pair, by its number; UNKNOWN where there are none."""
    shown = words_shown(evidence)
    verdicts = evidence.verdicts
    if shown is None or verdicts is None:
        return None
    pairs = len(verdicts.pair.labels)
    words_a, words_b = (np.full(pairs, UNKNOWN, dtype=np.int64) for _side in range(2))
    words_a[verdicts.pair.codes] = np.where(verdicts.a_first, *shown)
    words_b[verdicts.pair.codes] = np.where(verdicts.a_first, *shown[::-1])
    return words_a, words_b


def _words(column: Coded, counted: dict[str, int]) -> NDArray[np.int64]:
    by_label = np.array([counted.get(label, UNKNOWN) for label in column.labels], dtype=np.int64)
    return by_label[column.codes] if len(by_label) else np.zeros(0, dtype=np.int64)
