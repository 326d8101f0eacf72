"""Which coder reads which text, and in which order: pure arithmetic of the plan, from one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

#: A text that one person alone has coded says nothing of how well people agree.
FEWEST: Final = 2


class CannotDeal(Exception):
    """The message says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that so many more coders shall read, none of whom is among `had`."""

    coders: int
    had: frozenset[int] = frozenset()


def deal(passages: int, coders: int, per_passage: int, seed: str) -> list[list[int]]:
    """For each coder the texts, by number from 0, in an order of the coder's own.

    Every text goes to exactly `per_passage` different coders. Loads are equal up to one, and every two
    coders meet at about as many texts. Raises CannotDeal.
    """
    check(coders, per_passage)
    return deal_on([Wanted(per_passage)] * passages, [0] * coders, seed)


def check(coders: int, per_passage: int) -> None:
    if per_passage < FEWEST:
        raise CannotDeal(f"each text needs at least {FEWEST} coders, or nobody can tell whether they agree")
    if coders < per_passage:
        raise CannotDeal(f"{coders} coders cannot be {per_passage} for each text")


def deal_on(wanted: Sequence[Wanted], loads: Sequence[int], seed: str) -> list[list[int]]:
    """The same for texts of which some have coders already, among coders of whom some have work.

    Always to those who have least to do; among these to those who have met the text's other coders least.
    A text for which too few coders are left gets fewer.
    """
    rng = random.Random(f"{seed}/who")
    to_do = list(loads)
    met: Counter[frozenset[int]] = Counter()
    hands: list[list[int]] = [[] for _ in loads]
    for number in rng.sample(range(len(wanted)), len(wanted)):
        readers = set(wanted[number].had)
        for _ in range(min(wanted[number].coders, len(loads) - len(readers))):
            coder = _next(to_do, met, readers, rng)
            met.update(frozenset((coder, reader)) for reader in readers)
            readers.add(coder)
            to_do[coder] += 1
            hands[coder].append(number)
    return [_shuffled(hand, f"{seed}/order/{coder}") for coder, hand in enumerate(hands)]


def _next(to_do: Sequence[int], met: Counter[frozenset[int]], readers: set[int], rng: random.Random) -> int:
    """Of those who do not have the text, drawn from the seed where nothing else decides."""
    free = [coder for coder in range(len(to_do)) if coder not in readers]
    rng.shuffle(free)
    return min(free, key=lambda one: (to_do[one], sum(met[frozenset((one, other))] for other in readers)))


def _shuffled(hand: Sequence[int], seed: str) -> list[int]:
    return random.Random(seed).sample(sorted(hand), len(hand))
