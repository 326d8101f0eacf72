"""The plan's arithmetic: who gets what, in which order, on which sides."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raters.dealing import plan_booklets, spread
from raters.sides import Imbalance, PairToPlan, Placed, Slot, imbalance_of
from studies.comparison import Order

pytestmark = pytest.mark.no_database


def pairs_of(dialogues: int, systems: int, *, baseline: bool) -> list[PairToPlan]:
    names = [f"s{number}" for number in range(systems)]
    couples = [c for c in itertools.combinations(names, 2) if not baseline or c[0] == "s0"]
    return [
        PairToPlan(f"d{d}/{first}-{second}", f"d{d}", (first, second))
        for d in range(dialogues)
        for first, second in couples
    ]


def planned(pairs: list[PairToPlan], *, seed: str = "seed", **design: int) -> list[list[Placed]]:
    values = {"ratings_per_pair": 3, "pairs_per_rater": 12, "max_pairs_per_dialogue": 1, **design}
    return plan_booklets(pairs, rng=random.Random(seed), **values)


def imbalance(booklets: list[list[Placed]]) -> Imbalance:
    return imbalance_of(
        (Slot(placed.pair, rater), placed.order) for rater, own in enumerate(booklets) for placed in own
    )


@settings(max_examples=60, deadline=None)
@given(
    dialogues=st.integers(1, 25),
    systems=st.integers(2, 5),
    ratings=st.integers(1, 6),
    length=st.integers(1, 30),
    per_dialogue=st.integers(1, 3),
    seed=st.text(max_size=5),
)
def test_against_a_baseline_every_side_is_balanced_and_every_limit_kept(
    dialogues: int, systems: int, ratings: int, length: int, per_dialogue: int, seed: str
) -> None:
    booklets = planned(
        pairs_of(dialogues, systems, baseline=True),
        seed=seed,
        ratings_per_pair=ratings,
        pairs_per_rater=length,
        max_pairs_per_dialogue=per_dialogue,
    )

    ratings_of = Counter(placed.pair.key for own in booklets for placed in own)
    assert set(ratings_of.values()) == {ratings}
    lengths = [len(own) for own in booklets]
    assert max(lengths) <= length
    assert max(lengths) - min(lengths) <= 1
    for own in booklets:
        assert len({placed.pair.key for placed in own}) == len(own)
        assert max(Counter(placed.pair.dialogue for placed in own).values()) <= per_dialogue
    assert imbalance(booklets).excess == 0


@pytest.mark.parametrize("ratings", [2, 3, 5])
@pytest.mark.parametrize(("dialogues", "systems"), [(12, 3), (16, 4), (25, 4), (40, 5)])
def test_in_round_robins_sides_are_balanced_too(dialogues: int, systems: int, ratings: int) -> None:
    booklets = planned(pairs_of(dialogues, systems, baseline=False), ratings_per_pair=ratings)

    assert imbalance(booklets).excess == 0


def test_the_baseline_is_first_as_often_as_second_for_each_rater() -> None:
    for own in planned(pairs_of(20, 4, baseline=True)):
        first = Counter(placed.order for placed in own)
        assert abs(first[Order.AB] - first[Order.BA]) <= 1


def test_a_panel_gives_everybody_every_pair() -> None:
    booklets = planned(
        pairs_of(10, 3, baseline=False),
        ratings_per_pair=15,
        pairs_per_rater=1000,
        max_pairs_per_dialogue=3,
    )

    assert [len(own) for own in booklets] == [30] * 15


def test_pairs_of_one_dialogue_lie_far_apart() -> None:
    (own,) = planned(
        pairs_of(10, 3, baseline=False),
        ratings_per_pair=1,
        pairs_per_rater=1000,
        max_pairs_per_dialogue=3,
    )

    places: dict[str, list[int]] = {}
    for place, placed in enumerate(own):
        places.setdefault(placed.pair.dialogue, []).append(place)
    gaps = [
        later - earlier for own_places in places.values() for earlier, later in itertools.pairwise(own_places)
    ]
    assert min(gaps) >= 7


def test_systems_are_spread_over_a_booklet() -> None:
    booklet = [PairToPlan(f"{n}", f"d{n}", ("h", "a" if n < 10 else "b")) for n in range(20)]

    order = [pair.systems[1] for pair in spread(booklet, random.Random(3))]

    longest_run = max(len(list(run)) for _, run in itertools.groupby(order))
    assert longest_run <= 2


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    pairs = pairs_of(15, 3, baseline=True)

    assert planned(pairs, seed="1") == planned(list(reversed(pairs)), seed="1")
    assert planned(pairs, seed="1") != planned(pairs, seed="2")


def test_nothing_to_plan_is_no_booklet() -> None:
    assert planned([]) == []


def sampled(dialogues: int, systems: int, per_dialogue: int, rng: random.Random) -> list[PairToPlan]:
    """Some of all against all, balanced over couples of systems, as `pairing.balanced_sample` draws them."""
    used: Counter[tuple[str, str]] = Counter()
    couples = list(itertools.combinations([f"s{n:02d}" for n in range(systems)], 2))
    pairs = []
    for d in range(dialogues):
        rng.shuffle(couples)
        for couple in sorted(couples, key=lambda c: used[c])[:per_dialogue]:
            used[couple] += 1
            pairs.append(PairToPlan(f"d{d}/{couple}", f"d{d}", couple))
    return pairs


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("dialogues", "systems", "n"), [(10, 3, 1), (30, 12, 4), (25, 5, 3)])
def test_in_samples_pairs_and_raters_are_balanced_and_systems_nearly(
    dialogues: int, systems: int, n: int, seed: int
) -> None:
    pairs = sampled(dialogues, systems, n, random.Random(seed))

    found = imbalance(planned(pairs, seed=str(seed), max_pairs_per_dialogue=n, pairs_per_rater=20))

    assert found.pair <= 1
    assert found.rater <= 1
    assert found.system <= 2


def test_with_cells_missing_a_baseline_study_is_balanced_still() -> None:
    rng = random.Random(8)
    pairs = [pair for pair in pairs_of(60, 8, baseline=True) if rng.random() < 0.8]

    assert imbalance(planned(pairs, pairs_per_rater=20)).excess == 0


def test_systems_and_tags_are_both_spread() -> None:
    booklet = [
        PairToPlan(f"{n}", f"d{n}", ("h", f"m{n % 3}"), ("adversarial",) if n % 4 == 0 else ("regular",))
        for n in range(24)
    ]

    order = spread(booklet, random.Random(5))

    systems_in_a_row = [one.systems == other.systems for one, other in itertools.pairwise(order)]
    tags_in_a_row = [one.tags == other.tags == ("adversarial",) for one, other in itertools.pairwise(order)]
    assert sum(systems_in_a_row) <= 1
    assert sum(tags_in_a_row) == 0
