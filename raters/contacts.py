"""Support contacts as a researcher writes them, one a line: `Country | contact`, or one for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_LINKED: Final = re.compile(
    r"(?P<web>(?:https?://|www\.)[^\s<>\"|]+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?<![\w:.,/+-])(?P<phone>(?:\+|\()?\d[\d ()-]*\d)(?![\w:/-])",
    re.IGNORECASE,
)
#: What ends a sentence is no part of an address in it.
_TRAILING: Final = ".,;:!?)'"
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
#: A number to which one sends a message does not answer a call.
_TEXTED: Final = re.compile(r"\b(?:text|sms)\b[^.;,]*$", re.IGNORECASE)
_EMERGENCY: Final = 3  # digits: 112, 988
_PHONE: Final = range(6, 16)  # digits of any other number; the longest has 15 (E.164)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a contact; `href` is empty unless it can be called, opened or written to."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The contacts of one country; "" is everybody's."""

    country: str
    contacts: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Contacts:
    everybody: tuple[tuple[Part, ...], ...]
    countries: tuple[Group, ...]

    @property
    def is_long(self) -> bool:
        """Whether the countries are better folded away than read through."""
        return len(self.countries) > 3


def contacts_for(text: str) -> Contacts:
    """Everybody's first, then country by country."""
    groups = contacts_in(text)
    everybody = next((group.contacts for group in groups if not group.country), ())
    return Contacts(everybody, tuple(group for group in groups if group.country))


def contacts_in(text: str) -> tuple[Group, ...]:
    """The groups in the order in which the text names them first."""
    found: dict[str, list[tuple[Part, ...]]] = {}
    for line in text.splitlines():
        before, bar, after = line.partition("|")
        country, contact = (before.strip(), after.strip()) if bar else ("", line.strip())
        if contact:
            found.setdefault(country, []).append(tuple(_parts(contact)))
    return tuple(Group(country, tuple(contacts)) for country, contacts in found.items())


def _parts(contact: str) -> Iterator[Part]:
    at = 0
    for match in _LINKED.finditer(contact):
        shown = match[0] if match["phone"] else match[0].rstrip(_TRAILING)
        href = _href(match.lastgroup or "", shown, contact[: match.start()])
        if not href:
            continue
        if match.start() > at:
            yield Part(contact[at : match.start()])
        yield Part(shown, href)
        at = match.start() + len(shown)
    if at < len(contact):
        yield Part(contact[at:])


def _href(kind: str, shown: str, before: str) -> str:
    if kind == "web":
        return shown if "://" in shown else f"https://{shown}"
    if kind == "mail":
        return f"mailto:{shown}"
    return "" if _TEXTED.search(before) or _DATE.search(shown) else _tel(shown)


def _tel(shown: str) -> str:
    """A tel: address where the text is plainly a phone number; +44 (0)20 is dialled without the 0."""
    plus = "+" if shown.startswith("+") else ""
    digits = re.sub(r"\D", "", shown.replace("(0)", "") if plus else shown)
    is_short = len(digits) == _EMERGENCY and digits == shown
    return f"tel:{plus}{digits}" if is_short or len(digits) in _PHONE else ""
