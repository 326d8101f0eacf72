"""On which sides the replies of each planned pair are shown: pure arithmetic, from one seed.

Every slot (one pair for one rater) is shown AB or BA. We want |AB - BA| <= 1 within each pair and within each
rater, and |first - second| <= 1 for each system. Slots are linked two by two to lie on opposite sides, once
along pair < couple of systems < system, once along rater: within every such group at most one slot is left
over, so opposite sides within each link give the bound. Two families of links only ever close even cycles, so
pairs and raters are always balanced, and where all pairs share a baseline so are systems. In other designs
links between couples of systems can contradict the rest; those are left out, groups of linked slots are
turned over while that helps, and the best of several draws is kept. What remains is reported.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from studies.comparison import Order

Item = TypeVar("Item")

#: Draws tried for a plan whose sides cannot all be balanced at once before the best is taken; fewer for a
#: plan of more than so many slots.
ATTEMPTS, SLOTS_TRIED = 20, 400_000
#: Slots, by index, that hang together: whether each is shown AB.
Part = dict[int, bool]


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


def balanced_orders(slots: Sequence[Slot], rng: random.Random) -> list[Order]:
    """One side for each slot, balanced as the module says."""
    best: list[Order] = []
    least: int | None = None
    for _ in range(min(ATTEMPTS, 2 + SLOTS_TRIED // max(1, len(slots)))):
        parts = _linked(slots, rng)
        _turn_over(slots, parts, rng)
        orders = _orders_of(parts, len(slots))
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


def _linked(slots: Sequence[Slot], rng: random.Random) -> list[Part]:
    """Slots in parts within which all sides follow from one; each part starts on a random side."""
    must, may = _links(slots, rng)
    groups = _Sides(len(slots))
    for link in (*must, *may):
        groups.join(link)
    parts: dict[int, Part] = defaultdict(dict)
    for index in range(len(slots)):
        root, side = groups.find(index)
        parts[root][index] = side
    ordered = [parts[root] for root in sorted(parts)]
    for part in ordered:
        if rng.random() < 0.5:
            _turn(part)
    return ordered


def _links(slots: Sequence[Slot], rng: random.Random) -> tuple[list[Link], list[Link]]:
    """Links that never contradict each other, and links between couples of systems that may."""
    indexes = list(range(len(slots)))
    rng.shuffle(indexes)
    links: list[Link] = []

    def link_up(left_over: Iterable[int], key: Callable[[Slot], Hashable]) -> list[int]:
        odd_ones = []
        for group in grouped(left_over, lambda index: key(slots[index])).values():
            links.extend(map(Link, group[::2], group[1::2]))
            odd_ones += group[len(group) - len(group) % 2 :]
        return odd_ones

    rest = link_up(indexes, lambda slot: (slot.rater, slot.pair.systems))
    link_up(rest, lambda slot: slot.rater)
    rest = link_up(indexes, lambda slot: slot.pair.key)
    rest = link_up(rest, lambda slot: slot.pair.systems)
    return links, _links_by_system(slots, rest)


def _links_by_system(slots: Sequence[Slot], left_over: Sequence[int]) -> list[Link]:
    """Couples the slots left over, at most one for each couple of systems, at every system they share."""
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


class _Sides:
    """Which slots hang together and on which side of each other (union-find with parity)."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))
        self.opposite = [False] * count

    def find(self, index: int) -> tuple[int, bool]:
        """The part's root, and whether the slot lies opposite to it."""
        path = []
        while self.parent[index] != index:
            path.append(index)
            index = self.parent[index]
        flipped = False
        for step in reversed(path):
            flipped ^= self.opposite[step]
            self.parent[step], self.opposite[step] = index, flipped
        return index, flipped

    def join(self, link: Link) -> None:
        """Obeys the link unless the two slots hang together already."""
        one, one_flipped = self.find(link.one)
        other, other_flipped = self.find(link.other)
        if one != other:
            self.parent[other] = one
            self.opposite[other] = one_flipped ^ other_flipped ^ link.opposite


def _turn(part: Part) -> None:
    for index in part:
        part[index] = not part[index]


def _turn_over(slots: Sequence[Slot], parts: Sequence[Part], rng: random.Random) -> None:
    """Turns whole parts over while that brings systems nearer to even. Pairs and raters stay as they are."""
    leaning: Counter[str] = Counter()
    leans: list[tuple[Part, Counter[str]]] = []
    for part in parts:
        lean = _lean(slots, part)
        leaning.update(lean)
        if lean:
            leans.append((part, lean))
    rng.shuffle(leans)
    improved = True
    while improved:
        improved = False
        for part, lean in leans:
            gain = sum(4 * amount * (leaning[system] - amount) for system, amount in lean.items())
            if gain > 0:
                _turn(part)
                for system in lean:
                    leaning[system] -= 2 * lean[system]
                    lean[system] = -lean[system]
                improved = True


def _lean(slots: Sequence[Slot], part: Part) -> Counter[str]:
    """How much more often each system is shown first than second within a part; the even ones left out."""
    lean: Counter[str] = Counter()
    for index, is_ab in part.items():
        first, second = slots[index].pair.systems
        lean[first] += 1 if is_ab else -1
        lean[second] -= 1 if is_ab else -1
    return Counter({system: amount for system, amount in lean.items() if amount})


def _orders_of(parts: Iterable[Part], count: int) -> list[Order]:
    orders = [Order.AB] * count
    for part in parts:
        for index, is_ab in part.items():
            orders[index] = Order.AB if is_ab else Order.BA
    return orders


def grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> dict[Hashable, list[Item]]:
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups
