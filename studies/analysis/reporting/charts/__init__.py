"""Figures as pictures: for a page, a paper and a black-and-white printer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts.bars import bars
from studies.analysis.reporting.charts.canvas import Drawing, empty, rendered, settings
from studies.analysis.reporting.charts.curve import curve
from studies.analysis.reporting.charts.flow import flow
from studies.analysis.reporting.charts.forest import forest
from studies.analysis.reporting.charts.matrix import matrix
from studies.analysis.reporting.charts.scatter import scatter
from studies.analysis.reporting.charts.stacked import stacked
from studies.analysis.results import Chart, Figure

__all__ = ["Drawing", "draw"]

_CHARTS: Final[dict[Chart, Callable[[Figure], Picture | None]]] = {
    "forest": forest,
    "stacked": stacked,
    "matrix": matrix,
    "curve": curve,
    "bars": bars,
    "scatter": scatter,
    "flow": flow,
}


def draw(figure: Figure) -> Drawing:
    """The figure without its title, which stands in the caption. The same figure gives the same bytes."""
    with settings():
        picture = _CHARTS[figure.chart](figure) if figure.table.rows else None
        return rendered(picture or empty("There is nothing to draw: the table below says why."))
