"""WCAG 2.2 AA as far as a tool sees it: axe in every state of the whole journey, however it is looked at.

What no tool sees stands in docs/accessibility.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from raters import fieldwork
from studies.models import Study
from tests import factories
from tests.e2e.walks import Walk

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
#: As WCAG 1.4.12 words it.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }
"""
#: How many different pages and states the walk below meets.
STATES = 22
#: 1280 CSS px at 400 %.
ENLARGED = {"width": 320, "height": 256}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": {"width": 1440, "height": 900}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "enlarged-to-400-percent": {"viewport": ENLARGED},
    "narrow-with-wide-spacing": {"viewport": {"width": 320, "height": 640}, "bypass_csp": True},
    "forced-colours": {"viewport": {"width": 768, "height": 1024}, "forced_colors": "active"},
}


class Inspector:
    """Notes what axe finds in a state, and what stands out of the window sideways."""

    def __init__(self, page: Page, *, spaced: bool = False) -> None:
        self.page, self.spaced = page, spaced
        self.found: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        if self.spaced:
            self.page.add_style_tag(content=SPACING)
        violations = Axe().run(self.page, options=RULES).response["violations"]
        too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        sideways = ["scrolls sideways"] if self.page.evaluate(too_wide) else []
        self.found[name] = [violation["id"] for violation in violations] + sideways

    def assert_nothing(self) -> None:
        assert {name: said for name, said in self.found.items() if said} == {}


def every_state(walk: Walk) -> None:
    """From the consent page to the code, with everything that can be met on the way."""
    walk.consent()
    walk.to("questions")
    walk.send()
    walk.at("unanswered questions")
    first_try(walk)
    walk.at("second try")
    walk.to("feedback")
    walk.one_page()
    walk.send()
    walk.at("errors")
    for beside in ("support", "message", "stop", "withdraw", "instructions"):
        walk.visit(beside)
    skip = walk.page.locator("form.rubric .ways a").first
    skip.click()
    walk.page.wait_for_url("**/skip/**")
    walk.at("skip")
    walk.page.go_back()
    walk.to("done")
    walk.at("done")
    walk.page.goto(f"{walk.home}nowhere/")
    walk.at("not found")


def first_try(walk: Walk) -> None:
    """A wrong answer to every comprehension question."""
    for group in walk.page.locator("main fieldset").all():
        options = group.locator("label").all_inner_texts()
        right = walk.wanted(group.locator("legend").inner_text(), options)
        group.locator("input").nth(1 if right == 0 else 0).check()
    walk.send()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(
    browser: Browser, live_server: LiveServer, whole_study: Study, look: str
) -> None:
    factories.open_study(whole_study, now=timezone.now())
    context = browser.new_context(**LOOKS[look])
    inspector = Inspector(context.new_page(), spaced="spacing" in look)
    every_state(Walk(inspector.page, f"{live_server.url}/join/whole/", inspector.look))
    context.close()

    inspector.assert_nothing()
    assert len(inspector.found) == STATES, sorted(inspector.found)


def test_axe_finds_nothing_from_right_to_left(
    browser: Browser, live_server: LiveServer, whole_study: Study, pseudo_locale: str
) -> None:
    Study.objects.filter(pk=whole_study.pk).update(language=pseudo_locale, risk_phrases="")
    whole_study.refresh_from_db()
    factories.open_study(whole_study, now=timezone.now())
    context = browser.new_context(viewport={"width": 390, "height": 844})
    inspector = Inspector(context.new_page())
    every_state(Walk(inspector.page, f"{live_server.url}/join/whole/", inspector.look))
    context.close()

    inspector.assert_nothing()
    assert len(inspector.found) == STATES, sorted(inspector.found)


def test_axe_finds_nothing_where_the_journey_ends_otherwise(
    browser: Browser, live_server: LiveServer, whole_study: Study
) -> None:
    factories.open_study(whole_study, now=timezone.now())
    join = f"{live_server.url}/join/whole/"
    found: dict[str, list[str]] = {}

    def somebody(name: str, act: Callable[[Walk], None]) -> None:
        context: BrowserContext = browser.new_context(viewport={"width": 390, "height": 844})
        inspector = Inspector(context.new_page())
        act(Walk(inspector.page, join))
        inspector.look(name)
        found.update(inspector.found)
        context.close()

    somebody("declined", decline)
    somebody("turned away", be_turned_away)
    somebody("stopped", stop)
    somebody("withdrawn", withdraw)
    fieldwork.close_study(study=whole_study, now=timezone.now())
    somebody("not open", lambda walk: goto(walk, walk.join))

    assert {name: said for name, said in found.items() if said} == {}
    assert len(found) == 5


def goto(walk: Walk, address: str) -> None:
    walk.page.goto(address)


def decline(walk: Walk) -> None:
    walk.page.goto(walk.join)
    walk.page.locator("button[name=answer][value=no]").click()
    walk.page.wait_for_url("**/declined/")


def be_turned_away(walk: Walk) -> None:
    walk.consent()
    walk.to("questions")
    first_try(walk)
    first_try(walk)
    walk.page.wait_for_url("**/not-this-time/")


def stop(walk: Walk) -> None:
    walk.consent()
    walk.to("pair")
    goto(walk, f"{walk.home}stop/")
    walk.send()
    walk.page.wait_for_url("**/done/")


def withdraw(walk: Walk) -> None:
    walk.consent()
    walk.to("pair")
    goto(walk, f"{walk.home}withdraw/")
    walk.page.locator("button[value=delete]").click()
    walk.page.wait_for_url("**/done/")
