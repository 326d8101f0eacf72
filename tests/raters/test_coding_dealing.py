"""The plan's arithmetic for people who code: who reads which text, and in which order."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raters.coding.dealing import CannotDeal, Wanted, deal, deal_on

pytestmark = pytest.mark.no_database


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_text_goes_to_exactly_so_many_coders_with_equal_loads(data: st.DataObject) -> None:
    coders = data.draw(st.integers(2, 9))
    per_passage = data.draw(st.integers(2, coders))
    passages = data.draw(st.integers(0, 60))

    hands = deal(passages, coders, per_passage, data.draw(st.text(max_size=4)))

    assert len(hands) == coders
    assert all(len(set(hand)) == len(hand) for hand in hands)
    assert all(sum(text in hand for hand in hands) == per_passage for text in range(passages))
    assert max(map(len, hands)) - min(map(len, hands)) <= 1


@pytest.mark.parametrize(
    ("coders", "per_passage", "apart"), [(3, 2, 0), (4, 2, 1), (5, 2, 1), (6, 3, 2), (10, 2, 3), (10, 4, 4)]
)
def test_every_two_coders_meet_about_equally_often(coders: int, per_passage: int, apart: int) -> None:
    texts = 300
    hands = [set(hand) for hand in deal(texts, coders, per_passage, "seed")]
    met = [len(one & other) for one, other in combinations(hands, 2)]

    assert sum(met) == texts * per_passage * (per_passage - 1) // 2
    assert max(met) - min(met) <= apart


def test_each_coder_has_an_order_of_their_own_that_the_seed_repeats() -> None:
    one, two = deal(40, 2, 2, "seed")

    assert sorted(one) == sorted(two) == list(range(40))
    assert len({tuple(one), tuple(two), tuple(range(40))}) == 3
    assert [one, two] == deal(40, 2, 2, "seed")
    assert [one, two] != deal(40, 2, 2, "another")


@pytest.mark.parametrize(
    ("coders", "per_passage", "said"),
    [(5, 1, "at least 2 coders"), (5, 0, "at least 2 coders"), (2, 3, "2 coders cannot be 3 for each text")],
)
def test_what_would_say_nothing_of_agreement_is_refused(coders: int, per_passage: int, said: str) -> None:
    with pytest.raises(CannotDeal, match=said):
        deal(10, coders, per_passage, "seed")


def test_a_text_never_goes_back_to_whoever_had_it_and_goes_to_whoever_has_least() -> None:
    left_by_the_first = [Wanted(1, frozenset({0, 1}))] * 3 + [Wanted(1, frozenset({0, 2}))]

    assert [sorted(hand) for hand in deal_on(left_by_the_first, [0, 5, 0], "seed")] == [[], [3], [0, 1, 2]]
    assert [len(hand) for hand in deal_on([Wanted(1)] * 4, [4, 1, 1], "seed")] == [0, 2, 2]


def test_where_nobody_is_left_a_text_gets_fewer() -> None:
    assert deal_on([Wanted(2, frozenset({0}))], [0, 0], "seed") == [[], [0]]
    assert deal_on([Wanted(1, frozenset({0, 1}))], [0, 0], "seed") == [[], []]
