"""Traces of a person in somebody's own words: what a reviewer should look at twice. Hints only."""

from __future__ import annotations

import re
from typing import Final

#: What to look for, in the order in which it is told. None of them is complete: a name can be any word.
_TRACES: Final = {
    "an e-mail address": re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]{2,}"),
    "a web address": re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|co\.uk|de|eu)\b", re.I),
    "a long number": re.compile(r"(?<!\w)\+?\d(?:[\s()/.-]?\d){6,}(?!\w)"),
    "a handle": re.compile(r"(?<![\w@])@\w{2,}"),
    "a date": re.compile(r"\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"),
    "a name": re.compile(
        r"\b(?i:my name is|my name's|i'm called|mr|mrs|ms|dr|ich heiße|mein name ist|herr)\.? +[A-ZÄÖÜ]\w+"
    ),
    "the writer's own life": re.compile(
        r"\b(?:my (?:husband|wife|partner|son|daughter|mum|mom|mother|father|dad|brother|sister|doctor|boss|"
        r"therapist|diagnosis|depression|anxiety)|i (?:was|am|have been|got) (?:diagnosed|abused|suicidal)|"
        r"when i was|as a (?:nurse|teacher|doctor|therapist|survivor))\b",
        re.I,
    ),
}


def traces_in(text: str) -> tuple[str, ...]:
    """Which kinds of trace stand in a text, in words; none of them means only that none was recognised."""
    return tuple(name for name, pattern in _TRACES.items() if pattern.search(text))
