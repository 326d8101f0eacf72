"""What else stands in a booklet beside its main pairs, and where: pure arithmetic, from one seed.

Training pairs come first. Decoys lie among the main pairs, one in each of as many equal stretches. Some of
the rater's own main pairs come back later. Some main pairs carry an attention check. Nothing here moves a
main pair to another rater or changes its side: what `sides` balanced stays balanced.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle

from raters.sides import PairToPlan, Placed, Slot, balanced_orders
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


def compose(
    booklets: Sequence[Sequence[Placed]],
    *,
    training: Iterable[PairToPlan],
    decoys: Iterable[PairToPlan],
    recipe: Recipe,
    rng: random.Random,
) -> list[list[Planned]]:
    """The whole sequence of each rater, from their main pairs in order.

    Everybody meets the same training pairs, on sides that alternate over raters. A repeat never stands nearer
    to its pair than the lag, nor beside an assignment of the same dialogue: a short booklet gets as many
    repeats as fit.
    """
    mains = [[Planned(one.pair, one.order) for one in own] for own in booklets]
    practised = _practised(training, mains, recipe.training)
    mains = [_apart_from(practised, own) for own in mains]
    mains = _with_reasons(mains, recipe.reason_percent, rng)
    mains = [_with_checks(own, recipe, rng) for own in mains]
    met = _decoys_of_raters(mains, practised, decoys, recipe.decoys, rng)
    turns = _Turns()
    sequences = [
        _with_repeats(_among(own, extra, rng), recipe, turns, rng)
        for own, extra in zip(mains, met, strict=True)
    ]
    _same_share_of_reasons(sequences, recipe.reason_percent, rng)
    return [[*_training_of(rater, practised), *own] for rater, own in enumerate(sequences)]


# Training ---------------------------------------------------------------------------------------------------


def _practised(training: Iterable[PairToPlan], mains: list[list[Planned]], count: int) -> list[PairToPlan]:
    """Those of dialogues that nobody meets again first, then by name."""
    dialogues = {one.pair.dialogue for own in mains for one in own}
    ordered = sorted(training, key=lambda pair: (pair.dialogue in dialogues, pair.dialogue, pair.key))
    return ordered[:count]


def _training_of(rater: int, practised: Sequence[PairToPlan]) -> Iterator[Planned]:
    """Always with the written reason: it is practised too, and training need not look like the rest."""
    for number, pair in enumerate(practised):
        yield Planned(pair, Order.BA if (rater + number) % 2 else Order.AB, Kind.TRAINING)


def _apart_from(practised: Sequence[PairToPlan], own: list[Planned]) -> list[Planned]:
    """The dialogue of the last training pair is not met again at once, where there is another."""
    if not practised:
        return own
    last = practised[-1].dialogue
    first = next((place for place, one in enumerate(own) if one.pair.dialogue != last), 0)
    return [own[first], *own[:first], *own[first + 1 :]]


# Attention checks and written reasons -----------------------------------------------------------------------


def _with_checks(own: list[Planned], recipe: Recipe, rng: random.Random) -> list[Planned]:
    """Instructed values on main pairs, one in each stretch, never on the first."""
    checked = list(own)
    count = min(recipe.checks, len(own) - 1)
    for stretch in _stretches(1, len(own), count):
        place = rng.choice(stretch)
        checked[place] = replace(own[place], instructed_value=rng.choice(recipe.check_values))
    return checked


def _stretches(start: int, end: int, count: int) -> list[range]:
    """`start` to `end` in `count` equal parts that are never empty; with too few places they overlap."""
    length = end - start
    parts = [(number * length // count, (number + 1) * length // count) for number in range(count)]
    return [range(start + low, start + max(low + 1, high)) for low, high in parts]


def _with_reasons(mains: list[list[Planned]], percent: int, rng: random.Random) -> list[list[Planned]]:
    """`percent` of each rater's main pairs ask for the reason, those first that have asked least so far."""
    shown: Counter[str] = Counter()
    asked: Counter[str] = Counter()

    def owed(pair: PairToPlan) -> int:
        return percent * (shown[pair.key] + 1) - 100 * asked[pair.key]

    shares = _Shares(percent)
    sequences = []
    for own in mains:
        by_need = sorted(rng.sample(own, len(own)), key=lambda one: owed(one.pair), reverse=True)
        asking = {one.pair.key for one in by_need[: shares.of(len(own))]}
        shown.update(one.pair.key for one in own)
        asked.update(asking)
        sequences.append([replace(one, asks_reason=one.pair.key in asking) for one in own])
    return sequences


def _same_share_of_reasons(sequences: list[list[Planned]], percent: int, rng: random.Random) -> None:
    """Decoys and repeats ask for the reason as often as main pairs do: nobody shall tell them apart by it."""
    for kind in (Kind.DECOY, Kind.REPEAT):
        shares = _Shares(percent)
        for own in sequences:
            extra = [place for place, one in enumerate(own) if one.kind is kind]
            asking = set(rng.sample(extra, shares.of(len(extra))))
            for place in extra:
                own[place] = replace(own[place], asks_reason=place in asking)


class _Shares:
    """Whole numbers that add up to a share, whatever the single parts are rounded to."""

    def __init__(self, percent: int) -> None:
        self.percent = percent
        self.whole = 0
        self.given = 0

    def of(self, number: int) -> int:
        self.whole += number
        due = round(self.whole * self.percent / 100) - self.given
        self.given += due
        return due


# Decoys -----------------------------------------------------------------------------------------------------


def _decoys_of_raters(
    mains: list[list[Planned]],
    practised: Sequence[PairToPlan],
    decoys: Iterable[PairToPlan],
    count: int,
    rng: random.Random,
) -> list[list[Planned]]:
    """Each rater's decoys: of dialogues that they meet nowhere else if there are any, then the least used."""
    known = sorted(decoys, key=lambda pair: (pair.dialogue, pair.key))
    used: Counter[str] = Counter()
    drawn = []
    for own in mains:
        met = {one.pair.dialogue for one in own} | {pair.dialogue for pair in practised}
        drawn.append(_drawn(known, met, used, count, rng))
    slots = [Slot(pair, rater) for rater, own in enumerate(drawn) for pair in own]
    orders = iter(balanced_orders(slots, rng))
    return [[Planned(pair, next(orders), Kind.DECOY) for pair in own] for own in drawn]


def _drawn(
    decoys: list[PairToPlan], met: set[str], used: Counter[str], count: int, rng: random.Random
) -> list[PairToPlan]:
    """Different decoys, at most `count`. `met` and `used` are kept up to date."""
    rest = rng.sample(decoys, len(decoys))
    drawn: list[PairToPlan] = []
    while rest and len(drawn) < count:
        chosen = min(rest, key=lambda pair: (pair.dialogue in met, used[pair.key]))
        rest.remove(chosen)
        met.add(chosen.dialogue)
        used[chosen.key] += 1
        drawn.append(chosen)
    return drawn


def _among(own: list[Planned], decoys: list[Planned], rng: random.Random) -> list[Planned]:
    """A decoy behind one main pair of each stretch: never first, never two in a row while places last."""
    if not own:
        return []
    behind: dict[int, list[Planned]] = {}
    for decoy, stretch in zip(decoys, _stretches(0, len(own), len(decoys)), strict=True):
        apart = [place for place in stretch if _fits(own, place + 1, decoy.pair)]
        behind.setdefault(rng.choice(apart or stretch), []).append(decoy)
    return [one for place, main in enumerate(own) for one in (main, *behind.get(place, ()))]


def _fits(sequence: Sequence[Planned], place: int, pair: PairToPlan) -> bool:
    """Whether no assignment of the same dialogue would stand beside the pair if it came in at this place."""
    beside = sequence[max(0, place - 1) : place + 1]
    return all(one.pair.dialogue != pair.dialogue for one in beside)


# Repeats ----------------------------------------------------------------------------------------------------


class _Turns:
    """Which repeats change sides: half of a rater's; the odd one out goes by turns over the raters."""

    def __init__(self) -> None:
        self.odd_ones = cycle((False, True))

    def of(self, count: int, rng: random.Random) -> list[bool]:
        turned = [False, True] * (count // 2)
        if count % 2:
            turned.append(next(self.odd_ones))
        return rng.sample(turned, count)


def _with_repeats(
    sequence: list[Planned], recipe: Recipe, turns: _Turns, rng: random.Random
) -> list[Planned]:
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
        if not _fits(sequence, place, pair):
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
