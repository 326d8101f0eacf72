"""Checks of single values, so that what a format yields can be stored by either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from studies.importing.records import Kind, Refused, ReplyRecord

#: Column widths of the models.
LONGEST_ID: Final = 200
LONGEST_NAME: Final = 120
MOST_REPLICATES: Final = 999


def text_of(value: object, what: str) -> str:
    """`value` as text that UTF-8 and PostgreSQL can hold. `what` names it in the message."""
    if isinstance(value, str) and value.isascii() and "\0" not in value:
        return value
    if not isinstance(value, str):
        raise Refused(f"{what} must be text, not {kind_of(value)}")
    if "\0" in value:
        raise Refused(f"{what} holds a NUL character (\\u0000)", "Remove it; no text contains one on purpose")
    _refuse_surrogates(value, what)
    return value


def check_texts(texts: Sequence[str], what: str) -> None:
    """`text_of` for many values at once; cheap where, as nearly always, nothing is wrong."""
    try:
        joined = "".join(texts)
        if "\0" not in joined and (joined.isascii() or joined.encode()):
            return
    except (TypeError, UnicodeEncodeError):
        pass
    for text in texts:
        text_of(text, what)


def _refuse_surrogates(value: str, what: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        code = ord(value[error.start])
        raise Refused(
            f"{what} holds half a character (the lone surrogate \\u{code:04x})",
            "The text was cut inside an emoji or the like; take it from the source again",
        ) from None


def kind_of(value: object) -> str:
    """A JSON value's type in words."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def name_of(value: object, what: str, longest: int = LONGEST_NAME) -> str:
    """A short, non-blank text such as an id or a system's name."""
    name = text_of(value, what)
    if not name.strip():
        raise Refused(f"{what} is empty")
    if len(name) > longest:
        raise Refused(f"{what} is longer than {longest} characters")
    return name


def id_of(value: object) -> str:
    """A dialogue's id: text, or a whole number which is then taken as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return name_of(value, "the id", LONGEST_ID)


def replicate_of(value: object) -> int:
    """A replicate number: whole, from 1."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 1 <= value <= MOST_REPLICATES:  # type: ignore[operator]  # whole says int
        raise Refused(f"replicate must be a whole number from 1 to {MOST_REPLICATES}")
    return value  # type: ignore[return-value]  # as above


def kind_from(value: object, writer: str) -> Kind:
    """The kind of a system: as said, else human where a writer is named, else llm."""
    if value is None or value == "":
        return "human" if writer else "llm"
    if value == "human":
        return "human"
    if value == "llm":
        return "llm"
    raise Refused(f"kind must be human or llm, not {str(value)[:40]!r}")


def tags_of(value: object) -> tuple[str, ...]:
    """A list of tags, without repeats, in their order."""
    if not isinstance(value, list):
        raise Refused(f"tags must be a list of texts, not {kind_of(value)}")
    return tuple(dict.fromkeys(name_of(tag, "a tag") for tag in value))


def distinct(replies: Sequence[ReplyRecord]) -> tuple[ReplyRecord, ...]:
    """The replies, refused when one system has two with the same replicate number."""
    cells = {(reply.system, reply.replicate) for reply in replies}
    if len(cells) == len(replies):
        return tuple(replies)
    seen: set[tuple[str, int]] = set()
    for reply in replies:
        cell = (reply.system, reply.replicate)
        if cell in seen:
            raise Refused(
                f"system {reply.system!r} has two replies with replicate {reply.replicate}",
                "Number several replies of one system 1, 2, 3, …",
            )
        seen.add(cell)
    return tuple(replies)


def known_keys(found: Mapping[str, object], known: Mapping[str, None], what: str) -> None:
    """Refuses keys that would otherwise be dropped in silence. `known` keeps the order for the message."""
    if not found.keys() <= known.keys():
        unknown = [key for key in found if key not in known]
        named = ", ".join(repr(key[:40]) for key in unknown[:5])
        raise Refused(f"{what} has the unknown key {named}", f"Known keys: {', '.join(known)}")


def check_tree(value: Any, what: str, depth: int = 0) -> None:
    """Every text inside a free JSON value must be storable. Refuses more than 20 levels."""
    if depth > 20:
        raise Refused(f"{what} is nested more than 20 levels deep")
    if isinstance(value, str):
        text_of(value, what)
    elif isinstance(value, dict):
        for key, inner in value.items():
            text_of(key, what)
            check_tree(inner, what, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            check_tree(inner, what, depth + 1)
