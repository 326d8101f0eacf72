"""How many are left after each step: boxes from top to bottom, and beside the arrows who went and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Rectangle

from studies.analysis.reporting.charts import canvas
from studies.analysis.reporting.charts.reading import point, text
from studies.analysis.results import Figure

#: Inches: the two columns with the air between them, a line of text, the air in a box, an arrow's length.
_MAIN: Final = 2.12
_BESIDE: Final = 2.06
_LINE: Final = 0.15
_AIR: Final = 0.07
_ARROW: Final = 0.24
_HEAD: Final = 0.26
_EDGE: Final = 0.02
#: Between a box's edge and its text, and the room that a count takes at the right.
_PAD: Final = 0.09
_COUNT: Final = 0.5
#: Where the arrows run down, from the left.
_DOWN: Final = 0.42


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a box: what, how many (empty on a line that goes on), and whether it is its heading."""

    what: str
    count: str
    heads: bool = False


@dataclass(slots=True)
class Step:
    """A box: its lines, and those of the box beside the arrow that leaves it."""

    lines: list[Line] = field(default_factory=list)
    left: list[Line] = field(default_factory=list)


def flow(figure: Figure) -> Picture | None:
    """Reads a label, a count, a role (step, of which, left out) and the chain's title, in the rows' order."""
    chains = _chains(figure)
    if not any(chains.values()):
        return None
    named = len(chains) > 1
    height = sum(_height(steps) + (_HEAD if named else 0.0) for steps in chains.values())
    height += _ARROW * (len(chains) - 1) + 2 * _EDGE
    picture, axes = canvas.new(height)
    axes.set_axis_off()
    axes.set_xlim(0, canvas.WIDTH)
    axes.set_ylim(height, 0)
    y = _EDGE
    for title, steps in chains.items():
        if named:
            told = canvas.wrapped(title, canvas.WIDTH, canvas.SMALL, 1)
            axes.text(_EDGE, y + _HEAD / 2 - 0.03, told, va="center", weight="bold", fontsize=canvas.SMALL)
            y += _HEAD
        y = _chain(axes, steps, y) + _ARROW
    return picture


def _chains(figure: Figure) -> dict[str, list[Step]]:
    """Steps by the title of their chain. A part or a loss before any step has no box and is skipped."""
    chains: dict[str, list[Step]] = {}
    for row in figure.table.rows:
        what, role, title = text(row[0]), text(row[2]), text(row[3])
        value = point(row[1]).value
        count = "" if value is None else f"{value:,.0f}"
        steps = chains.setdefault(title, [])
        if role == "step":
            steps.append(Step(list(_lines(what, count, _MAIN, heads=True))))
        elif steps and role == "left out":
            steps[-1].left += _lines(what, count, _BESIDE)
        elif steps:
            steps[-1].lines += _lines(what, count, _MAIN)
    return chains


def _lines(what: str, count: str, wide: float, *, heads: bool = False) -> Iterator[Line]:
    size = canvas.SMALL if heads else canvas.TINY
    told = canvas.wrapped(what, wide - 2 * _PAD - _COUNT, size, 3).split("\n")
    for place, line in enumerate(told):
        yield Line(line, "" if place else count, heads)


def _tall(lines: Sequence[Line]) -> float:
    return len(lines) * _LINE + 2 * _AIR


def _between(step: Step) -> float:
    """The height from one box to the next: room for whatever stands beside the arrow."""
    return _tall(step.left) + 0.12 if step.left else _ARROW


def _height(steps: Sequence[Step]) -> float:
    last = steps[-1:]
    arrows = sum(map(_between, steps[:-1])) + sum(_between(step) for step in last if step.left)
    return sum(_tall(step.lines) for step in steps) + arrows


def _chain(axes: Axes, steps: Sequence[Step], top: float) -> float:
    """Draws the steps below each other from `top`; returns where the last one ends."""
    y = top
    for place, step in enumerate(steps):
        ends = place + 1 == len(steps)
        _box(axes, step.lines, _EDGE, y, _MAIN, strong=True)
        y += _tall(step.lines)
        if ends and not step.left:
            continue
        room = _between(step)
        if step.left:
            _beside(axes, step.left, y, room)
        if not ends:
            _arrow(axes, (_DOWN, y), (_DOWN, y + room))
        y += room
    return y


def _beside(axes: Axes, lines: Sequence[Line], y: float, room: float) -> None:
    middle, left = y + room / 2, canvas.WIDTH - _BESIDE - _EDGE
    _arrow(axes, (_DOWN, middle), (left, middle))
    _box(axes, lines, left, middle - _tall(lines) / 2, _BESIDE, strong=False)


def _box(axes: Axes, lines: Sequence[Line], x: float, y: float, wide: float, *, strong: bool) -> None:
    edge, width = (canvas.COLOURS[0], 1.1) if strong else (canvas.SOFT, 0.7)
    axes.add_patch(Rectangle((x, y), wide, _tall(lines), fill=False, edgecolor=edge, lw=width))
    for place, line in enumerate(lines):
        middle = y + _AIR + _LINE * (place + 0.5)
        size = canvas.SMALL if line.heads else canvas.TINY
        weight = "bold" if line.heads else "normal"
        axes.text(x + _PAD, middle, line.what, va="center_baseline", fontsize=size)
        axes.text(
            x + wide - _PAD,
            middle,
            line.count,
            va="center_baseline",
            ha="right",
            fontsize=size,
            weight=weight,
        )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", xy=end, xytext=start,
        arrowprops={"arrowstyle": "-|>,head_length=0.35,head_width=0.18", "color": canvas.SOFT, "lw": 0.9,
                    "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip
