"""New names for people, which nobody who has only the bundle can tie to the export's pseudonyms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

#: Digits that a name has at least: r001.
_DIGITS: Final = 3


def secret_of(paths: Iterable[Path]) -> bytes:
    """What the drawing of names starts from: the export's own files.

    The study's seed would not do: it stands in the protocol, so that whoever knows one pseudonym could draw
    again. The same export gives the same names.
    """
    found = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.digest()


def new_names(people: Mapping[str, Iterable[str]], secret: bytes) -> dict[tuple[str, str], str]:
    """By (first letter, old name): the letter and a number, in an order that the secret draws."""
    found: dict[tuple[str, str], str] = {}
    for letter, names in sorted(people.items()):
        drawn = sorted(set(names), key=lambda name: mixed(secret, f"{letter} {name}"))
        width = max(_DIGITS, len(str(len(drawn))))
        found |= {(letter, name): f"{letter}{number:0{width}d}" for number, name in enumerate(drawn, start=1)}
    return found


def mixed(secret: bytes, text: str) -> str:
    """64 hexadecimal digits that only the secret can make of the text."""
    return hashlib.sha256(secret + text.encode(errors="backslashreplace")).hexdigest()
