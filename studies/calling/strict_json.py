"""One JSON value out of a model's text, or a named reason why there is none. Nothing is repaired."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, Final, NoReturn


class Kind(StrEnum):
    """In which way an answer cannot be read."""

    EMPTY = "empty"
    INVALID_JSON = "invalid_json"
    TRAILING = "trailing"
    SCHEMA = "schema"


class Unparseable(Exception):
    """The answer cannot be used; `detail` is one sentence for a researcher."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


_FENCE: Final = "```"
#: What an error text shows of a foreign value.
_SHOWN: Final = 60


def value_in(text: str) -> tuple[Any, bool]:
    """The JSON that is the whole of `text`, and whether it stood in a code fence. Raises Unparseable."""
    bare = text.strip().removeprefix("\ufeff").strip()
    if not bare:
        raise Unparseable(Kind.EMPTY, "the answer is empty")
    inside = _unfenced(bare)
    return _loaded(bare if inside is None else inside), inside is not None


def object_of(value: Any, keys: list[str], what: str) -> dict[str, Any]:
    """An object with exactly these keys."""
    if not isinstance(value, dict):
        raise Unparseable(Kind.SCHEMA, f"{what} is no object but {quoted(value)}")
    missing = [key for key in keys if key not in value]
    if missing:
        raise Unparseable(Kind.SCHEMA, f"{what} lacks {', '.join(missing)}")
    unknown = [key for key in value if key not in keys]
    if unknown:
        raise Unparseable(Kind.SCHEMA, f"{what} has a key that was not asked for: {quoted(unknown[0])}")
    return value


def text_of(value: Any, what: str) -> str:
    """Text that UTF-8 and PostgreSQL can hold."""
    if not isinstance(value, str):
        raise Unparseable(Kind.SCHEMA, f"the {what} is no text but {quoted(value)}")
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise Unparseable(Kind.SCHEMA, f"the {what} holds a NUL character or half a character")
    return value.strip()


def quoted(value: Any) -> str:
    """A foreign value, short, in printable characters."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    told = ascii(value)
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}…"


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
        raise Unparseable(Kind.TRAILING, f"the JSON is followed by {quoted(text[end:].strip())}")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: of two answers to one question neither is taken."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Unparseable(Kind.SCHEMA, f"the key {quoted(key)} stands there twice")
        found[key] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise Unparseable(Kind.INVALID_JSON, f"{name} is no JSON")
