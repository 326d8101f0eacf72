"""JSON lines and JSON arrays of any size, one value at a time, with places that a person can find.

The standard library's scanner does the reading, on a window of the text: as fast as `json.loads`, exact
line and column in every message, and lone surrogates arrive as they are (some streaming parsers replace
them in silence).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TextIO

from studies.importing.records import BadRecord, Refused
from studies.importing.values import kind_of

#: Characters in one value: far above any dialogue (10,000 turns are about a million).
LONGEST: Final = 64_000_000
WINDOW: Final = 1 << 20
_SPACE: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One JSON object of the file and where it stands."""

    where: str
    value: dict[str, Any]


def _distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Refused(f"the key {twice[:60]!r} stands twice in one object", "Keep one of them")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Refused(f"{name} is not a JSON value", "Write null, or leave the key out")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Refused(f"the number {digits[:40]} is out of range")
    return number


_ARRAY: Final = json.JSONDecoder(
    object_pairs_hook=_distinct_keys, parse_constant=_no_constant, parse_float=_finite
)
#: Without the look at keys, which takes as long as all the rest. Wide files, where a column may well
#: stand twice, are arrays.
_LINE: Final = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def json_lines(stream: TextIO) -> Iterator[Item | BadRecord]:
    """Each non-blank line as one object. A broken line is yielded as BadRecord and the next one read."""
    number = 0
    while line := stream.readline(LONGEST + 1):
        number += 1
        where = f"line {number}"
        if len(line) > LONGEST:
            raise Refused(f"the line is longer than {LONGEST:,} characters", where=where)
        if not line.strip(_SPACE):
            continue
        try:
            yield Item(where, _object_on(line))
        except Refused as refused:
            yield refused.at(where)
            if line.lstrip(_SPACE).startswith("["):
                return


def _object_on(line: str) -> dict[str, Any]:
    if line.lstrip(_SPACE).startswith("["):
        raise Refused(
            "the line begins a JSON list, but every line must be one object {…}",
            "A file that is one JSON array is read by the formats heart and esconv",
        )
    try:
        value = _LINE.decode(line.rstrip(_SPACE))
    except json.JSONDecodeError as error:
        raise Refused(f"not valid JSON: {_said(error)} at column {error.colno}") from None
    except RecursionError:
        raise Refused("the JSON is nested too deeply") from None
    except ValueError as error:
        raise error if isinstance(error, Refused) else Refused(f"not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise Refused(f"the line must be one object {{…}}, not {kind_of(value)}")
    return value


def json_array(stream: TextIO) -> Iterator[Item | BadRecord]:
    """Each object of one top-level array. Ends with a BadRecord at the first place that is not JSON."""
    window = _Window(stream)
    if window.peek() != "[":
        raise Refused(
            "the file must hold one JSON array [ … ]",
            "One object a line is read by the format jsonl; else put the objects into a list",
        )
    window.at += 1
    try:
        yield from _elements(window)
    except Refused as refused:
        yield refused.at(refused.where or f"line {window.line()}")


def _elements(window: _Window) -> Iterator[Item | BadRecord]:
    number = 0
    while (sign := window.peek()) != "]":
        if number:
            if sign != ",":
                window.expected("a comma or the closing bracket of the array")
            window.at += 1
            window.peek()
        number += 1
        where = f"item {number} (line {window.line()})"
        value = window.value(where)
        if isinstance(value, dict):
            yield Item(where, value)
        else:
            yield BadRecord(where, f"every item must be an object, not {kind_of(value)}")
    window.at += 1
    if window.peek():
        window.expected("nothing more after the closing bracket of the array")


class _Window:
    """The part of the text in memory: `at` is the reading place in it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""
        self.at = 0
        self.ended = False
        self._counted = 0
        self._line = 1
        # Of the whole text: characters dropped before the window, place of the last line end counted.
        self._dropped = 0
        self._line_end = -1

    def more(self) -> None:
        """Drops what was read and doubles the rest."""
        self.line()
        rest = self.text[self.at :]
        if len(rest) > LONGEST:
            raise Refused(f"one item is longer than {LONGEST:,} characters")
        added = self.stream.read(max(WINDOW, len(rest)))
        self.ended = not added
        self._dropped += self.at
        self.text, self.at, self._counted = rest + added, 0, 0

    def line(self) -> int:
        """The line of the reading place, from 1."""
        if self._counted < self.at:
            self._line += self.text.count("\n", self._counted, self.at)
            last = self.text.rfind("\n", self._counted, self.at)
            self._line_end = self._dropped + last if last >= 0 else self._line_end
            self._counted = self.at
        return self._line

    def peek(self) -> str:
        """The next character that is not white space, "" at the end; the reading place moves to it."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _SPACE:
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if self.ended:
                return ""
            self.more()

    def expected(self, what: str) -> NoReturn:
        found = "the end of the file" if not self.peek() else repr(self.text[self.at])
        raise Refused(f"expected {what}, found {found}", where=f"line {self.line()}")

    def value(self, where: str) -> Any:
        """The JSON value at the reading place, which moves behind it."""
        while True:
            try:
                value, end = _ARRAY.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                if self.ended or not self._could_go_on(error):
                    raise Refused(self._reason(error), where=where) from None
            except RecursionError:
                raise Refused("the JSON is nested too deeply", where=where) from None
            except Refused as refused:
                raise Refused(refused.why, refused.remedy, where=where) from None
            except ValueError as error:
                raise Refused(f"not valid JSON: {error}", where=where) from None
            else:
                # A number at the very end of the window may go on behind it.
                if end < len(self.text) or self.ended:
                    self.at = end
                    return value
            self.more()

    def _could_go_on(self, error: json.JSONDecodeError) -> bool:
        """Whether the error may only say that the window ends inside the value."""
        return error.msg.startswith("Unterminated string") or error.pos >= len(self.text) - 16

    def _reason(self, error: json.JSONDecodeError) -> str:
        line = self.line() + self.text.count("\n", self.at, error.pos)
        last = self.text.rfind("\n", self.at, error.pos)
        line_end = self._dropped + last if last >= 0 else self._line_end
        column = self._dropped + error.pos - line_end
        return f"not valid JSON: {_said(error)} at line {line}, column {column}"


def _said(error: json.JSONDecodeError) -> str:
    """The scanner's message without its dangling preposition."""
    return error.msg.removesuffix(" starting at")
