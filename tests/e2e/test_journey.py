"""A rater's whole way in a real browser: mouse, keyboard, phone, no scripts, and every page under axe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from raters.models import Rating, RatingSession
from tests import factories
from tests.e2e.walking import DESKTOP, PHONE, answer, begin, finish, rate_all, save

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser's console says: a refused script, a missing file, a broken policy."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    return said


def test_from_the_join_link_to_the_code(page: Page, join: str, complaints: list[str]) -> None:
    page.set_viewport_size(DESKTOP)
    begin(page, join)
    assert page.evaluate("document.querySelectorAll('input:checked').length") == 0

    code = finish(page)

    assert code == RatingSession.objects.get().code
    assert set(Rating.objects.values_list("layout", flat=True)) == {"side"}
    assert complaints == []


def test_on_a_phone_replies_are_stacked_and_nothing_scrolls_sideways(page: Page, join: str) -> None:
    page.set_viewport_size(PHONE)
    begin(page, join)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    finish(page)

    assert set(Rating.objects.values_list("layout", flat=True)) == {"stacked"}


def test_without_javascript(browser: Browser, join: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    begin(page, join)

    assert finish(page) == RatingSession.objects.get().code
    context.close()


def test_with_the_keyboard_only(page: Page, join: str) -> None:
    page.goto(join)
    tab_to(page, lambda: "I agree" in focused_text(page))
    page.keyboard.press("Enter")
    page.wait_for_url("**/instructions/")
    tab_to(page, lambda: "Go to the pairs" in focused_text(page))
    page.keyboard.press("Enter")
    for _ in range(2):
        page.wait_for_url("**/pair/**")
        here = page.url
        for number in range(1, 7):
            tab_to(page, lambda n=number: focused_name(page) == f"q{n}")  # type: ignore[misc]
            page.keyboard.press("Space")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")  # by accident; must not send half a form
            assert page.url == here
        tab_to(page, lambda: focused_name(page) == "reason")
        page.keyboard.type("Because.")
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, here=here: url != here)  # type: ignore[misc]
    tab_to(page, lambda: "Rating is done" in focused_text(page))
    page.keyboard.press("Enter")
    page.wait_for_url("**/debrief/")
    tab_to(page, lambda: "Keep my ratings" in focused_text(page))
    page.keyboard.press("Enter")
    page.wait_for_url("**/done/")

    values = {score.value for rating in Rating.objects.all() for score in rating.scores.all()}
    assert values == {-1}
    assert Rating.objects.count() == 2


def tab_to(page: Page, there: Callable[[], bool]) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if there():
            return
    raise AssertionError(f"not reached by Tab: focus is on {focused_text(page)!r} {focused_name(page)!r}")


def focused_text(page: Page) -> str:
    return str(page.evaluate("document.activeElement.innerText || ''"))


def focused_name(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || ''"))


def test_a_forgotten_answer_is_pointed_at_and_the_rest_stands(page: Page, join: str) -> None:
    begin(page, join)
    page.locator("input[name=q2][value='-2']").check()
    page.locator("textarea").fill("Half a thought")

    save(page)

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.locator("input[name=q2][value='-2']")).to_be_checked()
    expect(page.locator("textarea")).to_have_value("Half a thought")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("#id_q1_0$"))
    expect(page.locator("#id_q1_0")).to_be_in_viewport()


def test_reload_back_and_a_second_tab_neither_lose_nor_double(
    page: Page, context: BrowserContext, join: str
) -> None:
    begin(page, join)
    first = page.url
    other = context.new_page()
    other.goto(first)
    answer(page, 2)
    save(page)
    page.reload()
    answer(other, -1)
    save(other)
    page.goto(first)

    expect(page.locator("input[name=q1][value='-1']")).to_be_checked()
    assert Rating.objects.count() == 1


def test_a_double_click_saves_one_pair(page: Page, join: str) -> None:
    begin(page, join)
    first = page.url
    answer(page)
    page.get_by_role("button", name="Save and go on").dblclick()
    page.wait_for_url(lambda url: url != first)

    assert Rating.objects.count() == 1


def test_changing_an_answer_at_the_end(page: Page, join: str) -> None:
    begin(page, join)
    rate_all(page)
    page.get_by_text("Look at a pair again").click()
    page.get_by_role("link", name="Pair 1").click()
    page.locator("input[name=q1][value='-2']").check()
    save(page)

    page.wait_for_url("**/review/")
    changed = Rating.objects.get(assignment__position=1)
    assert changed.scores.get(dimension__key="overall").value == -2


def test_a_long_conversation_opens_at_its_end(page: Page, live_server: LiveServer) -> None:
    study = factories.make_study("long", dialogues=0)
    turns = [{"speaker": ("seeker", "supporter")[n % 2], "text": f"Turn {n}. " * 12} for n in range(29)]
    factories.add_dialogue(study, "d1", systems=("a", "b"), turns=turns)
    factories.pair_up(study)
    factories.open_study(study)
    page.set_viewport_size(DESKTOP)
    begin(page, f"{live_server.url}/join/long/")

    expect(page.get_by_text("Turn 28.").first).to_be_in_viewport()
    expect(page.get_by_text("Reply A", exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_any_page(page: Page, join: str, scheme: str, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        result = Axe().run(page)
        found[name] = [violation["id"] for violation in result.response["violations"]]

    page.goto(join)
    look("consent")
    page.get_by_role("button", name=re.compile("I agree")).click()
    look("instructions")
    page.get_by_role("button", name="Go to the pairs").click()
    look("pair")
    save(page)
    look("errors")
    home = page.url.split("/pair/")[0]
    page.get_by_role("link", name="Skip this one").click()
    look("skip")
    for name in ("support", "stop"):
        page.goto(f"{home}/{name}/")
        look(name)
    page.goto(f"{home}/")
    rate_all(page)
    look("review")
    page.get_by_role("button", name="Rating is done").click()
    look("debrief")
    page.get_by_role("button", name="Finish and show my completion code").click()
    look("done")
    page.goto(f"{home}/nowhere/")
    look("not found")

    assert found == {name: [] for name in found}
    assert len(found) == 11
