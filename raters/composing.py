"""What else stands in a booklet beside its main pairs, and where: pure arithmetic, from one seed.

Training pairs come first. Decoys lie among the main pairs, one in each of as many equal stretches. Some of
the rater's own main pairs come back later. Some main pairs carry an attention check. Nothing here moves a
main pair to another rater or changes its side: what `sides` balanced stays balanced.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from raters.planned import Kind, Planned, Recipe, fits
from raters.repeating import Turns, with_repeats
from raters.sides import PairToPlan, Placed, Slot, balanced_orders
from studies.comparison import Order


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
    turns = Turns()
    sequences = [
        with_repeats(_among(own, extra, rng), recipe, turns, rng)
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
        apart = [place for place in stretch if fits(own, place + 1, decoy.pair)]
        behind.setdefault(rng.choice(apart or stretch), []).append(decoy)
    return [one for place, main in enumerate(own) for one in (main, *behind.get(place, ()))]
