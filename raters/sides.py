"""Which pairs a rater gets, in which order, on which sides: pure arithmetic of the plan, from one seed.

Sides. Every slot (one pair for one rater) is shown AB or BA. We want |AB - BA| <= 1 within each pair, within
each rater, and |first - second| <= 1 for each system. Slots are linked two by two to lie on opposite sides,
once along pair < pair of systems < system, once along rater: within every such group at most one slot is left
over, so opposite sides within each link give the bound. Two families of links only ever close even cycles,
hence a solution always exists where all pairs share a baseline; in round robins with an odd number of ratings
a third family can close an odd one, so the best of several draws is kept and its imbalance reported.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from studies.comparison import Order

Item = TypeVar("Item")

#: Draws tried for a plan whose sides cannot all be balanced at once before the best is taken.
ATTEMPTS = 40
#: How many booklets next in line are compared when a pair looks for the one that has seen its systems least.
WINDOW = 32


@dataclass(frozen=True, slots=True)
class PairToPlan:
    """A pair by its export key, with what planning spreads: dialogue, systems in stored order, tags."""

    key: str
    dialogue: str
    systems: tuple[str, str]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a booklet: this pair, for this rater."""

    pair: PairToPlan
    rater: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot with its side."""

    pair: PairToPlan
    order: Order


@dataclass(frozen=True, slots=True)
class Imbalance:
    """The largest |first - second| over all pairs, raters and systems."""

    pair: int
    rater: int
    system: int

    @property
    def excess(self) -> int:
        return sum(max(0, worst - 1) for worst in (self.pair, self.rater, self.system))


@dataclass(frozen=True, slots=True)
class Link:
    """Two slots, by index, that must lie on opposite sides (or on the same side)."""

    one: int
    other: int
    opposite: bool = True


def plan_booklets(
    pairs: Sequence[PairToPlan],
    *,
    ratings_per_pair: int,
    pairs_per_rater: int,
    max_pairs_per_dialogue: int,
    rng: random.Random,
) -> list[list[Placed]]:
    """Booklets of at most `pairs_per_rater` pairs, equal in length up to one, each pair in exactly
    `ratings_per_pair` of them, no rater with more than `max_pairs_per_dialogue` pairs of one dialogue.

    Where those limits ask for more raters than ratings alone would, the booklets are shorter instead.
    """
    ordered = sorted(pairs, key=lambda pair: (pair.dialogue, pair.key))
    dealt = deal(ordered, ratings_per_pair, pairs_per_rater, max_pairs_per_dialogue, rng)
    sequences = [spread(booklet, rng) for booklet in dealt]
    slots = [Slot(pair, rater) for rater, booklet in enumerate(sequences) for pair in booklet]
    orders = iter(balanced_orders(slots, rng))
    return [[Placed(pair, next(orders)) for pair in booklet] for booklet in sequences]


def number_of_booklets(
    pairs: Sequence[PairToPlan],
    ratings_per_pair: int,
    pairs_per_rater: int,
    max_pairs_per_dialogue: int,
) -> int:
    """How many raters the plan takes: enough for the ratings, and for the limit per dialogue."""
    largest = max(Counter(pair.dialogue for pair in pairs).values(), default=0)
    for_length = -(-len(pairs) * ratings_per_pair // pairs_per_rater)
    for_dialogues = ratings_per_pair * -(-largest // max_pairs_per_dialogue)
    return max(for_length, for_dialogues)


def deal(
    pairs: Sequence[PairToPlan],
    ratings_per_pair: int,
    pairs_per_rater: int,
    max_pairs_per_dialogue: int,
    rng: random.Random,
) -> list[list[PairToPlan]]:
    """Pairs into booklets, dialogue by dialogue, always to those who have least, systems spread among them.

    A chunk of a dialogue's pairs goes to booklets that are all different; a dialogue has at most
    `max_pairs_per_dialogue` chunks, so nobody sees more of it than that, and no pair comes twice.
    """
    count = number_of_booklets(pairs, ratings_per_pair, pairs_per_rater, max_pairs_per_dialogue)
    booklets: list[list[PairToPlan]] = [[] for _ in range(count)]
    seen_systems: list[Counter[tuple[str, str]]] = [Counter() for _ in range(count)]
    waiting: list[int] = []
    for chunk in _chunks(pairs, max(1, count // ratings_per_pair), rng):
        served: set[int] = set()
        for pair in chunk:
            for _ in range(ratings_per_pair):
                waiting = waiting or _next_round(count, served, rng)
                booklet = _take(waiting, served, partial(_seen, seen_systems, pair.systems))
                booklets[booklet].append(pair)
                seen_systems[booklet][pair.systems] += 1
                served.add(booklet)
    return booklets


def _seen(seen: list[Counter[tuple[str, str]]], systems: tuple[str, str], booklet: int) -> int:
    return seen[booklet][systems]


def _next_round(count: int, served: set[int], rng: random.Random) -> list[int]:
    """Everybody once more, at random; who was served comes last (lists are taken from the end)."""
    everybody = list(range(count))
    rng.shuffle(everybody)
    return sorted(everybody, key=lambda booklet: booklet not in served)


def _take(waiting: list[int], served: set[int], seen: Callable[[int], int]) -> int:
    """Of the next few in line, removes and returns the one that has seen least."""
    window = waiting[-WINDOW:]
    booklet = min((b for b in window if b not in served), key=seen)
    del waiting[len(waiting) - len(window) + window.index(booklet)]
    return booklet


def _chunks(pairs: Sequence[PairToPlan], size: int, rng: random.Random) -> Iterator[list[PairToPlan]]:
    """Each dialogue's pairs in chunks of at most `size`, dialogues and pairs in random order."""
    by_dialogue = list(_grouped(pairs, lambda pair: pair.dialogue).values())
    rng.shuffle(by_dialogue)
    for own in by_dialogue:
        rng.shuffle(own)
        for start in range(0, len(own), size):
            yield own[start : start + size]


def spread(booklet: Sequence[PairToPlan], rng: random.Random) -> list[PairToPlan]:
    """A random order in which likes lie far apart: pairs of one dialogue if there are several, else pairs
    of the same systems and tags. Each group is laid out evenly from a random start."""
    shuffled = list(booklet)
    rng.shuffle(shuffled)
    repeats_dialogues = len({pair.dialogue for pair in shuffled}) < len(shuffled)

    def group_of(pair: PairToPlan) -> Hashable:
        return pair.dialogue if repeats_dialogues else (pair.systems, pair.tags)

    placed: list[tuple[float, int, PairToPlan]] = []
    for group in _grouped(shuffled, group_of).values():
        start = rng.random()
        placed += [((i + start) / len(group), len(placed), p) for i, p in enumerate(group)]
    return [pair for _, _, pair in sorted(placed, key=lambda item: item[:2])]


def balanced_orders(slots: Sequence[Slot], rng: random.Random) -> list[Order]:
    """One side for each slot, balanced as the module says."""
    best: list[Order] = []
    least: int | None = None
    for _ in range(ATTEMPTS):
        orders = _sides_of(_links(slots, rng), len(slots), rng)
        excess = imbalance_of(zip(slots, orders, strict=True)).excess
        if least is None or excess < least:
            best, least = orders, excess
        if excess == 0:
            break
    return best


def imbalance_of(placed: Iterable[tuple[Slot, Order]]) -> Imbalance:
    """How far from even the sides are, at the worst pair, rater and system."""
    pairs: Counter[str] = Counter()
    raters: Counter[int] = Counter()
    systems: Counter[str] = Counter()
    for slot, order in placed:
        sign = 1 if order is Order.AB else -1
        pairs[slot.pair.key] += sign
        raters[slot.rater] += sign
        systems[slot.pair.systems[0]] += sign
        systems[slot.pair.systems[1]] -= sign
    return Imbalance(*(_worst(counts) for counts in (pairs, raters, systems)))


def _worst(counts: Counter[str] | Counter[int]) -> int:
    return max((abs(difference) for difference in counts.values()), default=0)


def _links(slots: Sequence[Slot], rng: random.Random) -> list[Link]:
    indexes = list(range(len(slots)))
    rng.shuffle(indexes)
    links: list[Link] = []

    def link_up(left_over: Iterable[int], key: Callable[[Slot], Hashable]) -> list[int]:
        odd_ones = []
        for group in _grouped(left_over, lambda index: key(slots[index])).values():
            links.extend(map(Link, group[::2], group[1::2]))
            odd_ones += group[len(group) - len(group) % 2 :]
        return odd_ones

    rest = link_up(indexes, lambda slot: (slot.rater, slot.pair.systems))
    link_up(rest, lambda slot: slot.rater)
    rest = link_up(indexes, lambda slot: (slot.pair.dialogue, slot.pair.key))
    rest = link_up(rest, lambda slot: slot.pair.systems)
    return links + _links_by_system(slots, rest)


def _links_by_system(slots: Sequence[Slot], left_over: Sequence[int]) -> list[Link]:
    """Couples the slots left over, at most one for each pair of systems, at every system they share."""
    touching: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for index in left_over:
        first, second = slots[index].pair.systems
        touching[first].append((index, True))
        touching[second].append((index, False))
    return [
        Link(one, other, opposite=stored_first == other_stored_first)
        for ends in touching.values()
        for (one, stored_first), (other, other_stored_first) in zip(ends[::2], ends[1::2], strict=False)
    ]


def _sides_of(links: Sequence[Link], count: int, rng: random.Random) -> list[Order]:
    """Sides that obey every link that can be obeyed, taken in turn; each connected part starts at random."""
    neighbours: list[list[tuple[int, bool]]] = [[] for _ in range(count)]
    for link in links:
        neighbours[link.one].append((link.other, link.opposite))
        neighbours[link.other].append((link.one, link.opposite))
    sides: list[Order | None] = [None] * count
    for start in range(count):
        if sides[start] is not None:
            continue
        sides[start] = rng.choice((Order.AB, Order.BA))
        waiting = [start]
        while waiting:
            here = waiting.pop()
            side = sides[here]
            assert side is not None
            for there, opposite in neighbours[here]:
                if sides[there] is None:
                    sides[there] = side.flipped if opposite else side
                    waiting.append(there)
    return [side for side in sides if side is not None]


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, list[Item]]:
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
