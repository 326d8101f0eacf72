"""What is drawn for a booklet beside its main pairs, and by which recipe: the words of composing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from raters.sides import PairToPlan
from studies.comparison import Order


class Kind(StrEnum):
    """What an assignment is for; its values are stored and exported."""

    TRAINING = "training"
    MAIN = "main"
    DECOY = "decoy"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Planned:
    """One place of a booklet: all that is drawn for an assignment."""

    pair: PairToPlan
    order: Order
    kind: Kind = Kind.MAIN
    asks_reason: bool = True
    instructed_value: int | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much of what a rater meets. Shares in percent of the main pairs; 0 is none.

    `lag`: how many assignments stand between a pair and its repeat at least. `check_values`: the answers that
    an attention check may ask for.
    """

    training: int = 0
    decoys: int = 0
    repeats_percent: int = 0
    lag: int = 10
    checks: int = 0
    check_values: tuple[int, ...] = ()
    reason_percent: int = 100


def fits(sequence: Sequence[Planned], place: int, pair: PairToPlan) -> bool:
    """Whether no assignment of the same dialogue would stand beside the pair if it came in at this place."""
    beside = sequence[max(0, place - 1) : place + 1]
    return all(one.pair.dialogue != pair.dialogue for one in beside)
