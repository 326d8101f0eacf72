"""A rater as an HTTP client sees the world: addresses and forms, nothing else. For tests and rehearsals."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Protocol

Fields = dict[str, str]


class Browser(Protocol):
    """Anything that fetches a page and follows redirects: the test client, or real HTTP."""

    def get(self, address: str) -> tuple[str, str]: ...

    def post(self, address: str, fields: Fields) -> tuple[str, str]: ...


class Radios(HTMLParser):
    """The names and values of a page's radio buttons, and whether it asks for a reason."""

    def __init__(self) -> None:
        super().__init__()
        self.options: dict[str, list[str]] = {}
        self.asks_reason = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "radio":
            self.options.setdefault(str(found["name"]), []).append(str(found["value"]))
        if tag == "textarea" and found.get("name") == "reason":
            self.asks_reason = True


@dataclass
class Rater:
    """Walks a whole study: `choose` picks a value for each question, given all values on offer."""

    browser: Browser
    choose: Callable[[random.Random, list[str]], str] = lambda rng, values: rng.choice(values)
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    pairs_rated: int = 0

    def arrive(self, join: str) -> tuple[str, str]:
        return self.browser.get(join)

    def consent(self, address: str) -> tuple[str, str]:
        return self.browser.post(address, {"answer": "yes"})

    def answers_to(self, page: str) -> Fields:
        radios = Radios()
        radios.feed(page)
        fields = {name: self.choose(self.rng, values) for name, values in radios.options.items()}
        return {**fields, "reason": "Because it listens."} if radios.asks_reason else fields

    def walk(self, join: str) -> str:
        """From the join link to the completion code; "" if the study has no place left."""
        address, page = self.arrive(join)
        for _ in range(2000):
            if address.endswith("/consent/"):
                address, page = self.consent(address)
                if address.endswith("/consent/"):
                    return ""
            elif "/pair/" in address:
                address, page = self.browser.post(address, self.answers_to(page))
                self.pairs_rated += 1
            elif address.endswith(("/instructions/", "/review/", "/debrief/")):
                address, page = self.browser.post(address, {})
            elif address.endswith("/done/"):
                return code_on(page)
            else:
                return ""
        raise AssertionError("the journey does not end")


def code_on(page: str) -> str:
    found = re.search(r"<code[^>]*>([^<]+)</code>", page)
    return found.group(1) if found else ""
