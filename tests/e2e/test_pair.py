"""The pair's page under a hand: keys, flags, skipping, both passes, small and enlarged screens."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from raters.models import Rating, RatingSession, Skip
from tests import factories
from tests.e2e.walking import DESKTOP, PHONE, answer, begin, end, save

pytestmark = pytest.mark.django_db(transaction=True)

#: What readers may set by WCAG 1.4.12.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important } p { margin-block-end: 2em !important }"""
#: 1280 by 1024 pixels at 400 %.
ENLARGED = {"width": 320, "height": 256}
UNDER_THE_BAR = """() => {
  const bar = document.querySelector('.bar'), on = document.activeElement;
  if (on.matches('.skip, body') || bar.contains(on)) return false;
  return on.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1;
}"""


@pytest.fixture
def long_study(live_server: LiveServer) -> str:
    """The join link of a study with 29 turns, replies of 2,000 words, and a second pass."""
    study = factories.make_study("long", dialogues=0, asking="two_pass")
    turns = [{"speaker": ("seeker", "supporter")[n % 2], "text": f"Turn {n}. " * 12} for n in range(29)]
    texts = {"a": "I hear that you are alone. " * 333, "b": "Since when is it so? " * 400}
    factories.add_dialogue(study, "d1", systems=("a", "b"), turns=turns, texts=texts)
    factories.pair_up(study)
    factories.open_study(study)
    return f"{live_server.url}/join/long/"


def test_number_keys_choose_in_the_row_that_has_the_focus_and_only_there(page: Page, join: str) -> None:
    begin(page, join)
    page.locator("input[name=q2]").first.focus()
    page.keyboard.press("4")
    page.keyboard.press("9")
    page.locator("textarea").focus()
    page.keyboard.press("3")

    expect(page.locator("input[name=q2]").nth(3)).to_be_checked()
    expect(page.locator("textarea")).to_have_value("3")
    assert page.evaluate("document.querySelectorAll('input:checked').length") == 1


def test_enter_on_a_flag_sends_nothing(page: Page, join: str) -> None:
    begin(page, join)
    here = page.url
    page.get_by_text("Something is wrong with this reply").first.click()
    page.get_by_label("It is unsafe").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_label("It is unsafe").first).to_be_checked()
    assert page.url == here
    answer(page)
    save(page)

    assert list(Rating.objects.get().flags.values_list("side", "kind")) == [(1, "unsafe")]


def test_what_the_page_counts_is_told_and_carried_over_a_reload(page: Page, join: str) -> None:
    begin(page, join)
    paste = "document.querySelector('textarea').dispatchEvent(new ClipboardEvent('paste', {bubbles: true}))"
    page.evaluate(paste)
    page.locator("textarea").fill("Pasted")
    expect(page.locator("#saving")).to_have_text("Saved")
    page.reload()
    page.evaluate(paste)
    answer(page)
    save(page)

    rating = Rating.objects.get()
    assert (rating.pastes, rating.focus_losses) == (2, 0)
    assert rating.visible_seconds is not None


def test_whoever_skips_everything_gets_the_code(page: Page, join: str) -> None:
    begin(page, join)
    while "/pair/" in page.url:
        page.get_by_role("link", name="Skip this one").click()
        page.get_by_label("Another reason").check()
        page.get_by_role("button", name="Skip this pair").click()

    session_code = end(page)

    session = RatingSession.objects.get()
    assert session_code == session.code != ""
    assert (Skip.objects.count(), Rating.objects.count()) == (2, 0)


def test_a_phone_without_javascript_flags_skips_and_finishes(browser: Browser, join: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    begin(page, join)
    page.get_by_text("Something is wrong with this reply").last.click()
    page.get_by_label("It speaks in the wrong role").last.check()
    answer(page)
    save(page)
    page.get_by_role("link", name="Skip this one").click()
    page.get_by_label("It is too upsetting for me").check()
    page.get_by_label("Anything you want to add").fill("Too close.")
    page.get_by_role("button", name="Skip this pair").click()

    assert end(page) == RatingSession.objects.get().code
    rating = Rating.objects.get()
    assert list(rating.flags.values_list("side", "kind")) == [(2, "wrong_role")]
    assert (rating.visible_seconds, rating.layout) == (None, "")
    assert list(Skip.objects.values_list("reason", "note")) == [("upsetting", "Too close.")]
    context.close()


def test_all_preferences_come_first_then_the_narrower_questions(page: Page, live_server: LiveServer) -> None:
    study = factories.open_study(factories.make_study(dialogues=2, asking="two_pass"))
    begin(page, f"{live_server.url}/join/{study.slug}/")
    while "/pair/" in page.url:
        page.locator("input[name=q1]").first.check()
        page.locator("textarea").fill("It listens.")
        save(page)
    expect(page.locator(".place")).to_have_text("Questions 1 of 2")
    while "/rubric/" in page.url:
        for number in range(2, 7):
            page.locator(f"input[name=q{number}]").last.check()
        save(page)

    end(page)

    assert sorted(Rating.objects.values_list("phase", flat=True)) == ["main"] * 2 + ["rubric"] * 2


def test_long_material_is_usable_and_the_answers_are_in_reach(page: Page, long_study: str) -> None:
    page.set_viewport_size(PHONE)
    begin(page, long_study)
    expect(page.get_by_text("Turn 28.").first).to_be_in_viewport()
    expect(page.get_by_text("Turn 0.").first).to_be_hidden()
    page.get_by_text("Show the 23 earlier turns").click()
    expect(page.get_by_text("Turn 0.").first).to_be_visible()
    page.get_by_role("link", name="To the answers").click()
    expect(page.locator("input[name=q1]").first).to_be_in_viewport()

    page.set_viewport_size(DESKTOP)
    page.reload()
    sizes = page.evaluate("[...document.querySelectorAll('.reply')].map((one) => one.offsetWidth)")
    assert sizes[0] == sizes[1]
    assert page.evaluate("document.documentElement.scrollWidth") == DESKTOP["width"]
    page.get_by_role("link", name="To the answers").click()
    expect(page.locator("input[name=q1]").first).to_be_in_viewport()


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("spacing", ["", TEXT_SPACING], ids=["own", "wide"])
def test_enlarged_four_times_nothing_is_lost_sideways(
    browser: Browser, join: str, direction: str, spacing: str
) -> None:
    context = browser.new_context(viewport=ENLARGED, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    begin(page, join)
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    page.add_style_tag(content=spacing or "/* none */")
    page.get_by_text("Something is wrong with this reply").first.click()

    widest = page.evaluate("Math.max(...[...document.querySelectorAll('main *')].map((e) => e.scrollWidth))")

    assert page.evaluate("document.documentElement.scrollWidth") == ENLARGED["width"]
    assert widest <= ENLARGED["width"]
    labels = page.evaluate("[...document.querySelectorAll('.scale label')].map((e) => e.offsetHeight)")
    assert min(labels) >= 24
    assert Axe().run(page).violations_count == 0
    context.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_focus_is_never_hidden_under_the_bar(page: Page, join: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 600})
    page.emulate_media(reduced_motion="reduce")  # where a smooth scroll would end
    begin(page, join)
    page.get_by_text("Something is wrong with this reply").first.click()
    for key in ("Tab", "Shift+Tab"):
        for _ in range(30):
            page.keyboard.press(key)
            assert page.evaluate(UNDER_THE_BAR) is False


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colors", ["none", "active"])
def test_axe_finds_nothing_in_any_state_of_the_page(
    page: Page, long_study: str, scheme: str, colors: str
) -> None:
    page.emulate_media(color_scheme=scheme, forced_colors=colors)  # type: ignore[arg-type]
    begin(page, long_study)
    found = {}

    def look(name: str) -> None:
        violations = Axe().run(page).response["violations"]
        found[name] = [(one["id"], one["nodes"][0]["html"]) for one in violations]

    page.get_by_text("Something is wrong with this reply").first.click()
    page.get_by_text("Show the 23 earlier turns").click()
    look("unfolded")
    page.route("**/draft/**", lambda route: route.abort())
    page.locator("input[name=q1]").first.check()
    expect(page.get_by_role("alert")).to_be_visible()
    look("not saved")
    page.unroute("**/draft/**")
    page.locator("textarea").fill("It listens.")
    expect(page.locator("#saving")).to_have_text("Saved", timeout=15_000)
    save(page)
    look("second pass")
    save(page)
    look("second pass with errors")

    assert found == {name: [] for name in found}
    assert len(found) == 4
