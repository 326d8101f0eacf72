"""What a reply shows when it came: flags for a researcher and for counts by system. Nothing is repaired.

Conservative by design: a flag that is raised should be right; a wrong-role reply in mild words gets none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from studies.comparison import ShownTurn
from studies.generation.prompts import LengthPolicy
from studies.importing.lint import shape, voice


class Flag(StrEnum):
    """Something about a reply that the study's policy did not ask for."""

    EMPTY = "empty"
    OVER_LONG = "over_long"
    WRONG_ROLE = "wrong_role"
    MARKDOWN = "markdown"
    LABEL_PREFIX = "label_prefix"
    SEVERAL_REPLIES = "several_replies"
    SELF_IDENTIFICATION = "self_identification"


#: A turn of fewer words is repeated by chance ("Thank you.").
FEWEST_ECHOED: Final = 5

_SEEKER: Final = r"seeker|help[ -]?seeker|patient|client|user"
_SUPPORTER: Final = r"supporter|assistant|helper|therapist|counsell?or|listener"
_OPEN, _CLOSE = r"[*_\[(\"']{0,3}", r"[*_\])\"']{0,3}"
_LABEL: Final = re.compile(
    rf"\s*{_OPEN}(?:(?P<seeker>{_SEEKER})|{_SUPPORTER}"
    rf"|(?:(?:the )?supporter's )?(?:next )?(?:reply|response)){_CLOSE}\s*:",
    re.IGNORECASE,
)
#: A label at the beginning of a later line, or of a sentence; there only the two of the prompt are sure.
_LATER_LABEL: Final = re.compile(
    rf"\n\s*{_OPEN}(?i:{_SEEKER}|{_SUPPORTER}){_CLOSE}\s*:|[.!?…\"]\s+(?:Seeker|Supporter):"
)
_CHOICE: Final = re.compile(
    r"^\W*(?:option|reply|response|version|alternative|variant) ?#?(?:[1-9]|[a-d]|one|two|three)\b\W*[:.)\-]",
    re.IGNORECASE | re.MULTILINE,
)
_ITALIC: Final = re.compile(r"(?<![\w*])\*[^\s*](?:[^*\n]*[^\s*])?\*(?![\w*])|(?<![\w_])__[^_\n]+__(?![\w_])")

_ABBREVIATION: Final = re.compile(r"\b(?:mr|mrs|ms|dr|st|vs|etc|e\.g|i\.e|a\.m|p\.m)\.", re.IGNORECASE)
#: An end mark before a space and anything but a small letter, or a blank line.
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"')\]\u201d\u2019]*\s+(?![a-zß-öø-ÿ])|\n\s*\n")

_STRAIGHT: Final = str.maketrans({"\u2018": "'", "\u2019": "'"})
_WORD: Final = re.compile(r"[^\W_]+")


def flags_of(text: str, *, policy: LengthPolicy, turns: Sequence[ShownTurn]) -> frozenset[Flag]:
    """Every flag that `text`, as it came, deserves as a reply to `turns`. A blank one is only EMPTY."""
    if shape.is_placeholder(text):
        return frozenset({Flag.EMPTY})
    lowered = text.lower().translate(_STRAIGHT)
    words = frozenset(_WORD.findall(lowered))
    found = {
        Flag.OVER_LONG: is_over_long(text, policy),
        Flag.WRONG_ROLE: _speaks_as_seeker(text, lowered, words) or _echoes_seeker(lowered, turns),
        Flag.MARKDOWN: "markdown" in shape.formatting(text) or _ITALIC.search(text) is not None,
        Flag.LABEL_PREFIX: _LABEL.match(text) is not None,
        Flag.SEVERAL_REPLIES: _holds_several(text),
        Flag.SELF_IDENTIFICATION: bool(voice.self_identification(lowered, words)),
    }
    return frozenset(flag for flag, is_so in found.items() if is_so)


def is_over_long(text: str, policy: LengthPolicy) -> bool:
    """More words, or more sentences, than the policy allows. Words are what white space separates."""
    if policy.max_words is not None and len(text.split()) > policy.max_words:
        return True
    return policy.max_sentences is not None and sentences_in(text) > policy.max_sentences


def sentences_in(text: str) -> int:
    """How many sentences: pieces with a word, cut after . ! ? or … if no small letter follows."""
    pieces = _SENTENCE_END.split(_ABBREVIATION.sub("abbreviation", text))
    return sum(1 for piece in pieces if _WORD.search(piece))


def _speaks_as_seeker(text: str, lowered: str, words: frozenset[str]) -> bool:
    label = _LABEL.match(text)
    if label is not None and label["seeker"]:
        return True
    return bool(voice.seeker_voice(lowered, words))


def _echoes_seeker(lowered: str, turns: Sequence[ShownTurn]) -> bool:
    """Whether the reply says word for word what the seeker said in a turn."""
    said = _WORD.findall(lowered)
    if len(said) < FEWEST_ECHOED:
        return False
    return any(
        turn.speaker == "seeker" and _WORD.findall(turn.text.lower().translate(_STRAIGHT)) == said
        for turn in turns
    )


def _holds_several(text: str) -> bool:
    return _LATER_LABEL.search(text) is not None or len(_CHOICE.findall(text)) > 1
