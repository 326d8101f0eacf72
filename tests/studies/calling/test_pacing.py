"""How fast a provider is asked, whoever asks, and how long a row waits after a failure."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.calling.pacing import LONGEST_WAIT, MOST_FAILURES, Bucket, seconds_to_wait

LIMITS = st.integers(min_value=1, max_value=10_000_000)
AMOUNTS = st.floats(min_value=0.001, max_value=1_000_000)
PAUSES = st.floats(min_value=0, max_value=3600)


def test_a_bucket_holds_ten_seconds_worth_and_at_least_one() -> None:
    assert Bucket(600, 0).filled(3600).level == 100
    assert Bucket(1, 0).filled(3600).level == 1
    assert Bucket(600, 0).filled(1).level == 10


def test_without_a_limit_everything_can_be_taken_at_once() -> None:
    free = Bucket(None, 0)
    assert free.holds(10**9)
    assert free.taken(10**9) == free.filled(60) == free
    assert free.seconds_until(10**9) == 0


def test_what_no_bucket_could_hold_needs_a_full_one_and_leaves_a_debt() -> None:
    full = Bucket(600, 100)
    assert full.holds(5000)
    assert full.taken(5000).level == -4900
    assert not Bucket(600, 99).holds(5000)
    assert full.taken(5000).seconds_until(1) == pytest.approx(490.1)


@given(LIMITS, st.lists(st.tuples(PAUSES, AMOUNTS), min_size=1, max_size=60))
def test_no_more_is_taken_than_fills_in_the_time_and_one_bucketful_with_the_last_amount(
    per_minute: int, wishes: list[tuple[float, float]]
) -> None:
    bucket = Bucket(per_minute, 0).filled(3600)
    seconds = taken = last = 0.0
    for pause, amount in wishes:
        bucket = bucket.filled(pause)
        seconds += pause
        if bucket.holds(amount):
            bucket, taken, last = bucket.taken(amount), taken + amount, amount
    most = bucket.size + seconds * per_minute / 60 + last
    assert taken <= most * (1 + 1e-9) + 1e-3


@given(LIMITS, st.floats(min_value=-1_000_000, max_value=1_000_000), AMOUNTS)
def test_after_the_time_it_names_a_bucket_holds_the_amount(
    per_minute: int, level: float, amount: float
) -> None:
    bucket = Bucket(per_minute, level)
    assert bucket.filled(bucket.seconds_until(amount) + 1e-6).holds(amount)


@given(LIMITS, st.floats(min_value=-100, max_value=100), PAUSES, PAUSES)
def test_two_waits_fill_a_bucket_like_one(per_minute: int, level: float, one: float, two: float) -> None:
    bucket = Bucket(per_minute, level)
    assert bucket.filled(one).filled(two).level == pytest.approx(bucket.filled(one + two).level, abs=1e-3)


def test_a_bucket_whose_limit_was_lowered_holds_no_more_than_the_new_one() -> None:
    assert Bucket(60, 5000).filled(0).level == 10


@pytest.mark.parametrize(("failures", "least", "most"), [(1, 1, 3), (2, 2, 6), (5, 16, 48), (8, 128, 384)])
def test_the_wait_doubles_with_jitter(failures: int, least: float, most: float) -> None:
    waits = {seconds_to_wait(failures, None, random.Random(seed)) for seed in range(50)}
    assert len(waits) > 40
    assert least <= min(waits) < max(waits) <= most


@pytest.mark.parametrize(("asked", "waits"), [(0.0, 1), (0.2, 1), (90.0, 90), (86400.0, LONGEST_WAIT)])
def test_what_a_provider_asks_for_is_waited_between_a_second_and_a_quarter_of_an_hour(
    asked: float, waits: float
) -> None:
    assert seconds_to_wait(1, asked, random.Random(1)) == waits


def test_no_wait_of_ours_is_ever_longer_than_the_longest() -> None:
    assert max(seconds_to_wait(MOST_FAILURES, None, random.Random(n)) for n in range(99)) <= LONGEST_WAIT
    assert seconds_to_wait(500, None, random.Random(1)) == LONGEST_WAIT
