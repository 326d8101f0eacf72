"""Names beside points: each where it covers least of what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: Inches between a point and its name, and half of a point.
_AIR: Final = 0.06
_POINT: Final = 0.045


@dataclass(frozen=True, slots=True)
class Box:
    """In inches from the lower left corner of the axes."""

    left: float
    bottom: float
    right: float
    top: float

    def shared(self, other: Box) -> float:
        """The area that both cover."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(wide, 0.0) * max(high, 0.0)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.top - self.bottom)


def beside(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    taken: Sequence[Box],
    room: tuple[float, float],
) -> list[Box]:
    """A place for the name of each point, all in inches; `sizes` are width and height, `room` the axes.

    In the order given, each takes the best of eight places around its point: least upon other points, names,
    what is `taken`, and outside. The right side comes first where several are free.
    """
    page = Box(0.0, 0.0, *room)
    marks = [Box(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points]
    placed: list[Box] = []
    for (x, y), (wide, high) in zip(points, sizes, strict=True):
        placed.append(
            min(
                _places(x, y, wide, high),
                key=lambda box: (
                    10 * (box.area - box.shared(page))
                    + 3 * sum(map(box.shared, (*placed, *marks)))
                    + sum(map(box.shared, taken))
                ),
            )
        )
    return placed


def _places(x: float, y: float, wide: float, high: float) -> list[Box]:
    right, left, middle = x + _AIR, x - _AIR - wide, x - wide / 2
    level, above, below = y - high / 2, y + _AIR, y - _AIR - high
    corners = [
        (right, level), (left, level), (middle, above), (middle, below),
        (right, above - high / 3), (right, below + high / 3),
        (left, above - high / 3), (left, below + high / 3),
    ]  # fmt: skip
    return [Box(a, b, a + wide, b + high) for a, b in corners]
