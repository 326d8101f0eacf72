"""Sides: how evenly replies were to be shown first and second, and how evenly they were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studies.analysis.evidence import Evidence
from studies.analysis.reading import Coded, Codes, TextTable
from studies.analysis.results import Column, Estimate, Table, undefined
from studies.analysis.verdicts import joined
from studies.analysis.votes import Votes

_COUNTED: Final = "A count over everything that was planned or shown: nothing is sampled."
_NOTE: Final = (
    "Main pairs. Pairs and raters: pairs shown in the stored order (AB) less the other way round; systems: "
    "shown first less second. Planned: every place that was not given back, by booklet. Achieved: the "
    "ratings that are analysed, on the first dimension; in a booklet that somebody left, two raters share "
    "the balance."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One row for each place in a plan, or each rating; arrays of equal length.

    `first` and `second` number `systems`; `stored` tells whether the order is the pair's stored one (AB).
    """

    pair: NDArray[np.int32]
    rater: NDArray[np.int32]
    first: Codes
    second: Codes
    stored: NDArray[np.bool_]
    systems: tuple[str, ...]


def balance_parts(evidence: Evidence) -> tuple[Table, ...]:
    """Largest imbalances, and by system; none where neither the plan nor ratings are there."""
    found = {"planned": planned(evidence), "achieved": achieved(evidence)}
    told = {name: shown for name, shown in found.items() if shown is not None and len(shown.pair)}
    if not told:
        return ()
    return _largest(told), _by_system(told)


def planned(evidence: Evidence) -> Shown | None:
    """The main places of the plan that were not given back. None without both tables."""
    assignments, pairs = (evidence.tables.get(name) for name in ("assignments.csv", "pairs.csv"))
    if assignments is None or pairs is None:
        return None
    needed = {"booklet", "pair", "dialogue", "kind", "order"}
    if not all(column in assignments for column in needed):
        return None
    if not all(column in pairs for column in ("dialogue", "system_a", "system_b")):
        return None
    kept = assignments["kind"].equals("main")
    if "released_at" in assignments:
        kept &= assignments["released_at"].equals("")
    systems = _systems_of(pairs)
    pair = joined(assignments["dialogue"], assignments["pair"], "/").take(kept)
    stored = assignments["order"].take(kept).equals("AB")
    names = (*sorted({*pairs["system_a"].labels, *pairs["system_b"].labels}), "")
    place = {name: number for number, name in enumerate(names)}
    sides = np.array(
        [[place[name] for name in systems.get(label, ("", ""))] for label in pair.labels], dtype=np.int32
    ).reshape(-1, 2)[pair.codes]
    return Shown(
        pair.codes,
        _booklets(assignments).take(kept).codes,
        np.where(stored, sides[:, 0], sides[:, 1]),
        np.where(stored, sides[:, 1], sides[:, 0]),
        stored,
        names,
    )


def achieved(evidence: Evidence) -> Shown | None:
    """The ratings that are analysed, one row each. None without any."""
    verdicts, votes = evidence.verdicts, evidence.raters
    if verdicts is None or votes is None:
        return None
    one = votes.take(votes.dimension == evidence.dimension_code(evidence.dimensions[0]))
    return Shown(
        one.pair,
        one.source,
        np.where(one.a_first, one.a, one.b),
        np.where(one.a_first, one.b, one.a),
        _as_stored(evidence, one),
        verdicts.systems,
    )


def imbalance(groups: NDArray[np.int32], one_way: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each group that occurs how many more there are one way than the other, without sign."""
    used, codes = np.unique(groups, return_inverse=True)
    difference = np.bincount(codes, weights=np.where(one_way, 1, -1), minlength=len(used))
    return np.abs(difference).astype(np.int64)


def _as_stored(evidence: Evidence, votes: Votes) -> NDArray[np.bool_]:
    """By the column order; without it a counts as the stored first."""
    assert evidence.verdicts is not None
    if not evidence.verdicts.says("order"):
        return votes.a_first
    return evidence.verdicts.table["order"].equals("AB")[votes.row]


def _booklets(assignments: TextTable) -> Coded:
    """Booklets are numbered from 1 for each protocol."""
    if "protocol_hash" not in assignments:
        return assignments["booklet"]
    return joined(assignments["protocol_hash"], assignments["booklet"], "/")


def _systems_of(pairs: TextTable) -> dict[str, tuple[str, str]]:
    names = joined(pairs["dialogue"], pairs["pair"], "/").texts()
    sides = zip(pairs["system_a"].texts(), pairs["system_b"].texts(), strict=True)
    return dict(zip(names, sides, strict=True))


def _first_and_second(shown: Shown) -> dict[str, tuple[int, int]]:
    """How often each system that occurs was shown first, and second."""
    counts = [np.bincount(side, minlength=len(shown.systems)) for side in (shown.first, shown.second)]
    return {
        name: (int(first), int(second))
        for name, first, second in sorted(zip(shown.systems, *counts, strict=True))
        if first + second
    }


def _largest(told: dict[str, Shown]) -> Table:
    rows = []
    for name, shown in told.items():
        systems = [abs(first - second) for first, second in _first_and_second(shown).values()]
        per = {
            "pair": imbalance(shown.pair, shown.stored),
            "booklet" if name == "planned" else "rater": imbalance(shown.rater, shown.stored),
            "system": np.array(systems),
        }
        rows += [
            (
                name,
                what,
                len(all_of_it),
                int(all_of_it.max()),
                _counted(float(all_of_it.mean()), len(all_of_it)),
            )
            for what, all_of_it in per.items()
        ]
    columns = (
        Column("stage", "Stage"),
        Column("per", "For each"),
        Column("count", "Number", "count"),
        Column("largest", "Largest imbalance", "count"),
        Column("mean", "Mean imbalance", "number"),
    )
    return Table("side_balance", "Balance of sides", columns, rows, _NOTE)


def _by_system(told: dict[str, Shown]) -> Table:
    rows = [
        (name, system, first, second, _counted(first / (first + second), first + second))
        for name, shown in told.items()
        for system, (first, second) in _first_and_second(shown).items()
    ]
    columns = (
        Column("stage", "Stage"),
        Column("system", "System"),
        Column("first", "Shown first", "count"),
        Column("second", "Shown second", "count"),
        Column("share_first", "Share first", "share"),
    )
    return Table("side_balance_by_system", "Sides by system", columns, rows, _NOTE)


def _counted(value: float, count: int) -> Estimate:
    return undefined(_COUNTED, n=count, value=value)
