"""How a number changes with another: a line a group, its interval as a band, its name at its end."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import Point, labels_in_order, point, scale_of, text, with_unit
from studies.analysis.reporting.charts.rows import span
from studies.analysis.reporting.charts.spreading import apart
from studies.analysis.results import Figure

_HEIGHT: Final = 3.1
_NAMES: Final = 1.25


def curve(figure: Figure) -> Picture | None:
    """Reads a group, x and an Estimate; rows of a group in any order of x."""
    groups = labels_in_order(figure, 0)
    series = {name: _series(figure, name) for name in groups}
    drawn = {name: points for name, points in series.items() if points}
    scale = scale_of(figure.table.columns[2])
    reference = None if figure.reference is None else figure.reference * scale
    limits = span([one for points in drawn.values() for _x, one in points], [reference])
    if limits is None:
        return None
    picture, axes = canvas.new(_HEIGHT)
    named = len(groups) > 1 or bool(groups[0])
    canvas.place(axes, left=0.62, right=_NAMES if named else 0.15, top=0.12, bottom=0.5)
    axes.set_ylim(*limits)
    across = [x for points in drawn.values() for x, _one in points]
    air = (max(across) - min(across)) * 0.03 or 0.5
    axes.set_xlim(min(across) - air, max(across) + air)
    axes.set_xlabel(with_unit(figure.x_title, figure.table.columns[1]))
    axes.set_ylabel(with_unit(figure.y_title, figure.table.columns[2]))
    axes.grid(axis="y", color=canvas.LINE, lw=0.6)
    axes.set_axisbelow(True)
    if reference is not None:
        axes.axhline(reference, color=canvas.SOFT, lw=0.9, ls=(0, (4, 3)))
    for number, name in enumerate(drawn):
        _line(axes, number, drawn[name])
    if named:
        _names(axes, drawn, limits)
    return picture


def _series(figure: Figure, name: str) -> list[tuple[float, Point]]:
    across, up = (scale_of(figure.table.columns[place]) for place in (1, 2))
    rows = [row for row in figure.table.rows if text(row[0]) == name]
    points = [(point(row[1], across).value, point(row[2], up)) for row in rows]
    return sorted(
        ((x, one) for x, one in points if x is not None and one.value is not None), key=lambda pair: pair[0]
    )


def _line(axes: Axes, number: int, points: list[tuple[float, Point]]) -> None:
    kind = number % len(canvas.COLOURS)
    colour = canvas.COLOURS[kind]
    axes.plot(
        [x for x, _one in points], [one.value or 0.0 for _x, one in points], color=colour, lw=1.5,
        ls=canvas.DASHES[kind], marker=canvas.MARKS[kind], ms=4.4, mew=0,
    )  # fmt: skip
    sure = [(x, one.low, one.high) for x, one in points if one.low is not None and one.high is not None]
    if len(sure) > 1:
        axes.fill_between(
            [x for x, _low, _high in sure], [low for _x, low, _high in sure],
            [high for _x, _low, high in sure], color=colour, alpha=0.14, lw=0,
        )  # fmt: skip
    elif sure:
        axes.plot([sure[0][0]] * 2, sure[0][1:], color=colour, lw=1.1)


def _names(axes: Axes, drawn: dict[str, list[tuple[float, Point]]], limits: tuple[float, float]) -> None:
    """Each group's name at the height of its last point, moved apart where they would touch."""
    step = (limits[1] - limits[0]) / (_HEIGHT - 0.62) * 0.27
    wanted = [points[-1][1].value or 0.0 for points in drawn.values()]
    for number, (name, y) in enumerate(zip(drawn, apart(wanted, step, limits), strict=True)):
        kind = number % len(canvas.COLOURS)
        inner = canvas.WIDTH - 0.62 - _NAMES
        axes.plot(
            1 + 0.12 / inner, y, marker=canvas.MARKS[kind], ms=4.4, mew=0, color=canvas.COLOURS[kind],
            clip_on=False, transform=axes.get_yaxis_transform(),
        )  # fmt: skip
        axes.text(
            1 + 0.22 / inner, y, canvas.wrapped(name, _NAMES - 0.24, canvas.SMALL), va="center",
            fontsize=canvas.SMALL, linespacing=1.0, transform=axes.get_yaxis_transform(),
        )  # fmt: skip
