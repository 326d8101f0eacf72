"""Where a written reason names one of the two replies, and which: "Reply A", "the second one", "B".

Rules for English and German, made so that ordinary words stay: the article "a", "at first", "the right
thing". What they cannot tell stands in docs/coding.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

#: Which reply of the two, as shown.
FIRST: Final = 0
SECOND: Final = 1
_SIDES: Final = {
    **dict.fromkeys(
        ("a", "1", "one", "eins", "first", "1st", "left", "top", "upper", "above", "former"), FIRST
    ),
    **dict.fromkeys(("b", "2", "two", "zwei", "second", "2nd", "right", "bottom", "lower", "below"), SECOND),
    "latter": SECOND,
}
_GERMAN: Final = {
    "erst": FIRST,
    "link": FIRST,
    "ober": FIRST,
    "zweit": SECOND,
    "recht": SECOND,
    "unter": SECOND,
    "letzter": SECOND,
}

_REPLY: Final = (
    r"reply|response|answer|option|supporter|counsell?or|therapist|helper|version|candidate|responder|assistant|"
    r"antwort|reaktion|erwiderung|variante|möglichkeit"
)
#: What can stand before a letter or a number, and what after "the first".
_NOUN: Final = rf"(?:{_REPLY}|choice|text|message|person|nachricht)"
_ONE: Final = rf"(?:{_REPLY}|one)"
_NOUNS: Final = r"(?:replies|responses|answers|options|versions|supporters|antworten|reaktionen|varianten)"
_THE: Final = r"(?:the|die|der|das|den|dem|des)"
#: Verbs that tell something of a reply.
_VERB: Final = (
    r"(?:is|isn't|was|wasn't|has|had|does|doesn't|did|didn't|can|can't|could|couldn't|would|wouldn't|will|won't|"
    r"might|may|should|must|feels?|felt|sounds?|seems?|seemed|shows?|showed|asks?|asked|gives?|gave|listens?|"
    r"listened|validates?|acknowledges?|offers?|offered|tries|tried|takes|took|makes|made|goes|went|gets|got|keeps|"
    r"kept|helps|helped|lets|jumps|jumped|comes|came|tells|told|says|said|reads|wins|looks|looked|responds|"
    r"reflects|uses|used|names|named|ignores|ignored|stays|stayed|meets|met|misses|missed|engages|"
    r"ist|war|hat|hatte|wirkt|wirkte|klingt|klang|fragt|fragte|geht|ging|zeigt|zeigte|hört|gibt|gab|nimmt|nahm|"
    r"bleibt|blieb|macht|scheint|gefällt|spricht|bietet|hilft|fühlt|trifft|sagt|kann|wäre|würde)"
)
_LINK: Final = (
    r"(?:because|since|over|than|but|not|whereas|though|although|weil|da|als|aber|denn|nicht|auch|eher)"
)
_AND: Final = r"(?:\s+(?:and|or|vs\.?|versus|und|oder|nor)\s+|\s*[/&<>=]\s*)"
#: After a name that is no name in every place: an end, a verb, or a word that ties it to the rest.
_THEN: Final = rf"(?=[\"']|\s*(?:[,.;:!?)\]<>=]|$|\n|\s-\s)|\s+(?:{_VERB}|{_LINK})\b)"
_CHOSE: Final = r"(?:prefer(?:red)?|chose|choose|pick(?:ed)?|than|favou?r(?:ed)?)"
#: Before a letter that is the name of something else.
_NO_REPLY: Final = re.compile(
    r"\b(?:plan|vitamins?|hepatitis|type|grade|step|point|appendix|class|level|category|schedule|section|part|group|"
    r"blood|exhibit|(?-i:an?)|from|from a to|typ|klasse|stufe|punkt|schritt|teil|gruppe|von a bis)\s+\Z",
    re.IGNORECASE,
)
_POSSESSED: Final = re.compile(
    r"(?:'s|s'|\b(?:her|his|my|your|their|our|its|a|an|whose|ihre?|seine?|meine?))\s+\Z", re.I
)
_NO_VERB: Final = {
    "means",
    "series",
    "lens",
    "perhaps",
    "always",
    "sometimes",
    "news",
    "towards",
    "yes",
    "lots",
}
_ADVERB: Final = re.compile(
    r"also|always|just|never|still|(?!family|lovely|friendly|lonely|early|daily)\w+ly"
)
_ARTICLES: Final = re.compile(r"(?:one|once|uni|use|usu|usa|eu|u\b)", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"\[(?:one|the other) reply\]")
_STOPS: Final = ".!?:;\n\"'(-"


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start` to `end` name the reply shown at `side`."""

    start: int
    end: int
    side: int


Rule = Callable[[str], Iterator[Mention]]


def mentions_of(text: str, slots: tuple[str, str] = ("", "")) -> list[Mention]:
    """All mentions in the order of the text, none over another. `slots`: as a judge's prompt called them."""
    found: list[Mention] = []
    for rule in (_slotted(slots), *_RULES):
        found += [mention for mention in rule(text) if _is_apart(mention, found)]
    named = min((mention.start for mention in found), default=len(text))
    if placeholder := _PLACEHOLDER.search(text):
        named = min(named, placeholder.start())
    # "The latter" points back to what was named before it, if anything was; that order tells no position.
    found += [mention for mention in _POINTING(text) if mention.start < named and _is_apart(mention, found)]
    return sorted(found, key=lambda mention: mention.start)


def _is_apart(mention: Mention, found: list[Mention]) -> bool:
    return not any(mention.start < other.end and other.start < mention.end for other in found)


def _slotted(slots: tuple[str, str]) -> Rule:
    """ "R7", "reply R7", "R-7", in capitals or not, also within a word of the answer's form ("R7_better")."""

    def rule(text: str) -> Iterator[Mention]:
        for side, slot in enumerate(slots):
            if slot:
                name = r"[\s_-]?".join(re.escape(one) for one in (slot[0], slot[1:]) if one)
                pattern = rf"(?:(?:{_THE}\s+)?\b{_NOUN}\s+)?[\"'(]?(?<![^\W_]){name}(?![^\W_])"
                for match in re.finditer(pattern, text, re.IGNORECASE):
                    yield _spared_quote(text, match, side)

    return rule


def _spared_quote(text: str, match: re.Match[str], side: int) -> Mention:
    """An opening quote or bracket is taken along only with its closing one."""
    opened = re.search(r"[\"'(](?=[^\"'(]*\Z)", match[0])
    if not opened:
        return Mention(match.start(), match.end(), side)
    closing = {'"': '"', "'": "'", "(": ")"}[opened[0]]
    if text[match.end() : match.end() + 1] == closing:
        return Mention(match.start(), match.end() + 1, side)
    return Mention(match.start() + opened.end(), match.end(), side)


def _rule(pattern: str, *, holds: Callable[[str, re.Match[str]], bool] = lambda text, match: True) -> Rule:
    """Each match of a pattern whose group `side` tells which; `name`, where there is one, is the mention."""
    compiled = re.compile(pattern)
    span = "name" if "name" in compiled.groupindex else 0

    def rule(text: str) -> Iterator[Mention]:
        for match in compiled.finditer(text):
            if holds(text, match):
                yield Mention(match.start(span), match.end(span), _side(match["side"]))

    return rule


def _side(word: str) -> int:
    word = word.lower().removesuffix("-hand")
    known = _SIDES.get(word)
    return (
        known if known is not None else next(side for stem, side in _GERMAN.items() if word.startswith(stem))
    )


def _is_unowned(text: str, match: re.Match[str]) -> bool:
    """Not "her first answer", which is somebody's in the conversation."""
    return not _POSSESSED.search(text[: match.start()])


def _has_no_other_meaning(text: str, match: re.Match[str]) -> bool:
    return not _NO_REPLY.search(text[: match.start()])


def _speaks_of_sides(text: str, match: re.Match[str]) -> bool:
    """ "Right" is a side where there is a left one; elsewhere it means correct."""
    return _side(match["side"]) == FIRST or bool(_LEFT.search(text))


def _is_letter(text: str, match: re.Match[str]) -> bool:
    """Whether a capital A or B names a reply. The article begins a sentence; a letter may stand anywhere."""
    if not _has_no_other_meaning(text, match):
        return False
    if match["side"] == "B":
        return True
    after = text[match.end() :]
    if _FOLLOWED.match(after):
        return True
    before = text[: match.start()].rstrip(" ")
    is_shouted = not re.search(r"[a-z]", _PLACEHOLDER.sub("", text))
    if before and before[-1] not in _STOPS and not is_shouted:
        return not re.match(r"[\s-]+[Ll]evel", after)
    return _starts_like_a_name(after)


def _starts_like_a_name(after: str) -> bool:
    """What follows a capital A at the start of a sentence: "A uses", "A understands", "A focused on"."""
    words = re.findall(r"[^\W\d_][\w']*", after[:60])[:2]
    if not words or not re.match(r"\s+[^\W\d_]", after):
        return False
    word = words[0]
    if any(re.fullmatch(_ONE, one, re.IGNORECASE) for one in words):
        return False
    verb = words[-1] if _ADVERB.fullmatch(word) else word
    if re.fullmatch(r"\w+[^suia]s", verb) and verb not in _NO_VERB:
        return True
    if re.match(rf"\s+(?:(?:more|less)\s+)?\w+\s+than\s+(?:{_NOUN}\s+)?B\b", after):
        return True
    if word[0] in "aeiou" and not _ARTICLES.match(word):
        return True
    return bool(re.match(r"\s+\w+ed\s+(?:on|to|the|her|him|them|his|their|with|how|what|that|it)\b", after))


_LEFT: Final = re.compile(
    rf"(?i)\b(?:on the left|left(?:-hand)?\s+{_ONE}|(?:the|die|der)\s+(?:left|linke\w?)\b)"
    r"|\[(?:one|the other) reply\]"
)
_FOLLOWED: Final = re.compile(
    rf"(?:'s\b|\"|\s*(?:[,.;:!?)\]<>=]|$|\n|\s-\s)|{_AND}(?:{_NOUN}\s+)?[B2]\b|\s+(?:{_VERB}|{_LINK})\b)",
    re.IGNORECASE,
)
_NUMBER: Final = r"(?:number\s+|n[or]\.\s*|n[or]\s+(?=\d)|#\s*)?"
_SIDE_HAND: Final = (
    r"the\s+(?P<side>left|right)(?:-hand)?(?:\s+side)?\b"
    r"(?!\s+(?:track|path|page|lines?|foot|way|direction|note|of)\b)"
)
_SIDE_OF: Final = r"(?P<side>first|second|1st|2nd|left(?:-hand)?|top|bottom|upper|lower)"
_GERMAN_SIDE: Final = r"(?P<side>(?:erst|zweit|link|recht|ober|unter)e[nrs]?)"

_POINTING: Final = _rule(
    rf"(?i)\b(?:the\s+|(?:{_THE}\s+)?(?=erst|letzt))(?P<side>former|latter|(?:erst|letzt)ere[nrs]?)(?:\s+{_ONE})?\b"
)
_RULES: Final[tuple[Rule, ...]] = (
    _rule(rf"(?i:(?:\b{_THE}\s+)?\b{_NOUN}\s+{_NUMBER})(?P<side>[ABb12])(?![\w-])"),
    _rule(rf"(?i:(?:\b{_THE}\s+)?\b{_NOUN}\s+{_NUMBER}[\"'(\[])(?P<side>[ABab12])[\"')\]]"),
    _rule(
        rf"(?i)(?:\b{_THE}\s+)?\b{_NOUN}\s+{_NUMBER}(?P<side>a|one|two|eins|zwei)"
        rf"(?:{_THEN}|(?=\s+(?:more|better|most|too|also)\b)|(?={_AND}{_NOUN}\b))",
        holds=_is_unowned,
    ),
    _rule(
        rf"(?i)(?:\b{_THE}\s+)?(?<![\w-]){_SIDE_OF}\s+{_ONE}\b(?!\s+or\s+(?:two|three|more)\b)",
        holds=_is_unowned,
    ),
    _rule(rf"(?i)(?:\b{_THE}\s+)?\b{_GERMAN_SIDE}\s+{_ONE}\b", holds=_is_unowned),
    _rule(rf"(?i)(?:\bthe\s+)?\b(?P<side>right(?:-hand)?)\s+{_ONE}\b", holds=_speaks_of_sides),
    _rule(rf"(?i)\b(?:the\s+)?{_ONE}\s+on\s+{_SIDE_HAND}"),
    _rule(rf"(?i)\bon\s+(?P<name>{_SIDE_HAND})"),
    _rule(rf"(?i)\b(?:the\s+)?{_ONE}\s+(?P<side>above|below)\b"),
    _rule(
        rf"(?i)\bthe\s+(?P<side>first|second|1st|2nd|left)(?:{_THEN}|(?={_AND}(?:the\s+)?(?:first|second|right)\b))"
    ),
    _rule(
        rf"(?i)\bthe\s+(?P<side>right)(?=\s+(?:{_VERB}|{_LINK})\b|\s*[,.;!?]|\s*$)", holds=_speaks_of_sides
    ),
    _rule(
        rf"(?i)\b(?:die|der)\s+(?P<side>(?:erst|zweit|link|recht|ober|unter)en?)(?:{_THEN}|(?=\s+(?:besser|mehr)\b))"
    ),
    _rule(
        r"(?:^|(?<=[.!?\n]\s))(?P<side>First|Second|1st|2nd)"
        r"(?=\s+(?:is|was|feels|felt|sounds|seems|seemed)\b(?!\s+(?:that|because|how|the)\b))"
    ),
    _rule(r"(?<![\w'])'(?P<name>(?P<side>[AB]))'(?!\w)", holds=_has_no_other_meaning),
    _rule(rf"(?i)\b{_NOUNS}\s+(?P<name>(?P<side>[ab12]))(?={_AND}(?:{_NOUN}\s+)?[ab12]\b)"),
    _rule(rf"(?i)\b{_NOUNS}\s+[ab12]{_AND}(?P<name>(?P<side>[ab12]))\b"),
    _rule(
        r"(?<![\w'-])(?:(?<!\.)|(?<=[a-z]{3}\.))(?P<side>[AB])(?![\w-]|/c\b|\+|\.\w(?!\w))", holds=_is_letter
    ),
    _rule(r"(?<![\w'./-])(?P<side>b)(?![\w'-]|/c\b|\.\w)", holds=_has_no_other_meaning),
    _rule(
        rf"(?<![\w'.-])(?P<side>a)(?=\s+(?:is|isn't|was|wasn't|has|does|doesn't|seems|feels|sounds)\b|{_AND}b\b)"
    ),
    _rule(rf"(?i)\b(?:{_CHOSE}|liked?|over|for|is|with|to)\s+(?P<name>(?P<side>a)){_THEN}"),
    _rule(rf"(?i)\b{_CHOSE}\s+(?P<name>(?P<side>[12])){_THEN}"),
    _rule(rf"(?i)(?:^|(?<=[.!?\n]\s)|(?<=[.!?\n]))(?P<side>[12])(?=\s+(?:{_VERB}|{_LINK})\b|{_AND}[12]\b)"),
    _rule(rf"(?i)(?:#\s?|\bnumber\s+|\bno\.\s?|\bnr\.\s?)(?P<side>[12]|one|two|eins|zwei){_THEN}"),
)
