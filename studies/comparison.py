"""What a rater or a judge is shown, and how an answer is oriented.

`Comparison` is the only thing that reaches a rater's page or a judge's prompt: blinding by construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Speaker = Literal["seeker", "supporter"]
SPEAKERS: Final[tuple[Speaker, ...]] = ("seeker", "supporter")

#: The dimension that asks for the preference as a whole. It is a dimension like the others.
OVERALL: Final = "overall"

#: Answer values as shown, by number of answer options. < 0: the first shown is better, 0: no difference.
SCALES: Final[dict[int, tuple[int, ...]]] = {
    2: (-1, 1),
    3: (-1, 0, 1),
    4: (-2, -1, 1, 2),
    5: (-2, -1, 0, 1, 2),
}


class Order(StrEnum):
    """Which reply of a pair is shown first: its stored first (AB) or its stored second (BA)."""

    AB = "AB"
    BA = "BA"

    @property
    def flipped(self) -> Order:
        return Order.BA if self is Order.AB else Order.AB


@dataclass(frozen=True, slots=True)
class ShownTurn:
    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The dialogue so far and two replies, in the order in which they are shown. Nothing else."""

    turns: tuple[ShownTurn, ...]
    first: str
    second: str


def canonical(value: int, order: Order) -> int:
    """The answer as shown, turned to the pair's stored order (< 0: the stored first is better)."""
    return value if order is Order.AB else -value
