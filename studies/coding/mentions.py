"""Where a written reason names one of the two replies, and which.

By the table in `naming`, made so that ordinary words stay: the article "a", "at first", "the right thing".
What it cannot tell stands in docs/coding.md. Letters of other widths are matched as plain ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from studies.coding import naming
from studies.coding.naming import NOUN, ONE, SIDES, STEMS, Needs

_PLACEHOLDER: Final = re.compile(r"\[(?:one|the other) reply\]")
_STOPS: Final = ".!?:;\n\"'(-"
#: So many characters before and behind a name are looked at, whatever the length of the text.
_BEFORE: Final = 24
_BEHIND: Final = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` name the reply shown at `side`."""

    start: int
    end: int
    side: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text as rules see it: as long as the text itself, and what holds for the whole of it."""

    text: str
    has_left: bool
    is_shouted: bool
    is_german: bool

    def before(self, at: int) -> str:
        return self.text[max(at - _BEFORE, 0) : at]

    def after(self, at: int) -> str:
        return self.text[at : at + _BEHIND]


def mentions_of(text: str, slots: tuple[str, str] = ("", "")) -> list[Mention]:
    """All mentions in the order of the text, none over another. `slots`: as a judge's prompt called them."""
    reading = _read(text)
    found: list[Mention] = []
    taken = bytearray(len(text))
    for mention in _candidates(reading, slots):
        if not any(taken[mention.start : mention.end]):
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            found.append(mention)
    named = [mention.start for mention in found]
    if placeholder := _PLACEHOLDER.search(reading.text):
        named.append(placeholder.start())
    first = min(named, default=len(text))
    found += [one for one in _matches(reading, *_POINTING) if one.end <= first]
    return sorted(found, key=lambda mention: mention.start)


def _read(text: str) -> _Reading:
    text = "".join(map(_plain, text)) if not text.isascii() else text
    said = _PLACEHOLDER.sub("", text)
    return _Reading(
        text=text,
        has_left=bool(naming.LEFT.search(text)),
        is_shouted=not re.search(r"[a-z]", said),
        is_german=bool(naming.GERMAN.search(said)),
    )


def _plain(letter: str) -> str:
    """NFKC where that is one character too, so that every place in the text stays."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain if len(plain) == 1 else letter


def _candidates(reading: _Reading, slots: tuple[str, str]) -> Iterator[Mention]:
    """Earlier ones go before later ones: a judge's own names, then the table from top to bottom."""
    for side, slot in enumerate(slots):
        if slot:
            yield from _slotted(reading.text, slot, side)
    for pattern, needs in _RULES:
        yield from _matches(reading, pattern, needs)


def _slotted(text: str, slot: str, side: int) -> Iterator[Mention]:
    """ "R7", "reply R7", "R-7", in capitals or not, also within a word of the answer's form ("R7_better")."""
    name = r"[\s_-]?".join(re.escape(one) for one in (slot[0], slot[1:]) if one)
    pattern = rf"(?:(?:{naming.THE}\s+)?\b{NOUN}\s+)?[\"'(]?(?<![^\W_]){name}(?![^\W_])"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield _spared_quote(text, match, side)


def _spared_quote(text: str, match: re.Match[str], side: int) -> Mention:
    """An opening quote or bracket is taken along only with its closing one."""
    opened = re.search(r"[\"'(](?=[^\"'(]*\Z)", match[0])
    if not opened:
        return Mention(match.start(), match.end(), side)
    closing = {'"': '"', "'": "'", "(": ")"}[opened[0]]
    if text[match.end() : match.end() + 1] == closing:
        return Mention(match.start(), match.end() + 1, side)
    return Mention(match.start() + opened.end(), match.end(), side)


def _matches(reading: _Reading, pattern: re.Pattern[str], needs: Needs) -> Iterator[Mention]:
    span = "name" if "name" in pattern.groupindex else 0
    for match in pattern.finditer(reading.text):
        if _HOLDS[needs](reading, match):
            yield Mention(match.start(span), match.end(span), _side(match["side"].lower()))


def _side(word: str) -> int:
    known = SIDES.get(word)
    return known if known is not None else next(side for stem, side in STEMS.items() if word.startswith(stem))


def _is_unowned(reading: _Reading, match: re.Match[str]) -> bool:
    """Not "her first answer", which is somebody's in the conversation."""
    return not naming.POSSESSED.search(reading.before(match.start()))


def _is_undetermined(reading: _Reading, match: re.Match[str]) -> bool:
    """Not "the answer one would hope for"."""
    return _is_unowned(reading, match) and not naming.DETERMINED.search(reading.before(match.start()))


def _has_no_preposition(reading: _Reading, match: re.Match[str]) -> bool:
    """Not "over the top", nor "in the first message", which may be one of the conversation."""
    return _is_unowned(reading, match) and not naming.PREPOSITION.search(reading.before(match.start()))


def _has_no_other_meaning(reading: _Reading, match: re.Match[str]) -> bool:
    return not naming.NO_REPLY.search(reading.before(match.start("side")))


def _is_letter(reading: _Reading, match: re.Match[str]) -> bool:
    """Whether a capital A or B names a reply. The article begins a sentence; a letter may stand anywhere."""
    if not _has_no_other_meaning(reading, match):
        return False
    after = reading.after(match.end())
    if match["side"] == "B" or reading.is_german or naming.FOLLOWED.match(after):
        return True
    before = reading.before(match.start()).rstrip(" ")
    if before and before[-1] not in _STOPS and not reading.is_shouted:
        return not re.match(r"[\s-]+[Ll]evel", after)
    return _starts_like_a_name(after)


def _starts_like_a_name(after: str) -> bool:
    """What follows a capital A at the start of a sentence: "A uses", "A understands", "A focused on"."""
    words = re.findall(r"[^\W\d_][\w']*", after)[:2]
    if not words or not re.match(r"\s+[^\W\d_]", after):
        return False
    word = words[0]
    if any(re.fullmatch(ONE, one, re.IGNORECASE) for one in words):
        return False
    verb = words[-1] if re.fullmatch(naming.ADVERB, word) else word
    if re.fullmatch(r"\w+[^suia]s", verb) and verb not in naming.NO_VERB:
        return True
    if word[0] in "aeiou" and not naming.ARTICLES.match(word):
        return True
    return bool(naming.COMPARED.match(after) or naming.ACTED.match(after))


_HOLDS: Final[Mapping[Needs, Callable[[_Reading, re.Match[str]], bool]]] = {
    "": lambda reading, match: True,
    "unowned": _is_unowned,
    "undetermined": _is_undetermined,
    "no preposition": _has_no_preposition,
    "no other meaning": _has_no_other_meaning,
    # "Right" is a side where there is a left one; elsewhere it means correct.
    "a left one": lambda reading, match: reading.has_left,
    "German": lambda reading, match: reading.is_german,
    "a letter": _is_letter,
}
_RULES: Final = tuple((re.compile(pattern), needs) for pattern, needs in naming.PATTERNS)
_POINTING: Final[tuple[re.Pattern[str], Needs]] = (re.compile(naming.POINTING), "")
