"""Silencing: of a text that was erased during the call nothing is written down that may quote it."""

from __future__ import annotations

import zlib
from typing import Any, Final

#: Stands where somebody said why something failed; what they said may quote what they were sent.
TOLD: Final = "The text was erased during the call."
#: A prompt without messages, as prompts are stored.
NO_PROMPT: Final = zlib.compress(b"[]", 1)
_QUOTING: Final = {"raw": None, "refusal": "", "reading_detail": "", "note": ""}


def silenced(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns of a call, or of its row, without words; hashes, counts, times and kinds stay."""
    quiet = {name: _QUOTING.get(name, value) for name, value in columns.items()}
    return quiet | {"error": told_instead(columns["error"])} if "error" in columns else quiet


def told_instead(reason: str) -> str:
    """For a reason that was given another one; for none none."""
    return TOLD if reason else ""
