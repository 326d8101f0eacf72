"""The file as bytes: checksum, encoding, and problems that concern it as a whole."""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, TextIO, cast

from studies.importing.records import Refused

#: Opens the file anew for reading; the caller closes it.
Source = Callable[[], BinaryIO]
CHUNK: Final = 1 << 20
_WIDE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE_AGAIN: Final = "Save the file again as UTF-8 (in a spreadsheet: “CSV UTF-8”)"


@dataclass(frozen=True, slots=True)
class Facts:
    """`sha256` in lower-case hexadecimal digits, `size` in bytes."""

    sha256: str
    size: int


def inspect(source: Source) -> Facts:
    """Reads the file once. Raises Refused when it is empty, not UTF-8 or holds NUL bytes."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    size, line, blank = 0, 1, True
    with source() as file:
        while chunk := file.read(CHUNK):
            if not size and chunk.startswith(_WIDE_MARKS):
                raise Refused("the file is UTF-16, not UTF-8", _SAVE_AGAIN)
            digest.update(chunk)
            text = _decoded(decoder, chunk, size, line)
            if b"\0" in chunk:
                _refuse_nul(chunk, size, line)
            blank = blank and not text.strip()
            size += len(chunk)
            line += chunk.count(b"\n")
    _decoded(decoder, b"", size, line, final=True)
    if blank:
        raise Refused("the file is empty", "Is it the right one?")
    return Facts(digest.hexdigest(), size)


def _decoded(
    decoder: codecs.IncrementalDecoder, chunk: bytes, offset: int, line: int, *, final: bool = False
) -> str:
    kept = len(decoder.getstate()[0])
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        at = error.start - kept
        byte = offset + at
        line += chunk.count(b"\n", 0, max(at, 0))
        if final:
            raise Refused("the file ends inside a character", "It was cut short; copy it again") from None
        raise Refused(
            f"the file is not UTF-8: byte {error.object[error.start]:#04x} "
            f"at offset {byte:,} (line {line:,})",
            _SAVE_AGAIN,
        ) from None


def _refuse_nul(chunk: bytes, offset: int, line: int) -> None:
    at = chunk.index(b"\0")
    line += chunk.count(b"\n", 0, at)
    raise Refused(
        f"the file holds a NUL byte at offset {offset + at:,} (line {line:,})",
        "It is damaged or not a text file; if it is UTF-16, save it as UTF-8",
    )


@contextmanager
def opened(source: Source) -> Iterator[TextIO]:
    """The file as text, without its byte order mark and with line ends as they are."""
    file = source()
    # Django's file object wraps the real one, which is what the standard library's text layer wants.
    raw = cast(BinaryIO, getattr(file, "file", file))
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="\n")
    try:
        yield text
    finally:
        text.close()
        file.close()
