"""A scatter's logarithmic scale and its groups."""

from __future__ import annotations

import pytest

from studies.analysis.reporting.charts import draw
from studies.analysis.reporting.charts.logarithmic import logarithm, ticks
from studies.analysis.reporting.charts.reading import Point
from studies.analysis.results import Cell, Column, Figure, Table

COLUMNS = (
    Column("label", "Label"), Column("x", "X", "number"), Column("y", "Y", "elo"), Column("group", "Group"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.1, 2.7, ["1", "3", "10", "30", "100", "300"]),
        (0.0, 1.0, ["1", "2", "5", "10"]),
        (-1.0, 4.0, ["0.1", "1", "10", "100", "1,000", "10,000"]),
    ],
)
def test_ticks_are_round_numbers_inside_the_scale(low: float, high: float, said: list[str]) -> None:
    places, texts = ticks(low, high)
    assert texts == said
    assert [10**place for place in places] == pytest.approx([float(one.replace(",", "")) for one in said])


def test_what_is_not_above_nothing_has_no_place() -> None:
    assert logarithm(Point(100.0, 10.0, 1000.0)) == Point(2.0, 1.0, 3.0)
    assert logarithm(Point(0.0, -1.0, 1.0)) == Point(None, None, 0.0)


def shapes(rows: list[tuple[Cell, ...]], *, x_log: bool = True, columns: int = 4) -> int:
    table = Table("t", "T", COLUMNS[:columns], [row[:columns] for row in rows])
    return draw(Figure("f", "F", "scatter", table, "Across", "Up", x_log=x_log)).svg.count("<use")


def test_groups_are_named_above_and_points_without_a_place_left_out() -> None:
    rows: list[tuple[Cell, ...]] = [(f"s{n}", 10.0**n, 1500.0 + n, f"group {n % 8}") for n in range(16)]
    assert shapes(rows) > shapes(rows, columns=3)
    assert shapes([*rows, ("s16", 0.0, 1500.0, "group 1")]) == shapes(rows)
