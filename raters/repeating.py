"""Which of a rater's own main pairs come back later, where, and on which side: pure arithmetic."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle

from raters.planned import Kind, Planned, Recipe, fits
from raters.sides import PairToPlan


class Turns:
    """Which repeats change sides: half of a rater's; the odd one out goes by turns over the raters."""

    def __init__(self) -> None:
        self.odd_ones = cycle((False, True))

    def of(self, count: int, rng: random.Random) -> list[bool]:
        turned = [False, True] * (count // 2)
        if count % 2:
            turned.append(next(self.odd_ones))
        return rng.sample(turned, count)


def with_repeats(sequence: list[Planned], recipe: Recipe, turns: Turns, rng: random.Random) -> list[Planned]:
    """Some of the main pairs again, without their check, anywhere behind the lag."""
    count = round(sum(one.kind is Kind.MAIN for one in sequence) * recipe.repeats_percent / 100)
    repeated: set[str] = set()
    while len(repeated) < count:
        found = _repeatable(sequence, repeated, recipe.lag, rng)
        if found is None:
            break
        original, place = found
        sequence.insert(place, replace(original, kind=Kind.REPEAT, instructed_value=None))
        repeated.add(original.pair.key)
    return _turned(sequence, turns.of(len(repeated), rng))


def _repeatable(
    sequence: list[Planned], repeated: set[str], lag: int, rng: random.Random
) -> tuple[Planned, int] | None:
    """A main pair that was not repeated yet, and a place where it may come back; None if none may."""
    for start in _in_random_order(range(len(sequence) - lag), rng):
        original = sequence[start]
        if original.kind is not Kind.MAIN or original.pair.key in repeated:
            continue
        place = _place_behind(sequence, start + lag + 1, original.pair, rng)
        if place is not None:
            return original, place
    return None


def _place_behind(sequence: list[Planned], first: int, pair: PairToPlan, rng: random.Random) -> int | None:
    """Between two main pairs if there is such a place."""
    second_best = None
    for place in _in_random_order(range(first, len(sequence) + 1), rng):
        if not fits(sequence, place, pair):
            continue
        if all(one.kind is Kind.MAIN for one in sequence[place - 1 : place + 1]):
            return place
        second_best = place
    return second_best


def _in_random_order(places: Iterable[int], rng: random.Random) -> Iterator[int]:
    """Drawn one by one: mostly the first few will do, and a panel's booklet has thousands."""
    rest = list(places)
    while rest:
        at = rng.randrange(len(rest))
        rest[at], rest[-1] = rest[-1], rest[at]
        yield rest.pop()


def _turned(sequence: list[Planned], turned: list[bool]) -> list[Planned]:
    turns = iter(turned)
    return [
        replace(one, order=one.order.flipped) if one.kind is Kind.REPEAT and next(turns) else one
        for one in sequence
    ]
