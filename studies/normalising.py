"""What is shown of a reply: a versioned profile for its typography. The raw text is always kept.

Dashes, quotes and markdown tell a model from a person before a word is read. A profile evens these out and
nothing else: the letters and digits stay the same, in the same order, and no two words are joined or split.
Typing errors, capitals and final stops are part of what was written, and stay.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

Rule = Callable[[str], str]


class UnknownProfile(Exception):
    """No profile of that name; the message lists the known ones."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the shown text differs: `before` stands at character `at` of the raw text."""

    at: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stays, then what stands after it: before, and as shown."""

    kept: str
    before: str = ""
    after: str = ""


class Kind(StrEnum):
    """What a change is about."""

    QUOTES = "quotes"
    DASHES = "dashes"
    ELLIPSES = "ellipses"
    MARKDOWN = "markdown"
    SPACES = "spaces"


_CHARACTERS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        "\u2026": "...",
        # Hyphens of other widths, the en dash and the minus sign; the em dash needs its surroundings.
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
    }
)
#: An em dash, its longer kin, or two hyphens typed for one.
_DASH: Final = re.compile(
    r"[ \t]*(?:[\u2014\u2015\u2e3a\u2e3b]+|(?<=\w)--+(?=\w)|(?<=\s)--+(?=\s|$)|(?<=\w)--+(?=\s|$))[ \t]*"
    r"(?P<last>(?=$|[?!.,;:)\]}]|[\"'](?:\s|$)))?",
    re.MULTILINE,
)

_RULE_LINE: Final = re.compile(r"^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_FENCE: Final = re.compile(r"^[ \t]*(?:`{3,}|~{3,})", re.MULTILINE)
#: Headings, block quotes and bullets. Numbers stay: they are characters of the text.
_LINE_MARK: Final = re.compile(r"^[ \t]*(?:#{1,6}|>+|[-*\u2022\u2023\u25e6])[ \t]+(?=\S)", re.MULTILINE)
_LINK: Final = re.compile(r"(?<!\w)!?\[([^\[\]\n]+)\]\((https?://[^\s()]+)\)")


def _around(mark: str, most: int) -> re.Pattern[str]:
    """Text between marks that open after a gap and close before one, so that no words are joined."""
    return re.compile(
        rf"(?<![\w{mark}])(?P<mark>{mark}{{1,{most}}})(?=[^\s{mark}])"
        rf"(?P<text>[^{mark}\n]*[^\s{mark}])(?P=mark)(?![\w{mark}])"
    )


_MARKED: Final = (
    ("*", _around(r"\*", 3)),
    ("_", _around("_", 3)),
    ("~", _around("~", 2)),
    ("`", _around("`", 2)),
)

#: Every gap within a line but the single plain space; the control characters are the tab and its like.
_SPACES: Final = re.compile(
    r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]{2,}|[^\S \n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
)
_LINE_ENDS: Final = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: Marks of no width, where they do not stand inside a word.
_NO_WIDTH: Final = re.compile(
    "(?<![^\\W_])(?<![\u200b\u2060\ufeff\u00ad])[\u200b\u2060\ufeff\u00ad]++"
    "|[\u200b\u2060\ufeff\u00ad]++(?![^\\W_])"
)


#: By which characters a change is known; the hyphen is a matter of what is left.
_SIGNS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.QUOTES: frozenset("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f"),
    Kind.DASHES: frozenset("\u2010\u2011\u2012\u2013\u2212\u2014\u2015\u2e3a\u2e3b"),
    Kind.ELLIPSES: frozenset("\u2026"),
    Kind.MARKDOWN: frozenset("*_~`#>[]\u2022\u2023\u25e6"),
}


def _typography(text: str) -> str:
    """Straight quotes, three full stops, plain hyphens; an em dash becomes a hyphen between spaces."""
    # Looking whether there is anything to do costs a tenth of doing it, and most texts are plain.
    if not text.isascii():
        text = text.translate(_CHARACTERS)
    elif "--" not in text:
        return text
    return _DASH.sub(_spaced_hyphen, text)


def _spaced_hyphen(found: re.Match[str]) -> str:
    return " -" if found["last"] is not None else " - "


def _markdown(text: str) -> str:
    """Without the marks; a link keeps its words and its address."""
    text = _FENCE.sub("", _RULE_LINE.sub("", text))
    text = _LINE_MARK.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1 (\2)", text)
    for mark, pattern in _MARKED:
        if mark in text:
            text = pattern.sub(r"\g<text>", text)
    return text


def _spacing(text: str) -> str:
    """Single plain spaces, none at the ends of lines, at most one blank line, nothing around the whole."""
    if not text.isascii():
        text = _NO_WIDTH.sub("", text)
    text = _SPACES.sub(" ", _LINE_ENDS.sub("\n", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)).strip()


#: By name, as stored with a study. A profile never changes; a better one gets a name of its own.
PROFILES: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType(
    {
        "none": (),
        "plain-1": (_spacing, _markdown, _typography, _spacing),
    }
)


def shown(text: str, profile: str) -> str:
    """`text` as the profile shows it; showing that again changes nothing. Raises UnknownProfile."""
    if profile not in PROFILES:
        raise UnknownProfile(f"unknown profile {profile!r}; known are: {', '.join(PROFILES)}")
    # Taking marks away can bare others (a bullet behind a heading), so the rules run until all is plain.
    # Every rule takes away characters that none brings in, so that this ends.
    while (plainer := _once(text, PROFILES[profile])) != text:
        text = plainer
    return text


def diff(text: str, profile: str) -> list[Change]:
    """Where and how the shown text differs from the raw one, in order. Raises UnknownProfile."""
    return [_trimmed(*changed) for changed in _changed_gaps(text, profile)]


def pieces(text: str, profile: str) -> list[Piece]:
    """The whole text, cut after each place where the shown one differs. Raises UnknownProfile."""
    cut, start = [], 0
    for change in diff(text, profile):
        cut.append(Piece(text[start : change.at], change.before, change.after))
        start = change.at + len(change.before)
    return [*cut, Piece(text[start:])]


def kinds_of(text: str, profile: str) -> frozenset[Kind]:
    """What the profile changes in a text; empty if it is shown as it came. Raises UnknownProfile."""
    found: set[Kind] = set()
    for _, old, new in _changed_gaps(text, profile):
        found |= _kinds_between(old, new)
    return frozenset(found)


def _once(text: str, rules: tuple[Rule, ...]) -> str:
    for rule in rules:
        text = rule(text)
    return text


def _changed_gaps(text: str, profile: str) -> Iterator[tuple[int, str, str]]:
    """Where something changes between two letters or digits: the place, and what stands there in both."""
    after = shown(text, profile)
    if after == text:
        return
    for (at, old), (_, new) in zip(_gaps(text), _gaps(after), strict=True):
        if old != new:
            yield at, old, new


def _kinds_between(old: str, new: str) -> set[Kind]:
    """By the characters that are gone. A hyphen that leaves none behind was a bullet or a rule."""
    gone = set(Counter(old) - Counter(new))
    kinds = {kind for kind, signs in _SIGNS.items() if gone & signs}
    if "-" in gone:
        kinds.add(Kind.DASHES if "-" in new else Kind.MARKDOWN)
    return kinds or {Kind.SPACES}


def _gaps(text: str) -> list[tuple[int, str]]:
    """What stands before, between and after the letters and digits, with its place; often nothing."""
    places = [-1, *(index for index, one in enumerate(text) if one.isalnum()), len(text)]
    return [(left + 1, text[left + 1 : right]) for left, right in itertools.pairwise(places)]


def _trimmed(at: int, old: str, new: str) -> Change:
    """The change without what is alike at both ends."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Change(at + head, old[head : len(old) - tail], new[head : len(new) - tail])
