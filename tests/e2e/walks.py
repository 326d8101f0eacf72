"""A rater in a real browser, by what the pages say: for tests that walk the whole journey."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.raters.journeys import UNDERSTANDS

Look = Callable[[str], None]
#: What an attention check's row says, whatever the language: its answer stands in quotation marks.
QUOTED = re.compile('[“„«"](.+?)[”“»"]')


def nothing(name: str) -> None:
    """Looks at no page."""


@dataclass
class Walk:
    """Goes from page to page; `look` is called once in every state, with its name."""

    page: Page
    join: str
    look: Look = nothing
    seen: set[str] = field(default_factory=set)

    @property
    def step(self) -> str:
        """The page's place in the journey: the word after the rater's own token."""
        return re.sub(r".*/r/[0-9a-f-]+/([a-z-]*).*", r"\1", self.page.url)

    @property
    def home(self) -> str:
        """The rater's own address."""
        return re.sub(r"(.*/r/[0-9a-f-]+/).*", r"\1", self.page.url)

    def at(self, name: str) -> None:
        if name not in self.seen:
            self.seen.add(name)
            self.look(name)

    def visit(self, name: str) -> None:
        """A page beside the way, and back."""
        here = self.page.url
        self.page.goto(f"{self.home}{name}/")
        self.at(name)
        self.page.goto(here)

    def consent(self) -> None:
        self.page.goto(self.join)
        self.at("consent")
        self.page.locator("button[name=answer][value=yes]").click()
        self.page.wait_for_url("**/instructions/")

    def send(self) -> None:
        """Sends the page's own form."""
        with self.page.expect_navigation():
            self.page.locator("main form:not([action]) button").first.click()

    def fill(self, option: int = 0) -> None:
        """An answer to everything that is asked: the option of that number, a sentence in each box."""
        for group in self.page.locator("main fieldset").all():
            radios = group.locator("input[type=radio]")
            if radios.count():
                wanted = self.wanted(
                    group.locator("legend").inner_text(), group.locator("label").all_inner_texts()
                )
                radios.nth(min(option, radios.count() - 1) if wanted is None else wanted).check()
        for box in self.page.locator("main textarea:visible").all():
            box.fill("It listens to what was said.")

    def wanted(self, question: str, options: list[str]) -> int | None:
        """Which option a question wants to hear: an attention check, or one of comprehension."""
        right = next((told for asked, told in UNDERSTANDS.items() if asked in question), None)
        named = right or next((quoted for quoted in QUOTED.findall(question) if quoted in options), None)
        return options.index(named) if named in options else None

    def to(self, step: str, *, most: int = 100) -> None:
        """Answers whatever comes until the journey is at `step`."""
        for _ in range(most):
            if self.step == step:
                return
            self.one_page()
        raise AssertionError(f"{step} was not reached; this is {self.step}")

    def one_page(self) -> None:
        kind = "compared" if self.page.locator("textarea[name=compared]").count() else self.step
        self.at(kind)
        if kind == "feedback":
            with self.page.expect_navigation():
                self.page.locator("main a.button").first.click()
            return
        self.fill()
        self.send()

    def code(self) -> str:
        expect(self.page.locator(".code code")).to_be_visible()
        return self.page.locator(".code code").inner_text()
