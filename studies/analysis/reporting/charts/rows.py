"""Charts that are a list: a label on the left, a mark on the line, the number on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import (
    Point,
    group_place,
    point,
    scale_of,
    text,
    with_unit,
)
from studies.analysis.reporting.printing import printed, rest_of
from studies.analysis.results import Cell, Figure

_ROW: Final = 0.34
_HEAD: Final = 0.3
_LABEL: Final = 1.5
_NUMBER: Final = 1.42
_TOP: Final = 0.06
_BOTTOM: Final = 0.52


@dataclass(frozen=True, slots=True)
class Line:
    """A heading (no point), or a row with its number; `y` is how far down in inches its middle is."""

    y: float
    label: str
    point: Point | None
    value: str = ""
    below: str = ""


def lines_of(figure: Figure) -> list[Line]:
    """One line a row. With groups, each group's rows come together under its name."""
    place = group_place(figure)
    rows = list(figure.table.rows)
    if place is None:
        return list(_lines([("", rows)], figure))
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for row in rows:
        groups.setdefault(text(row[place]), []).append(row)
    return list(_lines(list(groups.items()), figure))


def listed(figure: Figure, lines: Sequence[Line]) -> tuple[Picture, Axes]:
    """The picture with labels and numbers; x runs in the figure's unit, y in inches downward."""
    height = lines[-1].y + _ROW / 2
    picture, axes = canvas.new(height + _TOP + _BOTTOM)
    number = _room_for_numbers(lines)
    canvas.place(axes, left=_LABEL, right=number, top=_TOP, bottom=_BOTTOM)
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(with_unit(figure.x_title, figure.table.columns[1]))
    beside = axes.get_yaxis_transform()
    inner = canvas.WIDTH - _LABEL - number
    left, right = -_LABEL / inner, 1 + 0.1 / inner
    for line in lines:
        if line.point is None:
            axes.text(
                left,
                line.y,
                canvas.wrapped(line.label, canvas.WIDTH, canvas.SMALL, 1),
                transform=beside,
                va="center",
                weight="bold",
                fontsize=canvas.SMALL,
            )
            continue
        canvas.label(axes, line.label, left, line.y, _LABEL - 0.1)
        shift = 0.068 if line.below else 0.0
        axes.text(right, line.y - shift, line.value, transform=beside, va="center", fontsize=canvas.SMALL)
        axes.text(
            right,
            line.y + shift,
            line.below,
            transform=beside,
            va="center",
            fontsize=canvas.TINY,
            color=canvas.SOFT,
        )
    return picture, axes


def _room_for_numbers(lines: Sequence[Line]) -> float:
    """Inches to the right of the axes: what the widest number needs, none of it cut off."""
    widest = max((canvas.width_of(line.value, canvas.SMALL) for line in lines), default=0.0)
    return max(_NUMBER, widest + 0.2)


def span(points: Sequence[Point], also: Sequence[float | None] = ()) -> tuple[float, float] | None:
    """The range of all numbers and interval ends, a little wider; None where there is no number."""
    ends = [end for one in points for end in (one.value, one.low, one.high) if end is not None]
    if not ends:
        return None
    ends += [one for one in also if one is not None]
    low, high = min(ends), max(ends)
    air = (high - low) * 0.06 or max(abs(high) * 0.1, 0.5)
    return low - air, high + air


def _lines(groups: Sequence[tuple[str, list[tuple[Cell, ...]]]], figure: Figure) -> Iterator[Line]:
    column = figure.table.columns[1]
    y = 0.0
    for name, rows in groups:
        if name:
            y += _HEAD
            yield Line(y - _HEAD / 2 + 0.03, name, None)
        for row in rows:
            y += _ROW
            value, interval = printed(row[1], column.kind), rest_of(row[1])
            shown = point(row[1], scale_of(column))
            yield Line(y - _ROW / 2, text(row[0]), shown, value, interval)
