from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from raters import paying


@pytest.mark.parametrize(
    ("reward", "done", "planned", "at_least", "expected"),
    [
        (500, 0, 20, 0, 0),
        (500, 1, 20, 0, 25),
        (500, 20, 20, 0, 500),
        (500, 1, 3, 0, 167),  # 166.67
        (500, 2, 3, 0, 334),  # 333.33: up, not to the nearest
        (100, 1, 100, 0, 1),
        (1, 1, 1000, 0, 1),
        (0, 3, 4, 0, 0),
        (500, 1, 20, 40, 40),
        (500, 2, 20, 40, 50),
        (500, 0, 0, 40, 40),
        (500, 0, 0, 0, 0),
        (500, 25, 20, 0, 500),
        (333, 7, 9, 0, 259),  # exactly 259
    ],
)
def test_the_share_is_rounded_up_to_the_minor_unit(
    reward: int, done: int, planned: int, at_least: int, expected: int
) -> None:
    assert paying.pro_rata(reward, done=done, planned=planned, at_least=at_least) == expected


@pytest.mark.parametrize(
    ("reward", "seconds", "expected"),
    [(408, 24 * 60, 1020), (500, 1800, 1000), (500, 1801, 999), (0, 60, 0), (500, 0, None), (1, 0.5, 7200)],
)
def test_what_an_hour_pays_is_rounded_down(reward: int, seconds: float, expected: int | None) -> None:
    assert paying.hourly(reward, seconds=seconds) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([], 0),
        ([5], 5),
        ([15], 15),
        ([16], 0),
        ([12, 5], 12),
        ([10, 30, 40], 20),
        ([10, 10], 10),
        ([-3, 10], 10),
    ],
)
def test_time_at_work_leaves_out_gaps_that_are_too_long(minutes: list[int], expected: int) -> None:
    start = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
    signs = [start + timedelta(minutes=minute) for minute in minutes]

    worked = paying.at_work(start, signs, longest_gap=timedelta(minutes=15))

    assert worked == timedelta(minutes=expected)


@pytest.mark.parametrize(
    ("minor", "currency", "amount", "words"),
    [
        (1020, "GBP", "10.20", "£10.20"),
        (5, "USD", "0.05", "$0.05"),
        (100, "EUR", "1.00", "€1.00"),
        (123456, "CHF", "1234.56", "1234.56 CHF"),
        (0, "GBP", "0.00", "£0.00"),
    ],
)
def test_amounts_are_written_with_two_decimals(minor: int, currency: str, amount: str, words: str) -> None:
    assert paying.amount(minor) == amount
    assert paying.in_words(minor, currency) == words
