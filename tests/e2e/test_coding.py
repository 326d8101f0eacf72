"""People who code, in a real browser: keys only, a phone, no network, no JavaScript, and what axe says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from raters.models import CodeMark, CodingAssignment, CodingSession
from studies.models import Passage, Study
from tests.e2e.test_accessibility import LOOKS, RULES, Inspector
from tests.e2e.test_pair import ENLARGED, UNDER_THE_BAR
from tests.e2e.walking import DESKTOP, PHONE
from tests.raters.coder_studies import codes_on, invite, study_to_code, texts_of

pytestmark = pytest.mark.django_db(transaction=True)
CODES = (
    *((f"dimension_{number}", "dimension") for number in range(6)),
    *((f"strategy_{number}", "strategy") for number in range(19)),
)
#: How many different pages and states the walk below meets.
STATES = 11


@pytest.fixture
def study() -> Study:
    return study_to_code(reasons=4, replies=3, codes=CODES)


@pytest.fixture
def session(study: Study) -> CodingSession:
    return invite(study)[0]


@pytest.fixture
def link(session: CodingSession, live_server: LiveServer) -> str:
    return live_server.url + reverse("raters:coding", args=[session.token])


def begin(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**/text/**")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def send(page: Page, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "laptop"])
def test_five_texts_with_keys_only(
    page: Page, session: CodingSession, link: str, size: dict[str, int]
) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(link)
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Tab")
    send(page)
    press(page, "1", "3", "a", "a", "t")
    send(page)
    press(page, "n", "2")
    send(page)
    press(page, "2", "n")
    send(page)
    # By Tab, Space and arrows, and from a text box with Ctrl.
    while page.evaluate("document.activeElement.name") != "codes":
        page.keyboard.press("Tab")
    press(page, "ArrowDown", "ArrowDown", "ArrowUp", "Space")
    page.locator("textarea").focus()
    page.keyboard.type("1 n a")
    send(page, "Control+Enter")
    press(page, "1", "B")  # a reply has no dimensions
    send(page)

    rows = texts_of(session)
    assert [codes_on(row) for row in rows[:5]] == [
        {"dimension_0", "dimension_2", "strategy_18"},
        {"dimension_1"},
        set(),
        {"dimension_1"},
        {"strategy_1"},
    ]
    assert [row.coded_at is not None for row in rows] == [True] * 5 + [False] * 2
    assert rows[3].note == "1 n a"
    expect(page.locator(".place")).to_have_text("6 of 7")


def test_enter_with_nothing_ticked_asks_and_held_keys_do_nothing(page: Page, link: str) -> None:
    begin(page, link)
    here = page.url
    send(page)
    expect(page.get_by_role("alert").first).to_contain_text("Please tick each code that applies")
    expect(page.locator("#errors")).to_be_focused()
    assert page.url == here
    held = "new KeyboardEvent('keydown', {key: '%s', repeat: true, bubbles: true, cancelable: true})"
    for key in ("1", "Enter"):
        page.evaluate(f"document.body.dispatchEvent({held % key})")
    assert page.evaluate("document.querySelectorAll('input[name=codes]:checked').length") == 0

    press(page, "1")
    send(page)

    assert CodeMark.objects.count() == 1


def test_single_keys_can_be_switched_off_and_stay_off(page: Page, link: str) -> None:
    begin(page, link)
    page.get_by_label("Keys without Ctrl are on").uncheck()
    press(page, "1", "n", "Enter")
    page.locator("input[name=codes]").nth(3).check()
    press(page, "Enter")
    page.reload()
    expect(page.get_by_label("Keys without Ctrl are on")).not_to_be_checked()
    expect(page.locator("kbd[aria-hidden]").first).to_be_hidden()
    page.locator("input[name=codes]").nth(3).check()
    press(page, "1", "Enter")
    assert page.evaluate("document.querySelectorAll('input[name=codes]:checked').length") == 1
    send(page, "Control+Enter")

    assert [mark.code.key for mark in CodeMark.objects.select_related("code")] == ["dimension_3"]


def test_the_network_goes_and_nothing_is_lost(
    page: Page, context: BrowserContext, session: CodingSession, link: str
) -> None:
    begin(page, link)
    first = page.url
    press(page, "1")
    expect(page.locator("#saving")).to_have_text("Saved")
    context.set_offline(True)
    press(page, "2", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("There is no connection. Nothing is lost")
    assert page.url == first
    assert not CodeMark.objects.exists()

    context.set_offline(False)
    page.wait_for_url(lambda url: url != first)

    assert codes_on(texts_of(session)[0]) == {"dimension_0", "dimension_1"}


def test_another_device_goes_on_where_this_one_was(page: Page, browser: Browser, link: str) -> None:
    begin(page, link)
    press(page, "1", "b")
    page.locator("textarea").fill("Half a thought")
    expect(page.locator("#saving")).to_have_text("Saved")
    elsewhere = browser.new_context(viewport=PHONE)
    other = elsewhere.new_page()
    other.goto(link)

    assert other.evaluate("[...document.querySelectorAll('.codes :checked')].map((box) => box.value)") == [
        "dimension_0",
        "strategy_1",
    ]
    expect(other.locator("textarea")).to_have_value("Half a thought")
    assert not CodingAssignment.objects.filter(coded_at__isnull=False).exists()
    elsewhere.close()


def test_a_phone_without_javascript_codes_leaves_out_corrects_and_stops(
    browser: Browser, session: CodingSession, link: str
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    begin(page, link)
    expect(page.locator("kbd").first).to_be_hidden()
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("alert").first).to_contain_text("Please tick each code")
    page.get_by_label("Dimension 2").check()
    page.get_by_role("button", name="Save and next").click()
    page.get_by_label("None of these").check()
    page.get_by_role("button", name="Save and next").click()
    page.get_by_role("link", name="Leave this out").click()
    page.get_by_label("What is the matter with it?").fill("Cut off.")
    page.get_by_role("button", name="Leave it out and go on").click()
    page.get_by_role("link", name="Texts you have coded").click()
    page.locator("ol.texts a").first.click()
    page.locator("#code-strategy_1").check()
    page.get_by_role("button", name="Save and next").click()
    expect(page.locator(".place")).to_have_text("4 of 7")
    page.get_by_role("link", name="Stop here").click()
    page.get_by_role("button", name="Stop for good").click()

    expect(page.get_by_text("You have coded 2 texts; they are saved.")).to_be_visible()
    rows = texts_of(session)
    assert [codes_on(row) for row in rows[:3]] == [{"dimension_2", "strategy_1"}, set(), set()]
    assert rows[2].note == "Cut off."
    context.close()


def every_state(page: Page, link: str, session: CodingSession, look: Callable[[str], None]) -> None:
    page.goto(link)
    look("begin")
    page.locator("details.codebook > summary").click()
    look("codebook")
    page.locator("main form button").click()
    page.wait_for_url("**/text/**")
    page.locator("details.about > summary").first.click()
    page.locator("input[name=codes]").first.check()
    look("reason")
    page.locator("input[name=codes]").first.uncheck()
    page.locator("form.codes button").click()
    page.wait_for_selector("#errors")
    look("errors")
    for _ in range(4):
        page.locator("#none").check()
        with page.expect_navigation():
            page.locator("form.codes button").click()
    page.locator("details.earlier > summary").click()
    look("reply")
    for beside in ("earlier", "support", "stop"):
        page.goto(f"{link}{beside}/")
        look(beside)
    due, *others = texts_of(session)[4:]
    page.goto(f"{link}skip/{due.token}/")
    look("skip")
    Passage.objects.filter(pk=due.passage_id).update(text="", erased_at=session.invited_at)
    page.goto(f"{link}text/{due.token}/")
    look("gone")
    for _ in others:
        page.locator("#none").check()
        with page.expect_navigation():
            page.locator("form.codes button").click()
    look("done")


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_in_any_state(
    browser: Browser, session: CodingSession, link: str, look: str
) -> None:
    context = browser.new_context(**LOOKS[look])
    inspector = Inspector(context.new_page(), spaced="spacing" in look)
    every_state(inspector.page, link, session, inspector.look)
    context.close()

    inspector.assert_nothing()
    assert len(inspector.found) == STATES, sorted(inspector.found)


def test_axe_finds_nothing_from_right_to_left(
    browser: Browser, study: Study, session: CodingSession, link: str, pseudo_locale: str
) -> None:
    Study.objects.filter(pk=study.pk).update(language=pseudo_locale)
    context = browser.new_context(viewport=PHONE)
    inspector = Inspector(context.new_page())
    every_state(inspector.page, link, session, inspector.look)
    context.close()

    inspector.assert_nothing()
    assert len(inspector.found) == STATES, sorted(inspector.found)


def test_the_text_is_found_again_from_the_codes_and_scrolled_with_keys(
    page: Page, session: CodingSession, link: str
) -> None:
    first = texts_of(session)[0].passage_id
    Passage.objects.filter(pk=first).update(text="It stays with what was said. " * 120)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size(PHONE)
    begin(page, link)
    for name in ("To the codes", "To the text"):
        page.get_by_role("link", name=name).click()
        inside = "document.querySelector('.passage h1').getBoundingClientRect().top > 0"
        assert page.evaluate(inside) is (name == "To the text")

    page.set_viewport_size(DESKTOP)
    text = page.get_by_role("article", name="Why one of two replies was better")
    text.focus()
    page.keyboard.press("End")
    expect(text.get_by_role("heading")).not_to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_focus_is_never_hidden_under_a_bar(page: Page, link: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.emulate_media(reduced_motion="reduce")
    begin(page, link)
    under_the_last = """() => {
      const bar = document.querySelector('.send'), on = document.activeElement;
      const floats = getComputedStyle(bar).position === 'sticky';
      if (on.matches('.skip, body') || bar.contains(on) || !floats) return false;
      const seen = on.getBoundingClientRect();
      const end = Math.min(seen.bottom, seen.top + 44);  // of a text box the browser shows where one types
      return on.closest('.codes') && end > bar.getBoundingClientRect().top + 1;
    }"""
    for key in ("Tab", "Shift+Tab"):
        for _ in range(60):
            page.keyboard.press(key)
            assert page.evaluate(UNDER_THE_BAR) is False
            assert not page.evaluate(under_the_last)


def test_enlarged_four_times_axe_and_targets_are_content(browser: Browser, link: str) -> None:
    context = browser.new_context(viewport=ENLARGED)  # type: ignore[arg-type]
    page = context.new_page()
    begin(page, link)

    labels = page.evaluate("[...document.querySelectorAll('.codes label')].map((e) => e.offsetHeight)")
    assert min(labels) >= 24
    assert page.evaluate("document.documentElement.scrollWidth") == ENLARGED["width"]
    assert Axe().run(page, options=RULES).violations_count == 0
    context.close()
