"""Numbers as a reader sees them."""

from __future__ import annotations

import pytest

from studies.analysis.reporting.printing import printed, rest_of
from studies.analysis.results import Cell, ColumnKind, Estimate, undefined


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (Estimate(0.532, 0.481, 0.583), "share", "53.2 % [48.1, 58.3]"),
        (Estimate(-0.0321, -0.08, 0.0001), "share", "−3.2 % [−8.0, 0.0]"),
        (Estimate(81.4, 40.2, 1121.0), "elo", "81 [40, 1,121]"),
        (Estimate(0.671, 0.6, 0.7399), "number", "0.67 [0.60, 0.74]"),
        (Estimate(0.0123, 0.001, 0.04), "number", "0.012 [0.001, 0.040]"),
        (undefined("why", value=0.5), "share", "50.0 %"),
        (undefined("why"), "share", "–"),
        (0.5, "share", "50.0 %"),
        (-0.0004, "share", "0.0 %"),
        (1234567, "count", "1,234,567"),
        (3, "number", "3"),
        (2.5, "count", "2.50"),
        (31.5, "number", "31.50"),
        (123.456, "number", "123.5"),
        (12345.6, "number", "12,346"),
        (0.0004, "p", "< 0.001"),
        (0.0432, "p", "0.043"),
        (True, "text", "yes"),
        (False, "text", "no"),
        (None, "count", "–"),
        ("a", "text", "a"),
        (float("nan"), "share", "–"),
    ],
)
def test_a_cell_is_printed_as_in_a_paper(cell: Cell, kind: ColumnKind, text: str) -> None:
    assert printed(cell, kind).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (Estimate(0.5, 0.4, 0.6, n=1200), "n = 1,200"),
        (undefined("why", n=3, value=0.5), "n = 3, no interval"),
        (undefined("why"), ""),
        (0.5, ""),
    ],
)
def test_below_an_estimate_stands_what_it_rests_on(cell: Cell, text: str) -> None:
    assert rest_of(cell).replace("\N{NO-BREAK SPACE}", " ") == text
