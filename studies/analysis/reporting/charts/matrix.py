"""A number for every pair of labels, as a field of colours with the numbers in it."""

from __future__ import annotations

import itertools
import math
from typing import Final

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import labels_in_order, point, scale_of, text
from studies.analysis.results import Figure

_CELL: Final = 0.42
_LABEL: Final = 1.5
#: Inches of a name above a column, and how steeply it stands.
_HEAD: Final = 1.45
_ANGLE: Final = math.radians(40)
#: Pale to dark, so that it prints in grey; around a reference, two hues that are dark at both ends.
_RISING: Final = LinearSegmentedColormap.from_list("rising", ["#f4f3ec", "#7fb5ae", "#1a5a56"])
_AROUND: Final = LinearSegmentedColormap.from_list(
    "around", ["#b0661c", "#e9c491", "#f6f5f0", "#9fc9c3", "#216d68"]
)
#: Text upon a cell keeps its colour where the page is dark.
_DARK: Final = "#1c2425"
_PALE: Final = "#ffffff"


def matrix(figure: Figure) -> Picture | None:
    """Reads row label, column label and value; pairs that no row names stay empty."""
    rows, columns = labels_in_order(figure, 0), labels_in_order(figure, 1)
    scale = scale_of(figure.table.columns[2])
    values = {
        (text(row[0]), text(row[1])): value
        for row in figure.table.rows
        if (value := point(row[2], scale).value) is not None
    }
    if not values:
        return None
    if set(rows) == set(columns):
        columns = rows
    cell = max(_CELL, min(0.58, (canvas.WIDTH - _LABEL - 0.3) / len(columns)))
    heads = [canvas.wrapped(name, _HEAD, canvas.SMALL, 1) for name in columns]
    slanted = [canvas.width_of(name, canvas.SMALL) for name in heads]
    head = max(slanted) * math.sin(_ANGLE) + 0.18
    beyond = max(
        wide * math.cos(_ANGLE) - cell * (len(columns) - place - 0.5) for place, wide in enumerate(slanted)
    )
    foot = 0.3 if figure.x_title or figure.y_title else 0.06
    width = max(_LABEL + cell * len(columns) + max(beyond, 0.0) + 0.1, canvas.WIDTH)
    picture, axes = canvas.new(head + _CELL * len(rows) + foot, width)
    right = width - _LABEL - cell * len(columns)
    canvas.place(axes, left=_LABEL, right=right, top=head, bottom=foot)
    axes.set_xlim(0, len(columns))
    axes.set_ylim(len(rows), 0)
    _labels(axes, rows, heads, -_LABEL / (cell * len(columns)))
    _cells(axes, rows, columns, values, figure)
    axes.set_xlabel(_axes_said(figure), loc="left")
    return picture


def _axes_said(figure: Figure) -> str:
    parts = [("Rows", figure.y_title), ("Columns", figure.x_title)]
    return ". ".join(f"{place}: {title}" for place, title in parts if title)


def _labels(axes: Axes, rows: list[str], heads: list[str], left: float) -> None:
    axes.set_xticks(
        [place + 0.5 for place in range(len(heads))], heads, rotation=math.degrees(_ANGLE), ha="left",
        rotation_mode="anchor",
    )  # fmt: skip
    axes.tick_params(axis="x", length=0, labeltop=True, labelbottom=False, colors=canvas.INK, pad=3)
    axes.set_yticks([])
    for place, name in enumerate(rows):
        canvas.label(axes, name, left, place + 0.5, _LABEL - 0.1)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _cells(
    axes: Axes, rows: list[str], columns: list[str], values: dict[tuple[str, str], float], figure: Figure
) -> None:
    scale = scale_of(figure.table.columns[2])
    shade, norm = _colours(
        list(values.values()), None if figure.reference is None else figure.reference * scale
    )
    whole = scale == 100.0 or all(float(value).is_integer() for value in values.values())
    missing = []
    for i, j in itertools.product(range(len(rows)), range(len(columns))):
        value = values.get((rows[i], columns[j]))
        if value is None:
            missing.append((j + 0.5, i + 0.5))
            continue
        red, green, blue, _alpha = shade(norm(value))
        light = 0.299 * red + 0.587 * green + 0.114 * blue
        axes.add_patch(Rectangle((j + 0.03, i + 0.03), 0.94, 0.94, color=(red, green, blue), lw=0))
        axes.text(
            j + 0.5, i + 0.5, f"{value:.0f}" if whole else f"{value:.2f}".replace("-", "−"), ha="center",
            va="center", fontsize=canvas.SMALL, color=_DARK if light > 0.5 else _PALE,
        )  # fmt: skip
    axes.plot([x for x, _y in missing], [y for _x, y in missing], "o", ms=1.6, mew=0, color=canvas.SOFT)


def _colours(values: list[float], reference: float | None) -> tuple[LinearSegmentedColormap, Normalize]:
    if reference is None:
        return _RISING, Normalize(min(values), max(max(values), min(values) + 1e-9))
    reach = max(abs(value - reference) for value in values) or 1.0
    return _AROUND, Normalize(reference - reach, reference + reach)
