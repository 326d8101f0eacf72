"""What stands in a booklet beside its main pairs: how much of it, where, and on which sides."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raters.composing import compose
from raters.dealing import plan_booklets
from raters.planned import Kind, Planned, Recipe
from raters.sides import PairToPlan, Placed
from studies.comparison import Order

VALUES = (-2, -1, 1, 2)


def pairs_of(kind: str, dialogues: int, *, prefix: str = "d", systems: int = 1) -> list[PairToPlan]:
    return [
        PairToPlan(f"{prefix}{d}/{kind}{s}", f"{prefix}{d}", ("s0", f"{kind}{s}"))
        for d in range(dialogues)
        for s in range(systems)
    ]


def dealt(
    dialogues: int, *, systems: int = 1, length: int = 20, per_dialogue: int = 1, ratings: int = 3
) -> list[list[Placed]]:
    return plan_booklets(
        pairs_of("main", dialogues, systems=systems),
        ratings_per_pair=ratings,
        pairs_per_rater=length,
        max_pairs_per_dialogue=per_dialogue,
        rng=random.Random("deal"),
    )


def composed(
    mains: list[list[Placed]],
    recipe: Recipe,
    *,
    training: list[PairToPlan] | None = None,
    decoys: list[PairToPlan] | None = None,
    seed: str = "seed",
) -> list[list[Planned]]:
    return compose(
        mains,
        training=training or [],
        decoys=decoys or [],
        recipe=replace(recipe, check_values=VALUES),
        rng=random.Random(seed),
    )


def of_kind(own: list[Planned], kind: Kind) -> list[Planned]:
    return [one for one in own if one.kind is kind]


def places(own: list[Planned], kind: Kind) -> list[int]:
    return [place for place, one in enumerate(own) if one.kind is kind]


@settings(max_examples=100, deadline=None)
@given(
    recipe=st.builds(
        Recipe,
        training=st.integers(0, 3),
        decoys=st.integers(0, 4),
        repeats_percent=st.integers(0, 50),
        checks=st.integers(0, 3),
        reason_percent=st.integers(1, 100),
    ),
    dialogues=st.integers(1, 30),
    systems=st.integers(1, 3),
    length=st.integers(1, 40),
    per_dialogue=st.integers(1, 3),
    seed=st.text(max_size=5),
)
def test_every_rule_of_a_booklet_is_kept(
    recipe: Recipe, dialogues: int, systems: int, length: int, per_dialogue: int, seed: str
) -> None:
    mains = dealt(dialogues, systems=systems, length=length, per_dialogue=per_dialogue)

    booklets = composed(
        mains,
        recipe,
        training=pairs_of("training", 3, prefix="t"),
        decoys=pairs_of("decoy", 5),
        seed=seed,
    )

    for main, own in zip(mains, booklets, strict=True):
        assert Counter(Placed(one.pair, one.order) for one in of_kind(own, Kind.MAIN)) == Counter(main)
        assert places(own, Kind.TRAINING) == list(range(recipe.training))
        assert_decoys_lie_apart(own[recipe.training :], recipe.decoys)
        assert_repeats_come_late(own, round(len(main) * recipe.repeats_percent / 100), recipe.lag)
        assert_checks_fit(own[recipe.training :], min(recipe.checks, len(main) - 1))
        for kind in (Kind.MAIN, Kind.DECOY, Kind.REPEAT):
            assert_share(of_kind(own, kind), recipe.reason_percent)
    assert_sides_are_even(booklets)


def assert_decoys_lie_apart(own: list[Planned], count: int) -> None:
    """One in each of equal stretches of the main pairs; never first, nor two in a row while places last."""
    mains = len(of_kind(own, Kind.MAIN))
    assert len({one.pair.key for one in of_kind(own, Kind.DECOY)}) == len(of_kind(own, Kind.DECOY)) == count
    behind = [len(of_kind(own[:place], Kind.MAIN)) for place in places(own, Kind.DECOY)]
    assert all(place >= 1 for place in behind)
    if count <= mains:
        assert [-(-place * count // mains) - 1 for place in behind] == list(range(count))
        assert not any(one.kind is other.kind is Kind.DECOY for one, other in itertools.pairwise(own))


def assert_repeats_come_late(own: list[Planned], wanted: int, lag: int) -> None:
    repeats = places(own, Kind.REPEAT)
    assert len(repeats) <= wanted
    assert len({own[place].pair.key for place in repeats}) == len(repeats)
    turned = 0
    for place in repeats:
        (first,) = (at for at, one in enumerate(own) if one.pair == own[place].pair and at not in repeats)
        assert own[first].kind is Kind.MAIN
        assert place - first - 1 >= lag
        turned += own[place].order is not own[first].order
        assert own[place].pair.dialogue not in [one.pair.dialogue for one in own[place + 1 : place + 2]]
        assert own[place].pair.dialogue != own[place - 1].pair.dialogue
    assert turned in (len(repeats) // 2, -(-len(repeats) // 2))


def assert_checks_fit(own: list[Planned], wanted: int) -> None:
    mains = of_kind(own, Kind.MAIN)
    checked = [place for place, one in enumerate(mains) if one.instructed_value is not None]
    assert len(checked) == wanted
    assert 0 not in checked
    if wanted and (len(mains) - 1) % wanted == 0:
        assert [(place - 1) * wanted // (len(mains) - 1) for place in checked] == list(range(wanted))
    assert {one.instructed_value for one in own if one.kind is not Kind.MAIN} <= {None}
    assert {one.instructed_value for one in mains} <= {None, *VALUES}


def assert_share(own: list[Planned], percent: int) -> None:
    """Rounded up or down, so that it comes out over all raters."""
    assert abs(sum(one.asks_reason for one in own) - len(own) * percent / 100) < 1.01


def assert_sides_are_even(booklets: list[list[Planned]]) -> None:
    by_pair: dict[tuple[Kind, str], int] = defaultdict(int)
    for own in booklets:
        by_rater: dict[Kind, int] = defaultdict(int)
        for one in own:
            sign = 1 if one.order is Order.AB else -1
            by_pair[one.kind, one.pair.key] += sign
            by_rater[one.kind] += sign
        assert abs(by_rater[Kind.DECOY]) <= 1
        assert abs(by_rater[Kind.TRAINING]) <= 1
    assert all(abs(lean) <= 1 for (kind, _), lean in by_pair.items() if kind is not Kind.REPEAT)


def test_a_small_booklet_in_full() -> None:
    (own,) = composed(
        dealt(4, ratings=1),
        Recipe(training=1, decoys=2, checks=1),
        training=pairs_of("training", 2, prefix="t"),
        decoys=pairs_of("decoy", 2, prefix="x"),
    )

    assert [f"{one.kind} {one.pair.dialogue} {one.order} {one.instructed_value}" for one in own] == [
        "training t0 AB None",
        "main d1 AB None",
        "main d3 BA None",
        "decoy x0 BA None",
        "main d2 AB 2",
        "main d0 BA None",
        "decoy x1 AB None",
    ]


def test_nothing_is_added_where_nothing_is_asked_for() -> None:
    mains = dealt(10)

    booklets = composed(mains, Recipe(), training=pairs_of("t", 3), decoys=pairs_of("x", 3))

    assert booklets == [[Planned(one.pair, one.order) for one in own] for own in mains]


def test_everybody_practises_on_the_same_pairs_that_nobody_meets_again_where_there_are_such() -> None:
    training = pairs_of("training", 3) + pairs_of("training", 1, prefix="z")

    booklets = composed(dealt(10), Recipe(training=2), training=training)

    assert {tuple(one.pair.dialogue for one in own[:2]) for own in booklets} == {("z0", "d0")}
    assert [one.order for own in booklets for one in own[:1]] == ["AB", "BA", "AB"]
    assert [one.order for own in booklets for one in own[1:2]] == ["BA", "AB", "BA"]
    assert all(own[2].pair.dialogue != "d0" for own in booklets)


def test_decoys_are_used_alike_and_of_dialogues_that_the_rater_does_not_meet() -> None:
    booklets = composed(dealt(12, length=6), Recipe(decoys=2), decoys=pairs_of("decoy", 12))

    for own in booklets:
        assert len({one.pair.dialogue for one in own}) == len(own) == 8
    uses = Counter(one.pair.key for own in booklets for one in of_kind(own, Kind.DECOY))
    assert sum(uses.values()) == 12
    assert max(uses.values()) <= 2


def test_repeats_are_the_share_half_of_them_turned_and_the_odd_one_by_turns() -> None:
    booklets = composed(dealt(30, length=30, ratings=4), Recipe(repeats_percent=10))

    turned = []
    for own in booklets:
        order = {one.pair.key: one.order for one in of_kind(own, Kind.MAIN)}
        turned.append(sum(one.order is not order[one.pair.key] for one in of_kind(own, Kind.REPEAT)))
        assert len(of_kind(own, Kind.REPEAT)) == 3
    assert turned == [1, 2, 1, 2]


@pytest.mark.parametrize(("pairs", "fit"), [(9, 0), (10, 0), (11, 6), (14, 7)])
def test_a_short_booklet_gets_the_repeats_that_fit(pairs: int, fit: int) -> None:
    (own,) = composed(dealt(pairs, ratings=1), Recipe(repeats_percent=50))

    assert len(of_kind(own, Kind.REPEAT)) == fit


def test_written_reasons_are_shared_out_evenly_over_raters_and_pairs() -> None:
    booklets = composed(dealt(40, ratings=6), Recipe(reason_percent=50))

    assert [sum(one.asks_reason for one in own) for own in booklets] == [10] * 12
    asked = Counter(one.pair.key for own in booklets for one in own if one.asks_reason)
    assert set(asked.values()) <= {2, 3, 4}
    assert sum(asked.values()) == 120


def test_a_reason_betrays_no_kind() -> None:
    mains = dealt(40, ratings=6)

    booklets = composed(
        mains, Recipe(reason_percent=25, decoys=3, repeats_percent=25), decoys=pairs_of("x", 9)
    )

    for kind in (Kind.MAIN, Kind.DECOY, Kind.REPEAT):
        shown = [one.asks_reason for own in booklets for one in of_kind(own, kind)]
        assert sum(shown) == len(shown) / 4


def test_the_same_seed_composes_the_same_whatever_order_the_database_gives() -> None:
    mains, decoys = dealt(20), pairs_of("decoy", 9)
    recipe = Recipe(training=1, decoys=3, repeats_percent=10, checks=2, reason_percent=40)
    training = pairs_of("training", 3, prefix="t")

    one = composed(mains, recipe, training=training, decoys=decoys)

    assert composed(mains, recipe, training=training[::-1], decoys=decoys[::-1]) == one
    assert composed(mains, recipe, training=training, decoys=decoys, seed="other") != one


def test_nothing_to_compose_is_no_booklet() -> None:
    assert composed([], Recipe(training=1, decoys=1, checks=1, repeats_percent=50)) == []
