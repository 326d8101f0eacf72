"""Phrases that may speak of a risk to whoever wrote them."""

from __future__ import annotations

import pytest

from raters.risk import holds_risk
from studies.models.journey import RISK_PHRASES

PHRASES = RISK_PHRASES.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        "I want to die",
        "honestly i WANT  to\ndie.",
        "I\u2019m suicidal, and reading this",
        "im suicidal",
        "I don\u02bct want to live",
        "dont want to live like that",
        "(kill myself)",
    ],
)
def test_a_phrase_is_found_however_it_is_typed(text: str) -> None:
    assert holds_risk(text, PHRASES)


@pytest.mark.parametrize(
    "text",
    ["", "I want to diet", "She wants to die", "skill myself", "kill my self-doubt", "Reply A is better."],
)
def test_only_whole_phrases_count(text: str) -> None:
    assert not holds_risk(text, PHRASES)


def test_empty_phrases_match_nothing() -> None:
    assert not holds_risk("anything", ["", "  "])
    assert not holds_risk("anything", ())


def test_a_phrase_is_text_and_no_pattern() -> None:
    assert not holds_risk("abc", ["a.c"])
    assert holds_risk("what (if)", ["(if)"])
