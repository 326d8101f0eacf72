"""Two numbers of each label against each other, every point with its name."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.placing import Box, beside
from studies.analysis.reporting.charts.reading import Point, point, scale_of, text, with_unit
from studies.analysis.reporting.charts.rows import span
from studies.analysis.results import Figure

_HEIGHT: Final = 3.6
_MARGINS: Final = {"left": 0.62, "right": 0.15, "top": 0.12, "bottom": 0.5}
#: Inches of the axes.
_ROOM: Final = (canvas.WIDTH - 0.62 - 0.15, _HEIGHT - 0.12 - 0.5)
_NAME: Final = 1.6
#: Half of what a whisker takes from a name, in inches.
_THIN: Final = 0.02

Spot = tuple[str, Point, Point]
Limits = tuple[float, float]


def scatter(figure: Figure) -> Picture | None:
    """Reads a label, x and y, each a number or an Estimate; a reference draws the line x = y."""
    columns = figure.table.columns
    read = [
        (text(row[0]), point(row[1], scale_of(columns[1])), point(row[2], scale_of(columns[2])))
        for row in figure.table.rows
    ]
    spots = [spot for spot in read if spot[1].value is not None and spot[2].value is not None]
    across, up = span([x for _name, x, _y in spots]), span([y for _name, _x, y in spots])
    if across is None or up is None:
        return None
    picture, axes = canvas.new(_HEIGHT)
    canvas.place(axes, **_MARGINS)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    axes.set_xlabel(with_unit(figure.x_title, columns[1]))
    axes.set_ylabel(with_unit(figure.y_title, columns[2]))
    axes.grid(color=canvas.LINE, lw=0.5)
    axes.set_axisbelow(True)
    if figure.reference is not None:
        axes.axline((across[0], across[0]), slope=1.0, color=canvas.SOFT, lw=0.9, ls=(0, (4, 3)))
    for _name, x, y in spots:
        _mark(axes, x, y)
    _names(axes, spots, across, up)
    return picture


def _mark(axes: Axes, x: Point, y: Point) -> None:
    at = (x.value or 0.0, y.value or 0.0)
    colour = canvas.COLOURS[0]
    if x.low is not None and x.high is not None:
        axes.plot([x.low, x.high], [at[1]] * 2, color=colour, lw=0.9, alpha=0.55)
    if y.low is not None and y.high is not None:
        axes.plot([at[0]] * 2, [y.low, y.high], color=colour, lw=0.9, alpha=0.55)
    axes.plot(*at, "o", ms=5, mew=0, color=colour)


def _names(axes: Axes, spots: list[Spot], across: Limits, up: Limits) -> None:
    def inches(x: float | None, y: float | None) -> tuple[float, float]:
        return (
            ((x or 0.0) - across[0]) / (across[1] - across[0]) * _ROOM[0],
            ((y or 0.0) - up[0]) / (up[1] - up[0]) * _ROOM[1],
        )

    whiskers = [
        Box(*inches(left, bottom), *inches(right, top))
        for _name, x, y in spots
        for left, bottom, right, top in ((x.low, y.value, x.high, y.value), (x.value, y.low, x.value, y.high))
        if None not in (left, bottom)
    ]
    names = [canvas.wrapped(name, _NAME, canvas.SMALL, 1) for name, _x, _y in spots]
    places = beside(
        [inches(x.value, y.value) for _name, x, y in spots],
        [(canvas.width_of(name, canvas.SMALL), 0.12) for name in names],
        [Box(one.left - _THIN, one.bottom - _THIN, one.right + _THIN, one.top + _THIN) for one in whiskers],
        _ROOM,
    )
    for name, box in zip(names, places, strict=True):
        axes.text(
            box.left / _ROOM[0], (box.bottom + box.top) / 2 / _ROOM[1], name, va="center_baseline",
            fontsize=canvas.SMALL, transform=axes.transAxes,
        )  # fmt: skip
