"""What a hand does on a rater's pages."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Page, ViewportSize

PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESKTOP: Final[ViewportSize] = {"width": 1440, "height": 900}


def begin(page: Page, join: str) -> None:
    page.goto(join)
    page.get_by_role("button", name=re.compile("I agree")).click()
    page.get_by_role("button", name="Go to the pairs").click()
    page.wait_for_url("**/pair/**")


def answer(page: Page, value: int = 1) -> None:
    for number in range(1, 7):
        page.locator(f"input[name=q{number}][value='{value}']").check()
    page.locator("textarea").fill("It listens.")


def save(page: Page) -> None:
    """Sends the form and waits for what comes."""
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").click()


def rate_all(page: Page) -> None:
    while "/pair/" in page.url:
        answer(page)
        save(page)


def end(page: Page) -> str:
    """From the review to the code."""
    page.get_by_role("button", name="Rating is done").click()
    page.get_by_role("button", name="Finish and show my completion code").click()
    return page.locator("code").inner_text()


def finish(page: Page) -> str:
    rate_all(page)
    return end(page)
