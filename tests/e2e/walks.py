"""A rater in a real browser, by what the pages say: for tests that walk the whole journey."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

Look = Callable[[str], None]


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
        return self.page.url.split("/r/")[0] + "/r/" + self.page.url.split("/r/")[1].split("/")[0] + "/"

    def at(self, name: str) -> None:
        if name not in self.seen:
            self.seen.add(name)
            self.look(name)

    def consent(self) -> None:
        self.page.goto(self.join)
        self.at("consent")
        self.page.locator("button[name=answer][value=yes]").click()

    def go_on(self) -> None:
        """Sends the page's own form, whatever it asks."""
        here = self.page.url
        self.page.locator("main form button").first.click()
        self.page.wait_for_url(lambda url: url != here)

    def fill(self, option: int = 0) -> None:
        """An answer to everything that is asked: the option of that number, a sentence in each box."""
        names = self.page.evaluate(
            "[...new Set([...document.querySelectorAll('input[type=radio]')].map(radio => radio.name))]"
        )
        for name in names:
            radios = self.page.locator(f"input[type=radio][name='{name}']")
            radios.nth(min(option, radios.count() - 1)).check()
        self.obey()
        for box in self.page.locator("main textarea:visible").all():
            box.fill("It listens to what was said.")

    def obey(self) -> None:
        """The attention check's row says which answer it wants."""
        for row in self.page.locator("fieldset").all():
            wanted = re.search("choose [“\"](.+?)[”\"]", row.locator("legend").inner_text())
            if wanted:
                row.get_by_text(wanted[1], exact=True).click()

    def understand(self, answers: list[str]) -> None:
        """Chooses these options on the page of comprehension questions and sends it."""
        for text in answers:
            self.page.get_by_label(text, exact=True).check()
        self.go_on()

    def to(self, step: str, *, most: int = 200) -> None:
        """Answers whatever comes until the journey is at `step`."""
        for _ in range(most):
            if self.step == step:
                return
            self.one_page()
        raise AssertionError(f"{step} was not reached; this is {self.step}")

    def one_page(self) -> None:
        self.at(self.step)
        if self.step == "feedback":
            here = self.page.url
            self.page.locator("main a.button").first.click()
            self.page.wait_for_url(lambda url: url != here)
            return
        self.fill()
        self.go_on()

    def code(self) -> str:
        expect(self.page.locator(".code code")).to_be_visible()
        return self.page.locator(".code code").inner_text()
