"""Which pairs a rater gets, and in which order: pure arithmetic of the plan, from one seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import partial

from raters.sides import PairToPlan, Placed, Slot, balanced_orders, grouped

#: How many booklets next in line are compared when a pair looks for the one that has seen its systems least.
WINDOW = 32
#: How much more it matters that pairs of one dialogue lie apart than pairs of the same systems or tags.
DIALOGUE_WEIGHT = 3


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
    by_dialogue = list(grouped(pairs, lambda pair: pair.dialogue).values())
    rng.shuffle(by_dialogue)
    for own in by_dialogue:
        rng.shuffle(own)
        for start in range(0, len(own), size):
            yield own[start : start + size]


def spread(booklet: Sequence[PairToPlan], rng: random.Random) -> list[PairToPlan]:
    """A random order in which likes lie far apart: pairs of one dialogue above all, then systems and tags.

    Of the next few in random order, the pair comes first whose likes are longest ago for how many there are.
    """
    rest = [(pair, _likes(pair)) for pair in booklet]
    rng.shuffle(rest)
    counts = Counter(like for _, likes in rest for like in likes)
    rate = {like: count / len(rest) for like, count in counts.items()}
    due = {like: -rng.random() for like in rate}
    placed: list[PairToPlan] = []
    while rest:
        place = len(placed)
        overdue = [
            DIALOGUE_WEIGHT * min(2.0, place * rate[dialogue] - due[dialogue])
            + min(2.0, place * rate[systems] - due[systems])
            + min(2.0, place * rate[tags] - due[tags])
            for _, (dialogue, systems, tags) in rest[:WINDOW]
        ]
        pair, likes = rest.pop(overdue.index(max(overdue)))
        for like in likes:
            due[like] = place * rate[like]
        placed.append(pair)
    return placed


def _likes(pair: PairToPlan) -> tuple[Hashable, Hashable, Hashable]:
    """What pairs can have in common."""
    return ("dialogue", pair.dialogue), ("systems", pair.systems), ("tags", pair.tags)
