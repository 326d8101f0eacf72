"""From a judge's text to values, or to a named reason why there are none. Nothing is guessed or repaired.

An answer that cannot be read is missing: never a tie, and never a win for anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn

from studies.judging.prompts import JudgePrompt
from studies.judging.schema import EVIDENCE, REASON, VERDICT, Layout


class Kind(StrEnum):
    """In which way an answer cannot be read."""

    EMPTY = "empty"
    INVALID_JSON = "invalid_json"
    TRAILING = "trailing"
    SCHEMA = "schema"


class Unparseable(Exception):
    """The answer has no verdicts that can be used; `detail` is one sentence for a researcher."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Parsed:
    """A whole answer. `values` by dimension key as shown (< 0: the first shown is better).

    `reason` is that of the overall verdict, `reasons` holds every dimension's. `evidence` is what was noted
    of the first and the second shown, "" where it is not asked. `fenced`: the JSON stood in a code fence.
    """

    values: Mapping[str, int]
    reason: str
    reasons: Mapping[str, str]
    evidence: tuple[str, str]
    fenced: bool


_FENCE: Final = "```"
#: What an error text shows of a foreign value.
_SHOWN: Final = 60


def parse(text: str, *, prompt: JudgePrompt) -> Parsed:
    """The verdicts of an answer to `prompt`. Raises Unparseable, and nothing else, for any text."""
    bare = text.strip().removeprefix("\ufeff").strip()
    if not bare:
        raise Unparseable(Kind.EMPTY, "the answer is empty")
    inside = _unfenced(bare)
    answer = _loaded(bare if inside is None else inside)
    return _read(answer, prompt.layout, fenced=inside is not None)


def _unfenced(text: str) -> str | None:
    """What stands in the code fence that is the whole of `text`, or None."""
    if not (text.startswith(_FENCE) and text.endswith(_FENCE)):
        return None
    tag, _, inside = text[len(_FENCE) : -len(_FENCE)].partition("\n")
    return inside if tag.strip().lower() in ("", "json") else None


def _loaded(text: str) -> Any:
    """The one JSON value that is the whole of `text`."""
    decoder = json.JSONDecoder(object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    text = text.strip()
    try:
        value, end = decoder.raw_decode(text)
    except RecursionError:
        raise Unparseable(Kind.INVALID_JSON, "the JSON is nested too deeply") from None
    except ValueError as error:  # JSONDecodeError among them; also a number of thousands of digits
        raise Unparseable(Kind.INVALID_JSON, f"the answer is no JSON ({str(error)[:120]})") from None
    if text[end:].strip():
        raise Unparseable(Kind.TRAILING, f"the JSON is followed by {_quoted(text[end:].strip())}")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: of two answers to one question neither is taken."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unparseable(Kind.SCHEMA, f"the key {_quoted(key)} stands there twice")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unparseable(Kind.INVALID_JSON, f"{name} is no JSON")


def _read(answer: Any, layout: Layout, *, fenced: bool) -> Parsed:
    fields = [question.field for question in layout.questions]
    expected = [EVIDENCE, *fields] if layout.has_evidence else fields
    whole = _object(answer, expected, "the answer")
    first = second = ""
    if layout.has_evidence:
        slots = [layout.slots.first, layout.slots.second]
        noted = _object(whole[EVIDENCE], slots, EVIDENCE)
        first, second = (_text(noted[slot], f"{EVIDENCE} of {slot}") for slot in slots)
    values: dict[str, int] = {}
    reasons: dict[str, str] = {}
    for question in layout.questions:
        given = _object(whole[question.field], [REASON, VERDICT], question.field)
        reasons[question.asked.key] = _text(given[REASON], f"{REASON} of {question.field}")
        values[question.asked.key] = _value(given[VERDICT], layout, question.field)
    return Parsed(values, reasons[layout.questions[-1].asked.key], reasons, (first, second), fenced)


def _object(value: Any, keys: list[str], what: str) -> dict[str, Any]:
    """An object with exactly these keys."""
    if not isinstance(value, dict):
        raise Unparseable(Kind.SCHEMA, f"{what} is no object but {_quoted(value)}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise Unparseable(Kind.SCHEMA, f"{what} lacks {', '.join(missing)}")
    unknown = [key for key in value if key not in keys]
    if unknown:
        raise Unparseable(Kind.SCHEMA, f"{what} has a key that was not asked for: {_quoted(unknown[0])}")
    return value


def _text(value: Any, what: str) -> str:
    """Text that UTF-8 and PostgreSQL can hold."""
    if not isinstance(value, str):
        raise Unparseable(Kind.SCHEMA, f"the {what} is no text but {_quoted(value)}")
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise Unparseable(Kind.SCHEMA, f"the {what} holds a NUL character or half a character")
    return value.strip()


def _value(verdict: Any, layout: Layout, field: str) -> int:
    if not isinstance(verdict, str) or verdict not in layout.verdicts:
        raise Unparseable(Kind.SCHEMA, f"the verdict of {field} was never offered: {_quoted(verdict)}")
    return layout.verdicts[verdict]


def _quoted(value: Any) -> str:
    """A foreign value, short, in printable characters."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    told = ascii(value)
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"
