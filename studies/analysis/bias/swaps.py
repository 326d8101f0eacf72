"""What a judge says when the same pair is turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.bias.cuts import COLUMNS
from studies.analysis.evidence import EVERYTHING, Evidence
from studies.analysis.proportions import HOW, share, sign_test
from studies.analysis.reading import Codes
from studies.analysis.results import Cell, Column, Table
from studies.analysis.votes import Votes, judges_in

_COLUMNS: Final = (
    *COLUMNS,
    Column("pairs", "Pairs in both orders", "count"),
    Column("consistent", "Same verdict in both orders", "share"),
    Column("agree_decided", "Same, where both orders are decided", "share"),
    Column("primacy", "Of the others: leans to the first shown", "share"),
    Column("primacy_pairs", "Leans to the first", "count"),
    Column("recency_pairs", "Leans to the second", "count"),
    Column("p_mcnemar", "p, exact McNemar, pairs as independent", "p"),
    Column("p_dialogues", "p, sign test over dialogues", "p"),
)
_NOTE: Final = (
    "Each judge's first judgment in each order. Same verdict: the same reply in both orders, or no "
    "difference in both. Leaning counts the first shown +1, the second −1 and no difference 0 over both "
    "orders. McNemar's test takes pairs as independent; the sign test takes each dialogue's majority once "
    "and is the one to report where a dialogue has several pairs. "
)


@dataclass(frozen=True, slots=True)
class Swapped:
    """One row for each pair and dimension that one judge saw in both orders; arrays of equal length.

    `lean` adds up both orders: +1 for the reply shown first, −1 for the second. It is 0 if, and only if, the
    verdict is the same in both. `decided`: both orders prefer a reply.
    """

    dialogue: Codes
    dimension: Codes
    lean: NDArray[np.int64]
    decided: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_]) -> Swapped:
        return Swapped(self.dialogue[rows], self.dimension[rows], self.lean[rows], self.decided[rows])


def swap_parts(evidence: Evidence) -> tuple[Table, ...]:
    """Two tables, or none where no judge saw a pair in both orders."""
    by_judge = swapped_by_judge(evidence)
    if not by_judge:
        return ()
    rows = list(_rows(evidence, by_judge))
    first = Table(
        "bias_swaps",
        "Judges when the order is turned",
        _COLUMNS,
        [row for row in rows if row[1:3] == (evidence.dimensions[0], EVERYTHING)],
        _NOTE + HOW.format(unit="dialogues"),
    )
    return first, replace(first, key="bias_swaps_full", title="The same by dimension and slice", rows=rows)


def swapped_by_judge(evidence: Evidence) -> dict[str, Swapped]:
    """For each judge that saw pairs in both orders, by its name."""
    votes = evidence.judged
    if votes is None or evidence.verdicts is None:
        return {}
    labels = evidence.verdicts.source.labels
    found = {
        name: swapped(votes.take(votes.source == labels.index(f"judge {name}")), _occasion(evidence))
        for name in judges_in(evidence.verdicts)
    }
    return {name: one for name, one in found.items() if len(one.lean)}


def swapped(votes: Votes, occasion: NDArray[np.int64]) -> Swapped:
    """Matches both orders of one judge's `votes`. `occasion` is that of every row of the verdicts.

    The earliest judgment in each order is taken, the first row where several have the same occasion.
    """
    order = np.lexsort((votes.row, occasion[votes.row], ~votes.a_first, votes.dimension, votes.pair))
    ordered = votes.take(order)
    key = np.stack([ordered.pair, ordered.dimension, ordered.a_first.astype(np.int32)])
    earliest = np.ones(len(ordered), dtype=bool)
    earliest[1:] = np.any(key[:, 1:] != key[:, :-1], axis=0)
    single = ordered.take(earliest)
    same = (single.pair[1:] == single.pair[:-1]) & (single.dimension[1:] == single.dimension[:-1])
    at = np.flatnonzero(same)
    a_first, b_first = single.take(at), single.take(at + 1)
    toward_a, toward_b = -np.sign(a_first.value).astype(np.int64), np.sign(b_first.value).astype(np.int64)
    return Swapped(
        a_first.dialogue, a_first.dimension,
        toward_a + toward_b, (toward_a != 0) & (toward_b != 0),
    )  # fmt: skip


def _occasion(evidence: Evidence) -> NDArray[np.int64]:
    assert evidence.verdicts is not None
    table = evidence.verdicts.table
    return (
        table.integers("occasion", empty=1)
        if "occasion" in table
        else np.ones(len(evidence.verdicts), dtype=np.int64)
    )


def _rows(evidence: Evidence, by_judge: dict[str, Swapped]) -> Iterator[tuple[Cell, ...]]:
    for name, both in by_judge.items():
        for dimension in evidence.dimensions:
            on_it = both.take(both.dimension == evidence.dimension_code(dimension))
            for slice_name, dialogues in evidence.slices.items():
                yield f"Judge {name}", dimension, slice_name, *cells(on_it.take(dialogues[on_it.dialogue]))


def cells(both: Swapped) -> tuple[Cell, ...]:
    """What stands under the columns from `pairs` on."""
    ways = {"dialogue": both.dialogue}
    turned = both.lean != 0
    primacy, recency = int((both.lean > 0).sum()), int((both.lean < 0).sum())
    return (
        len(both.lean),
        share(~turned, ways, why="No pair was judged in both orders."),
        _among(~turned, both.decided, ways, "In no pair are both orders decided."),
        _among(both.lean > 0, turned, ways, "Every pair got the same verdict in both orders."),
        primacy,
        recency,
        sign_test(primacy, recency),
        sign_test(*_majorities(both)),
    )


def _among(counts: NDArray[np.bool_], of: NDArray[np.bool_], ways: dict[str, Codes], why: str) -> Cell:
    return share(counts[of], {name: codes[of] for name, codes in ways.items()}, why=why)


def _majorities(both: Swapped) -> tuple[int, int]:
    """How many dialogues lean to the first shown, and how many to the second."""
    by_dialogue = np.bincount(both.dialogue, weights=np.sign(both.lean))
    return int((by_dialogue > 0).sum()), int((by_dialogue < 0).sum())
