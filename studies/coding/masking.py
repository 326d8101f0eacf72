"""What blinds a written reason: even typography, and no word of which reply stood where.

Whatever names one of the two replies becomes `[one reply]` or `[the other reply]`. Which of them is which is
drawn from the passage's own seed, so that neither tells a position, nor, over many passages, a preference.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from studies import normalising
from studies.coding.mentions import mentions_of
from studies.coding.naming import FIRST

#: How passages are set, whatever the study's profile is: coders must not tell a model by its dashes.
PROFILE: Final = "plain-1"
LABELS: Final = ("[one reply]", "[the other reply]")

#: How an answer's form frames a text that was not read as one: {"reason": "…"}. What stands there is never
#: tried twice, so that a long gap costs no more than its length.
_FORM: Final = re.compile(
    r"\s*+[{\[]*+\s*+\"?(?:overall|reason|q\d++)\"?\s*+:\s*+[{\[]*+\s*+(?:\"reason\"\s*+:\s*+)?\""
)
#: The frames of a judge's prompt, and the names in the answer's form: task_following, much_better.
_FRAME: Final = re.compile(r"<<[0-9a-f]{12}[^<>\n]*>>")
_JOINED: Final = re.compile(r"(?<=[\w\]])(?<!_)_+(?=[^\W_]|\[)")
_AS_A_JUDGE: Final = re.compile(
    r"(?P<start>\A|[.!?]\s+|\n)(?:[Aa]s (?:an?|the) (?:[\w-]+ ){0,3}?"
    r"(?:judge|evaluator|rater|assessor|annotator|AI|language model|assistant)\b[^.,\n]{0,60},\s*)+"
    r"(?P<next>\w)"
)


def masked(text: str, *, slots: tuple[str, str] = ("", ""), seed: str) -> str:
    """`text` as coders read it; empty where nothing was said. Masking that again changes nothing.

    `slots`: what a judge's prompt called the reply shown first and the one shown second; empty for people.
    """
    swapped = hashlib.sha256(f"{seed}/mask".encode()).digest()[0] % 2
    # A name that is masked can show that the word beside it is one too, and a frame that goes bare another.
    while (blinder := _once(text, slots, LABELS[swapped], LABELS[1 - swapped])) != text:
        text = blinder
    return text


def _once(text: str, slots: tuple[str, str], first: str, second: str) -> str:
    text = normalising.shown(_unframed(text), PROFILE)
    pieces, at = [], 0
    for mention in mentions_of(text, slots):
        pieces += [text[at : mention.start], first if mention.side == FIRST else second]
        at = mention.end
    # Slots within names of the form are gone by now: none is taken for a part of a word.
    return normalising.shown(_JOINED.sub(" ", "".join(pieces) + text[at:]), PROFILE)


def _unframed(text: str) -> str:
    """Without what only a judge's answer has around it."""
    while form := _FORM.match(text):
        text = text[form.end() :].rstrip().rstrip("}]").rstrip().removesuffix('"')
    while (bare := _FRAME.sub(" ", text)) != text:  # a frame within a frame is read once it is bare
        text = bare
    return _AS_A_JUDGE.sub(lambda found: found["start"] + found["next"].upper(), text)
