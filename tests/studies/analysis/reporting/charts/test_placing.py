"""Labels that do not lie upon each other, and fit."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.analysis.reporting.charts.canvas import TEXT, settings, width_of, wrapped
from studies.analysis.reporting.charts.placing import Box, beside
from studies.analysis.reporting.charts.spreading import apart


@pytest.mark.parametrize(
    ("wanted", "heights"),
    [
        ([], []),
        ([5.0], [5.0]),
        ([1.0, 5.0], [1.0, 5.0]),
        ([5.0, 5.0, 5.0], [5.0, 6.0, 7.0]),
        ([9.9, 9.8], [10.0, 9.0]),
        ([1.0, 1.5, 9.0], [1.0, 2.0, 9.0]),
    ],
)
def test_names_at_the_end_of_curves_move_as_little_as_they_must(
    wanted: list[float], heights: list[float]
) -> None:
    assert apart(wanted, 1.0, (0.0, 10.0)) == heights


@given(st.lists(st.floats(0, 10), max_size=9))
def test_names_never_touch_while_there_is_room(wanted: list[float]) -> None:
    heights = apart(wanted, 1.0, (0.0, 10.0))
    assert all(abs(a - b) >= 1.0 - 1e-9 for a, b in itertools.combinations(heights, 2))
    assert all(height <= 10.0 for height in heights)


def test_a_name_stands_to_the_right_of_its_point_where_that_is_free() -> None:
    (box,) = beside([(1.0, 1.0)], [(0.5, 0.2)], [], (4.0, 4.0))
    assert box.left > 1.0
    assert box.bottom == pytest.approx(0.9)


def test_a_name_at_the_edge_stands_on_the_other_side() -> None:
    (box,) = beside([(3.9, 1.0)], [(0.5, 0.2)], [], (4.0, 4.0))
    assert box.right < 3.9


def test_names_of_neighbours_do_not_cover_each_other() -> None:
    points = [(1.0, 1.0), (1.1, 1.0), (1.0, 1.1), (1.1, 1.1)]
    boxes = beside(points, [(0.5, 0.12)] * 4, [Box(0.0, 0.99, 0.9, 1.01)], (4.0, 4.0))
    assert all(one.shared(other) == 0 for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize(
    "text", ["short", "two words here and more", "a-very-long-name/with_parts.and-more", "x" * 90, ""]
)
def test_a_wrapped_name_fits_and_keeps_its_beginning(text: str) -> None:
    with settings():
        lines = wrapped(text, 1.0, TEXT).split("\n")
        assert len(lines) <= 2
        assert all(width_of(line, TEXT) <= 1.0 for line in lines)
        assert text.startswith(lines[0].removesuffix("…"))
        assert (lines[-1].endswith("…")) == ("".join(lines) != text.replace(" ", "") and len(text) > 23)
