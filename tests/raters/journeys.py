"""A rater as an HTTP client sees the world: addresses and forms, nothing else. For tests and rehearsals."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, Protocol

from studies.presets import COMPREHENSION

Fields = dict[str, str]

#: What the presets' comprehension check wants to hear.
UNDERSTANDS: Final = {row.text: row.options[row.right - 1] for row in COMPREHENSION if row.right}


class Browser(Protocol):
    """Anything that fetches a page and follows redirects: the test client, or real HTTP."""

    def get(self, address: str) -> tuple[str, str]: ...

    def post(self, address: str, fields: Fields) -> tuple[str, str]: ...


@dataclass
class Question:
    """One group of radio buttons: its legend, and the values on offer with what stands beside them."""

    text: str
    labels: dict[str, str] = field(default_factory=dict)

    def asks_for(self) -> str | None:
        """The value that an attention check names, in quotation marks, as its answer."""
        quoted = re.search(r"[“„]([^“”]+)[”“]", self.text)
        named = quoted[1] if quoted else ""
        return next((value for value, label in self.labels.items() if label == named), None)


class FormReader(HTMLParser):
    """What a page asks: radio groups and texts, and the links that look like buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.questions: dict[str, Question] = {}
        self.texts: list[str] = []
        self.hidden: Fields = {}
        self.links: list[str] = []
        self._legend = ""
        self._inside = ""
        self._radio = ("", "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: str(value or "") for name, value in attrs}
        if tag == "input" and found.get("type") == "radio":
            self._inside, self._radio = "label", (found["name"], found["value"])
            question = self.questions.setdefault(found["name"], Question(" ".join(self._legend.split())))
            question.labels[found["value"]] = ""
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")
        elif tag == "textarea" or (tag == "input" and found.get("type") == "text"):
            self.texts.append(found.get("name", ""))
        elif tag == "legend":
            self._inside, self._legend = "legend", ""
        elif tag == "a" and "button" in found.get("class", "").split():
            self.links.append(found["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "legend":
            self._legend += data
        elif self._inside == "label":
            name, value = self._radio
            labels = self.questions[name].labels
            labels[value] = f"{labels[value]} {data}".strip()


def read_form(page: str) -> FormReader:
    reader = FormReader()
    reader.feed(page)
    return reader


@dataclass
class Rater:
    """Walks a whole study: `choose` picks a value for each question, given all values on offer.

    `understands`: right answers of the comprehension check, the option's text by the question's.
    """

    browser: Browser
    choose: Callable[[random.Random, list[str]], str] = lambda rng, values: rng.choice(values)
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    pairs_rated: int = 0
    understands: Mapping[str, str] = field(default_factory=lambda: UNDERSTANDS)

    def arrive(self, join: str) -> tuple[str, str]:
        return self.browser.get(join)

    def consent(self, address: str) -> tuple[str, str]:
        return self.browser.post(address, {"answer": "yes"})

    def answers_to(self, page: str) -> Fields:
        """Answers to a pair: as `choose` likes, and as it is asked where an attention check says which."""
        form = read_form(page)
        fields = {
            name: question.asks_for() or self.choose(self.rng, list(question.labels))
            for name, question in form.questions.items()
        }
        return {**fields, "reason": "Because it listens."} if "reason" in form.texts else fields

    def understood(self, page: str) -> Fields:
        """Answers to the comprehension check: what is known to be right, else the first option."""
        form = read_form(page)
        fields = dict(form.hidden)
        for name, question in form.questions.items():
            right = next((told for asked, told in self.understands.items() if asked in question.text), None)
            known = [value for value, label in question.labels.items() if label == right]
            fields[name] = (known or list(question.labels))[0]
        return fields

    def filled(self, page: str) -> Fields:
        """Something in every field of a form that we know nothing else of."""
        form = read_form(page)
        fields = {name: self.choose(self.rng, list(q.labels)) for name, q in form.questions.items()}
        return {**form.hidden, **fields, **dict.fromkeys(form.texts, "I can't say more.")}

    def walk(self, join: str) -> str:
        """From the join link to the completion code; "" if the study has no place left."""
        address, page = self.arrive(join)
        for _ in range(2000):
            if address.endswith("/done/"):
                return code_on(page)
            before = address
            address, page = self.step(address, page)
            if not address or (before == address and address.endswith("/consent/")):
                return ""
        raise AssertionError("the journey does not end")

    def step(self, address: str, page: str) -> tuple[str, str]:
        """From one page to the next; ("", page) where no way leads on."""
        if "/pair/" in address or "/rubric/" in address:
            self.pairs_rated += "/pair/" in address
            return self.browser.post(address, self.answers_to(page))
        if "/feedback/" in address:
            return self.browser.get(onward_from(page))
        kind = address.rstrip("/").split("/")[-1]
        if kind == "consent":
            return self.consent(address)
        forms: dict[str, Callable[[], Fields]] = {
            "instructions": dict,
            "review": dict,
            "questions": lambda: self.understood(page),
            "pause": lambda: {"answer": "on"},
            "guesses": lambda: self.filled(page),
            "survey": lambda: self.filled(page),
            "debrief": lambda: {"choice": "keep"},
        }
        return self.browser.post(address, forms[kind]()) if kind in forms else ("", page)


def onward_from(page: str) -> str:
    """Where a page's first button-like link leads."""
    return read_form(page).links[0]


def code_on(page: str) -> str:
    found = re.search(r"<code[^>]*>([^<]+)</code>", page)
    return found.group(1) if found else ""
