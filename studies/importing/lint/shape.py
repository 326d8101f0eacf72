"""Checks of one text by its shape: placeholders, control characters, visible formatting."""

from __future__ import annotations

import re
from typing import Final

#: A text in brackets that is made of these words alone stands for a reply.
_STAND_INS: Final = frozenset(
    {
        *("your", "my", "the", "a", "an", "insert", "missing", "no", "empty", "blank", "add", "write"),
        *("type", "enter", "put", "here", "response", "reply", "answer", "completion", "text"),
        *("message", "placeholder", "supporter", "tbd", "todo", "n", "na", "none", "null", "nan"),
        *("lorem", "ipsum", "goes", "is", "not", "available", "error", "to", "be", "filled", "in"),
    }
)
_BRACKETED: Final = re.compile(r"[\[(<{]+([^\[\](){}<>]*)[\])>}]+[.!]?")
_BARE: Final = re.compile(
    r"(?:\\[nrt]|\s|[.…_?\"'\u2013\u2014-])*"
    r"|(?:n/?a|none|null|nan|undefined|todo|tbd|placeholder|lorem ipsum.*)[.!]?"
    r"|(?:missing|no|empty|your|insert) (?:response|reply|answer|completion)(?: here)?[.!]?",
    re.IGNORECASE | re.DOTALL,
)
_WORD: Final = re.compile(r"[^\W_]+")
#: No placeholder is longer than this.
_LONGEST_PLACEHOLDER: Final = 80

#: C0 and C1 controls but tab and line ends; characters that override the direction of text.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")

_MARKDOWN: Final = re.compile(
    r"\*\*[^*\n]+\*\*|^#{1,6} |^[ \t]*[-*•] +\S|^[ \t]*[0-9]+[.)] +\S|```|`[^`\n]+`|\]\(https?:", re.MULTILINE
)
_EMOJI: Final = re.compile(
    "[\U0001f300-\U0001faff\U0001f000-\U0001f2ff\u2600-\u27bf\u2b50\u2b55\u231a\u231b\ufe0f]"
)


def is_placeholder(text: str) -> bool:
    """Whether the text is blank or only stands for a reply."""
    plain = text.strip()
    if not plain:
        return True
    if len(plain) > _LONGEST_PLACEHOLDER:
        return False
    bracketed = _BRACKETED.fullmatch(plain)
    if bracketed is not None:
        return _STAND_INS.issuperset(_WORD.findall(bracketed[1].lower()))
    return _BARE.fullmatch(plain) is not None


def control_character(text: str) -> str:
    """The first control character as U+XXXX, or "". Tabs and line ends are none."""
    if text.isprintable():
        return ""
    found = _CONTROL.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def formatting(text: str) -> list[str]:
    """Which visible features the text has: markdown, emoji, em dash."""
    features = []
    if _may_be_markdown(text) and _MARKDOWN.search(text):
        features.append("markdown")
    if not text.isascii():
        if "—" in text:
            features.append("em dash")
        if _EMOJI.search(text):
            features.append("emoji")
    return features


def _may_be_markdown(text: str) -> bool:
    """The cheap question before the regular expression: lists and headings begin a line."""
    return "*" in text or "`" in text or "\n" in text or "](" in text or text[:1] in "-•#0123456789"
