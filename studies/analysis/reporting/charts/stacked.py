"""Shares that add up to one, as parts of a bar: win, tie and loss."""

from __future__ import annotations

from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import NUMBERS, point, text, with_unit
from studies.analysis.results import Figure

_ROW: Final = 0.36
_LABEL: Final = 1.5
_RIGHT: Final = 0.12
_INNER: Final = canvas.WIDTH - _LABEL - _RIGHT
#: A part narrower than this many percent has no room for its number.
_ROOM: Final = 6.0
#: Inches of a square with the air around it, and between two names.
_SQUARE: Final = 0.2
_BETWEEN: Final = 0.2
_LEGEND_LINE: Final = 0.2


def stacked(figure: Figure) -> Picture | None:
    """Reads a label and every column of shares after it; of numbers, where there are no shares."""
    columns = figure.table.columns
    places = [place for place, column in enumerate(columns) if place and column.kind == "share"]
    places = places or [place for place, column in enumerate(columns) if place and column.kind in NUMBERS]
    legend = _legend_lines([columns[place].title for place in places])
    height = _ROW * len(figure.table.rows)
    top = _LEGEND_LINE * len(legend) + 0.08
    picture, axes = canvas.new(height + top + 0.48)
    canvas.place(axes, left=_LABEL, right=_RIGHT, top=top, bottom=0.48)
    axes.set_xlim(0, 100)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(with_unit(figure.x_title or "Share", columns[places[0]]))
    for number, row in enumerate(figure.table.rows):
        y = _ROW * (number + 0.5)
        canvas.label(axes, text(row[0]), -_LABEL / _INNER, y, _LABEL - 0.1)
        _bar(axes, y, [point(row[place], 100.0).value for place in places])
    _legend(axes, legend)
    return picture


def _bar(axes: Axes, y: float, parts: list[float | None]) -> None:
    if not any(parts):
        axes.text(1, y, "no answers", va="center", fontsize=canvas.SMALL, color=canvas.SOFT)
    left = 0.0
    for number, part in enumerate(parts):
        colour, on_it = canvas.SHARES[number % len(canvas.SHARES)]
        if not part:
            continue
        axes.barh(y, part, left=left, height=0.25, color=colour, edgecolor=canvas.PAPER, linewidth=0.6)
        if part >= _ROOM:
            axes.text(
                left + part / 2, y, f"{part:.0f}", ha="center", va="center_baseline", color=on_it,
                fontsize=canvas.SMALL,
            )  # fmt: skip
        left += part


def _legend_lines(names: list[str]) -> list[list[tuple[int, str]]]:
    """Which names stand beside each other: as many as fit."""
    lines: list[list[tuple[int, str]]] = [[]]
    room = canvas.WIDTH
    for number, name in enumerate(names):
        wide = _SQUARE + canvas.width_of(name, canvas.SMALL) + _BETWEEN
        if lines[-1] and wide - _BETWEEN > room:
            lines.append([])
            room = canvas.WIDTH
        lines[-1].append((number, name))
        room -= wide
    return lines


def _legend(axes: Axes, lines: list[list[tuple[int, str]]]) -> None:
    """Squares and names above the bars, in the order of the parts."""
    for line, names in enumerate(lines):
        x, y = -_LABEL, -_LEGEND_LINE * (len(lines) - line) + 0.06
        for number, name in names:
            colour, _on_it = canvas.SHARES[number % len(canvas.SHARES)]
            axes.plot((x + 0.06) / _INNER * 100, y, "s", ms=6.5, mew=0, color=colour, clip_on=False)
            axes.text(
                (x + _SQUARE - 0.04) / _INNER * 100, y, name, va="center_baseline", fontsize=canvas.SMALL
            )
            x += _SQUARE + canvas.width_of(name, canvas.SMALL) + _BETWEEN
