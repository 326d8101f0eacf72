"""The form of a coder's answer: a note, then yes or no to each code, as a strict JSON schema.

One boolean a code instead of a list of codes: a list could repeat a code, leave open whether the others were
looked at, and need never end when a small model writes it. Required keys and booleans are what all
providers' strict modes have in common.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any, Final

from studies.codebook import CodeEntry
from studies.protocol import sha256_of

NOTE: Final = "note"
CODES: Final = "codes"
#: In how many orders the codes are shown: few, because providers compile and cache each different schema.
ORDERS: Final = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """One call's answer form, the codes in the order in which they are shown and answered.

    `longest_text` bounds the note, in characters, for small models that would write on without an end; some
    providers' strict modes refuse such a bound, so there is none unless asked for.
    """

    codes: tuple[CodeEntry, ...]
    longest_text: int | None = None

    @property
    def keys(self) -> list[str]:
        return [code.key for code in self.codes]

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema. Its order is the order of writing: what was seen before any code."""
        bound = {} if self.longest_text is None else {"maxLength": self.longest_text}
        codes = _object({key: {"type": "boolean"} for key in self.keys})
        return _object({NOTE: {"type": "string"} | bound, CODES: codes})

    @property
    def schema_sha256(self) -> str:
        """The hash of the schema as JSON, keys in their order, because that order steers the answer."""
        return sha256_of(json.dumps(self.schema, ensure_ascii=False, separators=(",", ":")))


def ordered(codes: tuple[CodeEntry, ...], rng: random.Random) -> tuple[CodeEntry, ...]:
    """The codes in one of `ORDERS` orders: four that are the same for all of a codebook, and their reverses.

    With its reverse beside each order, every code stands in the middle of the list on average.
    """
    number = rng.randrange(ORDERS)
    shuffled = sorted(codes, key=lambda code: code.key)
    random.Random(f"{'|'.join(code.key for code in shuffled)}/{number // 2}").shuffle(shuffled)
    return tuple(reversed(shuffled) if number % 2 else shuffled)


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
