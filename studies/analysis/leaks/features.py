"""Eighteen features of a reply that are style alone: nothing of what it says. Defined in docs/methods.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from studies.analysis.clustering import Floats

Measure = Callable[[str], float]
_CLOSING: Final = r"[\"'\u2019\u201d)\]]*"
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Feature:
    """`key` names it in tables, `title` is read, `measure` gives its value for one reply as shown."""

    key: str
    title: str
    measure: Measure


def _count(pattern: str) -> Measure:
    compiled = re.compile(pattern)
    return lambda text: float(len(compiled.findall(text)))


def _words(text: str) -> float:
    return float(np.log1p(len(text.split())))


def _characters(text: str) -> float:
    return float(np.log1p(len(text)))


def _letters_per_word(text: str) -> float:
    return len(_LETTER.findall(text)) / max(len(text.split()), 1)


def _capital_start(text: str) -> float:
    first = _LETTER.search(text)
    return float(first is not None and first[0].isupper())


#: Of HEART's replies, these tell models apart about as well as any (docs/methods.md, Leaks).
FEATURES: Final[tuple[Feature, ...]] = (
    Feature("words", "Words (logarithm)", _words),
    Feature("characters", "Characters (logarithm)", _characters),
    Feature("letters_per_word", "Letters per word", _letters_per_word),
    Feature("sentences", "Ends of sentences", _count(rf"[.!?\u2026]+(?={_CLOSING}(?:\s|$))")),
    Feature("em_dashes", "Em dashes", _count(r"[\u2014\u2015\u2e3a\u2e3b]|(?<!-)--+")),
    Feature("hyphens", "Hyphens and other dashes", _count(r"(?<!-)-(?!-)|[\u2010-\u2013\u2212]")),
    Feature("ellipses", "Ellipses", _count(r"\u2026|\.{2,}")),
    Feature("curly_quotes", "Curly quotes and apostrophes", _count(r"[\u2018-\u201f]")),
    Feature("straight_quotes", "Straight quotes and apostrophes", _count("[\"']")),
    Feature("commas", "Commas", _count(",")),
    Feature("colons", "Colons and semicolons", _count("[:;]")),
    Feature("question_marks", "Question marks", _count(r"\?")),
    Feature("exclamation_marks", "Exclamation marks", _count("!")),
    Feature("lower_i", "The word i in lower case", _count(r"\bi\b")),
    Feature("capital_start", "Begins with a capital", _capital_start),
    Feature("final_mark", "Ends with a final mark", _count(rf"[.!?\u2026]{_CLOSING}\s*$")),
    Feature(
        "odd_gaps",
        "Odd gaps",
        _count(r"[^\S\n]{2,}|(?<=\S)\s(?=[,.!?;:])|\A\s|(?<=\S)\s\Z|\t|[,!?;:](?=[^\W\d_])"),
    ),
    Feature(
        "layout",
        "Line breaks, markdown, emoji",
        _count(r"\n|[*#_~`\u2022\u2023\u25e6]|[\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff]"),
    ),
)


def measured(texts: Sequence[str]) -> Floats:
    """A row a text, a column a feature, in the order of FEATURES; counts, logarithms or 0 and 1."""
    rows = [[feature.measure(text) for feature in FEATURES] for text in texts]
    return np.array(rows, dtype=np.float64).reshape(len(texts), len(FEATURES))
