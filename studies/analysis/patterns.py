"""Sentences of the summary on what hangs together: ratings and size, dimensions, dialogues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from studies.analysis.finding import Finding, Row, Rows
from studies.analysis.reporting.printing import printed
from studies.analysis.results import Cell, ColumnKind, Estimate

#: A permutation test that is below this is called clear.
_CLEAR: Final = 0.05
_SPACE: Final = "\N{NO-BREAK SPACE}"


def size(rows: Rows) -> Iterator[Finding]:
    """Whether ratings grow with size: the first eyes' Elo and total parameters."""
    for row in [row for row in rows.of("size") if _is(row["rho"])][:1]:
        rho, p, n = row["rho"], row["p"], printed(row["systems"], "count")
        clear = isinstance(p, float) and p < _CLEAR
        grows = isinstance(rho, Estimate) and (rho.value or 0.0) > 0
        head = (
            "No clear relation between the size of models and their ratings"
            if not clear
            else f"{'Larger' if grows else 'Smaller'} models are rated higher"
        )
        few = "; descriptive, with so few systems" if row["remark"] else ""
        said = (
            f"Spearman's rho with {row['parameters']} parameters {_told(rho, 'number')}, "
            f"p{_space_equals(printed(p, 'p'))}, n{_SPACE}={_SPACE}{n} systems{few}."
        )
        yield Finding(head, said, str(row["eyes"]), rows.section("size"))


def halo(rows: Rows) -> Iterator[Finding]:
    """How strongly dimensions hang together in single answers, raters' first."""
    level = "answers, within each source"
    for row in [row for row in rows.of("halo", level=level) if _is(row["mean"])][:1]:
        said = (
            f"Mean correlation of the rubric's dimensions {_told(row['mean'], 'number')}"
            f"{_n(row['mean'])} answers; 0 if each measured something of its own."
        )
        yield Finding("How far dimensions go together", said, str(row["eyes"]), rows.section("halo"))


def consistency(rows: Rows) -> Iterator[Finding]:
    """People's spread over dialogues beside models'."""
    for row in [row for row in rows.of("consistency_people") if _is(row["difference"])][:1]:
        head = {
            1: "People's replies do less evenly over dialogues than models'",
            -1: "Models' replies do less evenly over dialogues than people's",
            0: "No clear difference in how evenly people and models do over dialogues",
        }[_side(row)]
        said = (
            f"Standard deviation of people's share of preference {_told(row['people'], 'share')}, of models' "
            f"{_told(row['models'], 'share')}, difference {_told(row['difference'], 'points')}"
            f"{_n(row['difference'])}."
        )
        yield Finding(head, said, str(row["eyes"]), rows.section("consistency_people"))


def _side(row: Row) -> int:
    difference = row["difference"]
    if not isinstance(difference, Estimate) or difference.low is None or difference.high is None:
        return 0
    return int(difference.low > 0) - int(difference.high < 0)


def _is(cell: Cell) -> bool:
    return isinstance(cell, Estimate) and cell.value is not None


def _told(cell: Cell, kind: ColumnKind) -> str:
    missing = isinstance(cell, Estimate) and cell.low is None
    return printed(cell, kind).replace(", ", f",{_SPACE}") + (" (no interval)" if missing else "")


def _n(cell: Cell) -> str:
    return f", n{_SPACE}={_SPACE}{printed(cell.n, 'count')}" if isinstance(cell, Estimate) else ""


def _space_equals(p: str) -> str:
    return f"{_SPACE}{p}" if p.startswith("<") else f"{_SPACE}={_SPACE}{p}"
