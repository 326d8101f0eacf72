"""Eighteen features, each with its exact value."""

from __future__ import annotations

import math

import pytest

from studies.analysis.leaks.features import FEATURES, measured

TITLES = {feature.key: at for at, feature in enumerate(FEATURES)}


def value(text: str, key: str) -> float:
    return float(measured([text])[0, TITLES[key]])


def test_there_are_eighteen_with_names_of_their_own() -> None:
    assert len({feature.key for feature in FEATURES}) == len({feature.title for feature in FEATURES}) == 18


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("words", "one two  three", math.log(4)),
        ("characters", "abc de", math.log(7)),
        ("letters_per_word", "It's 24 o'clock", (3 + 0 + 6) / 3),
        ("sentences", "Oh... Really?! \u201cYes.\u201d 3.5 is fine", 3),
        ("em_dashes", "a \u2014 b--c - d-e", 2),
        ("hyphens", "well-known \u2013 a - b -- c", 3),
        ("ellipses", "so\u2026 well... no.", 2),
        ("curly_quotes", "it\u2019s \u201cfine\u201d 'ok'", 3),
        ("straight_quotes", 'it\'s "fine" it\u2019s', 3),
        ("commas", "a, b, c", 2),
        ("colons", "first: a; b", 2),
        ("question_marks", "Why? How??", 3),
        ("exclamation_marks", "Oh! No!", 2),
        ("lower_i", "i think i'm in it, I said", 2),
        ("capital_start", "\u201cHello", 1),
        ("capital_start", "hello There", 0),
        ("capital_start", "24 hours", 0),
        ("final_mark", "It is.\u201d ", 1),
        ("final_mark", "It is", 0),
        ("odd_gaps", " a  b ,c\td", 5),
        ("odd_gaps", "A plain one, with nothing odd.\n\nReally: nothing.", 0),
        ("layout", "**Rest**\n- talk \U0001f600", 6),
    ],
)
def test_a_feature_counts_what_it_says(key: str, text: str, expected: float) -> None:
    assert value(text, key) == pytest.approx(expected, abs=1e-12)


def test_nothing_at_all_can_be_measured() -> None:
    assert measured([""]).tolist() == [[0.0] * 18]
    assert measured([]).shape == (0, 18)
