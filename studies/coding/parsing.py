"""From a coder's text to codes, or to a named reason why there are none. Nothing is guessed or repaired.

An answer that cannot be read is missing: it is never "no code applies".
"""

from __future__ import annotations

from dataclasses import dataclass

from studies.calling.strict_json import Kind, Unparseable, object_of, quoted, text_of, value_in
from studies.coding.schema import CODES, NOTE, Layout


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole answer: the keys of the codes that apply, and the note. `fenced`: it stood in a code fence."""

    codes: frozenset[str]
    note: str
    fenced: bool


def parse(text: str, *, layout: Layout) -> Parsed:
    """The codes of an answer. Raises Unparseable, and nothing else, for any text."""
    answer, fenced = value_in(text)
    whole = object_of(answer, [NOTE, CODES], "the answer")
    note = text_of(whole[NOTE], NOTE)
    given = object_of(whole[CODES], layout.keys, CODES)
    for key, applies in given.items():
        if not isinstance(applies, bool):
            raise Unparseable(Kind.SCHEMA, f"{key} is neither true nor false but {quoted(applies)}")
    return Parsed(frozenset(key for key, applies in given.items() if applies), note, fenced)
