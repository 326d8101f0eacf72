"""Votes written down by hand, for tests with an exact expected answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studies.analysis.votes import Votes


def votes_made(
    rows: Sequence[tuple[int, int, int]],
    *,
    dialogue: Sequence[int] | None = None,
    rater: Sequence[int] | None = None,
    writer: Sequence[int] | None = None,
    a_first: Sequence[bool] | None = None,
) -> Votes:
    """Rows of (a, b, value); each in a dialogue and by a rater of its own unless told."""
    count = len(rows)
    table = np.array(rows, dtype=np.int32).reshape(count, 3)
    each = np.arange(count, dtype=np.int32)

    def codes(given: Sequence[int] | None, otherwise: np.ndarray) -> np.ndarray:
        return otherwise if given is None else np.array(given, dtype=np.int32)

    return Votes(
        dialogue=codes(dialogue, each),
        pair=each,
        dimension=np.zeros(count, dtype=np.int32),
        source=codes(rater, each),
        writer=codes(writer, np.full(count, -1, dtype=np.int32)),
        a=table[:, 0],
        b=table[:, 1],
        value=table[:, 2].astype(np.int8),
        a_first=np.ones(count, dtype=bool) if a_first is None else np.array(a_first, dtype=bool),
        weight=np.ones(count),
        row=np.arange(count),
    )


def several(a: int, b: int, wins: int, ties: int, losses: int) -> list[tuple[int, int, int]]:
    """So many answers for a, without difference, and for b."""
    return [(a, b, -1)] * wins + [(a, b, 0)] * ties + [(a, b, 1)] * losses
