"""Lengths from nought, with the interval as a whisker where there is one."""

from __future__ import annotations

from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import scale_of
from studies.analysis.reporting.charts.rows import lines_of, listed, span
from studies.analysis.results import Figure


def bars(figure: Figure) -> Picture | None:
    """Reads a label, a number or Estimate and, where there is a third column of text, a group."""
    lines = lines_of(figure)
    scale = scale_of(figure.table.columns[1])
    reference = None if figure.reference is None else figure.reference * scale
    limits = span([line.point for line in lines if line.point is not None], [0.0, reference])
    if limits is None:
        return None
    picture, axes = listed(figure, lines)
    axes.set_xlim(0.0 if limits[0] > -1e-9 or limits[0] > -limits[1] * 0.07 else limits[0], limits[1])
    for line in lines:
        if line.point is None or line.point.value is None:
            continue
        axes.barh(line.y, line.point.value, height=0.17, color=canvas.COLOURS[0], linewidth=0)
        if line.point.low is not None and line.point.high is not None:
            axes.plot([line.point.low, line.point.high], [line.y] * 2, color=canvas.INK, lw=1.1)
    axes.axvline(0.0, color=canvas.SOFT, lw=0.8)
    if reference is not None:
        axes.axvline(reference, color=canvas.SOFT, lw=0.9, ls=(0, (4, 3)))
    return picture
