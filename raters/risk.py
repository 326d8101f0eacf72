"""Whether somebody's own words hold a phrase that may speak of a risk. A hint to a person, no judgement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: People write don't with any of these, or with none.
_APOSTROPHES: Final = re.compile("['\u2019\u2018\u02bc`\u00b4\uff07]")
_SPACE: Final = re.compile(r"\s+")


def holds_risk(text: str, phrases: Iterable[str]) -> bool:
    """Whether one of the phrases stands in the text, whole; case, apostrophes and space don't count."""
    words = _plain(text)
    plain = (_plain(phrase) for phrase in phrases)
    return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", words) for phrase in plain if phrase)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", _APOSTROPHES.sub("", folded)).strip()
