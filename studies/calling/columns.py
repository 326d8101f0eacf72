"""What came back from a provider, as columns that both databases can hold. Nothing of it is trusted."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from typing import Any, Final

from studies.llm.port import Usage, Wire

#: The largest number that a column holds.
LARGEST: Final = 2**31 - 1
PARTS: Final = (("cached_tokens", "input_tokens"), ("reasoning_tokens", "output_tokens"))
COUNTS: Final = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """A NUL, or half a character, becomes the replacement sign."""
    return _UNSTORABLE.sub("\ufffd", text)


def sensible(usage: Usage) -> Usage:
    """A count below nought, larger than any column, or larger than the whole it is part of is not known."""
    wrong = [name for name in COUNTS if not 0 <= (getattr(usage, name) or 0) <= LARGEST]
    wrong += [part for part, whole in PARTS if (getattr(usage, part) or 0) > (getattr(usage, whole) or 0)]
    return replace(usage, **dict.fromkeys(wrong)) if wrong else usage


def wire_columns(wire: Wire) -> dict[str, Any]:
    return {
        "http_status": wire.http_status,
        "request_id": storable(wire.request_id)[:200],
        "raw": zlib.compress(wire.raw_body, 1),
        "raw_sha256": wire.raw_sha256,
        "raw_truncated": wire.raw_truncated,
    }


def ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
