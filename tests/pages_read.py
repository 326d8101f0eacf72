"""What a page says, word by word, for finding words that nobody marked for translation."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

#: Begins every text of a study whose pages are searched: such texts are the researcher's.
STUDYTEXT: Final = "STUDYTEXT"
#: Attributes in which a page speaks, aloud or later through its script.
_SAID: Final = {"aria-label", "alt", "title", "placeholder"}
_SAID_LATER: Final = ("saved", "saving", "retrying", "unsaved", "waiting")
#: Letters of the replies and currencies stand in every language.
_EVERYWHERE: Final = {"A", "B", "GBP"}
_WORD: Final = re.compile(r"[A-Za-z][\w@.'-]*")
_SILENT: Final = {"script", "style", "code", "textarea"}


class PageReader(HTMLParser):
    """Every text of a page, and how its root is written."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.language: str | None = None
        self.direction: str | None = None
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.language, self.direction = found.get("lang"), found.get("dir")
        # A single key beside what it ticks is the same in every language.
        if tag in _SILENT or (tag == "kbd" and "aria-hidden" in found):
            self._inside = tag
        said = _SAID | {f"data-{name}" for name in _SAID_LATER}
        self.texts += [value for name, value in attrs if name in said and value]

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.texts.append(" ".join(data.split()))


def read_page(page: str) -> PageReader:
    reader = PageReader()
    reader.feed(page)
    return reader


def words_nobody_marked(page: str) -> set[str]:
    """Texts of a page in the pseudo-locale that hold a word in Latin letters.

    Nothing is meant by the study's own texts, letters of replies, currencies and addresses.
    """
    return {text for text in read_page(page).texts if any(_is_left(word) for word in _WORD.findall(text))}


def _is_left(word: str) -> bool:
    return not (word.startswith(STUDYTEXT) or word.strip(".") in _EVERYWHERE or "@" in word)
