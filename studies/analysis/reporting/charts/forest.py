"""Estimates below each other, each with its interval, beside the line of no difference."""

from __future__ import annotations

from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import scale_of
from studies.analysis.reporting.charts.rows import lines_of, listed, span
from studies.analysis.results import Figure


def forest(figure: Figure) -> Picture | None:
    """Reads a label, an Estimate and, where there is a third column of text, a group."""
    lines = lines_of(figure)
    points = [line.point for line in lines if line.point is not None]
    scale = scale_of(figure.table.columns[1])
    reference = None if figure.reference is None else figure.reference * scale
    limits = span(points, [reference])
    if limits is None:
        return None
    picture, axes = listed(figure, lines)
    axes.set_xlim(*limits)
    if reference is not None:
        axes.axvline(reference, color=canvas.SOFT, lw=0.9, ls=(0, (4, 3)), zorder=0)
    for line in lines:
        if line.point is None or line.point.value is None:
            continue
        if line.point.low is not None and line.point.high is not None:
            axes.plot(
                [line.point.low, line.point.high], [line.y] * 2, color=canvas.COLOURS[0], lw=1.5,
                solid_capstyle="butt",
            )  # fmt: skip
        hollow = line.point.low is None
        axes.plot(
            line.point.value, line.y, "o", ms=5.2, mew=1.2, color=canvas.COLOURS[0],
            markerfacecolor="none" if hollow else canvas.COLOURS[0],
        )  # fmt: skip
    return picture
