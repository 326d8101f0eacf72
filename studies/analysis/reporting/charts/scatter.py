"""Two numbers of each label against each other, every point with its name."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.logarithmic import logarithm, ticks
from studies.analysis.reporting.charts.placing import Box, beside
from studies.analysis.reporting.charts.reading import Point, point, scale_of, text, with_unit
from studies.analysis.reporting.charts.rows import span
from studies.analysis.results import Cell, Figure

_HEIGHT: Final = 3.6
_MARGINS: Final = {"left": 0.62, "right": 0.15, "top": 0.12, "bottom": 0.5}
#: Inches of the axes.
_ROOM: Final = (canvas.WIDTH - 0.62 - 0.15, _HEIGHT - 0.12 - 0.5)
_NAME: Final = 1.6
#: Half of what a whisker takes from a name, in inches.
_THIN: Final = 0.02
#: Height of a line of the groups' names above the axes, and the most of one name.
_LINE: Final = 0.18
_GROUP: Final = 1.1

Spot = tuple[str, Point, Point]
Limits = tuple[float, float]


def scatter(figure: Figure) -> Picture | None:
    """Reads a label, x and y, each a number or an Estimate, and a group, which has a colour and mark of its
    own; a reference draws the line x = y.
    """
    read = [(_spot(figure, row), text(row[3]) if len(row) > 3 else "") for row in figure.table.rows]
    told = [(spot, group) for spot, group in read if None not in (spot[1].value, spot[2].value)]
    spots, groups = [spot for spot, _group in told], [group for _spot, group in told]
    across, up = span([x for _name, x, _y in spots]), span([y for _name, _x, y in spots])
    if across is None or up is None:
        return None
    names = sorted(set(groups), key=lambda name: (not name, name))
    lines = _lines(names) if len(names) > 1 else []
    picture, axes = canvas.new(_HEIGHT + _LINE * len(lines))
    canvas.place(axes, **(_MARGINS | {"top": _MARGINS["top"] + _LINE * len(lines)}))
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    if figure.x_log:
        axes.set_xticks(*ticks(*across))
    axes.set_xlabel(with_unit(figure.x_title, figure.table.columns[1]))
    axes.set_ylabel(with_unit(figure.y_title, figure.table.columns[2]))
    axes.grid(color=canvas.LINE, lw=0.5)
    axes.set_axisbelow(True)
    if figure.reference is not None:
        axes.axline((across[0], across[0]), slope=1.0, color=canvas.SOFT, lw=0.9, ls=(0, (4, 3)))
    for (_name, x, y), group in told:
        _mark(axes, x, y, names.index(group))
    _names(axes, spots, across, up)
    _groups(axes, lines, names)
    return picture


def _spot(figure: Figure, row: tuple[Cell, ...]) -> Spot:
    columns = figure.table.columns
    x, y = (point(row[place], scale_of(columns[place])) for place in (1, 2))
    return text(row[0]), logarithm(x) if figure.x_log else x, y


def _mark(axes: Axes, x: Point, y: Point, group: int) -> None:
    at = (x.value or 0.0, y.value or 0.0)
    colour, mark = _look(group)
    if x.low is not None and x.high is not None:
        axes.plot([x.low, x.high], [at[1]] * 2, color=colour, lw=0.9, alpha=0.55)
    if y.low is not None and y.high is not None:
        axes.plot([at[0]] * 2, [y.low, y.high], color=colour, lw=0.9, alpha=0.55)
    axes.plot(*at, mark, ms=5, mew=0, color=colour)


def _look(group: int) -> tuple[str, str]:
    """Colour and mark; from the seventh group on colours return with other marks."""
    shift = group // len(canvas.COLOURS)
    return canvas.COLOURS[group % len(canvas.COLOURS)], canvas.MARKS[(group + shift) % len(canvas.MARKS)]


def _lines(names: list[str]) -> list[list[tuple[str, float]]]:
    """The groups' names with how far right each begins, in inches, in as many lines as they need."""
    lines: list[list[tuple[str, float]]] = [[]]
    at = 0.0
    for name in names:
        wide = 0.3 + canvas.width_of(_shown(name), canvas.TINY)
        if lines[-1] and at + wide > _ROOM[0]:
            lines.append([])
            at = 0.0
        lines[-1].append((name, at))
        at += wide
    return lines


def _shown(group: str) -> str:
    return canvas.wrapped(group or "none", _GROUP, canvas.TINY, 1)


def _groups(axes: Axes, lines: list[list[tuple[str, float]]], names: list[str]) -> None:
    for number, line in enumerate(reversed(lines)):
        y = 1.0 + (number + 0.6) * _LINE / _ROOM[1]
        for name, at in line:
            colour, mark = _look(names.index(name))
            axes.plot(
                (at + 0.05) / _ROOM[0], y, mark, ms=4.4, mew=0, color=colour, clip_on=False,
                transform=axes.transAxes,
            )  # fmt: skip
            axes.text(
                (at + 0.13) / _ROOM[0], y, _shown(name), va="center_baseline", fontsize=canvas.TINY,
                transform=axes.transAxes,
            )  # fmt: skip


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
