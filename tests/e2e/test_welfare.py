"""Themes, help, a message and withdrawing in a real browser, on a phone without scripts; and under axe."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from raters.models import Message, Rating, RatingSession
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
CONTACTS = "\n".join(f"Country {number} | Line {number}, 0800 111 22{number}" for number in range(4))
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def join(live_server: LiveServer) -> str:
    themes = "loss | the death of somebody"
    study = factories.make_study(dialogues=2, support_contacts=CONTACTS, themes=themes)
    return f"{live_server.url}/join/{factories.open_study(study).slug}/"


def agree(page: Page, join: str) -> None:
    page.goto(join)
    page.get_by_label("the death of somebody").check()
    page.get_by_role("button", name=re.compile("I agree")).click()
    page.get_by_role("button", name="Go to the pairs").click()


def test_somebody_withdraws_on_a_phone_without_scripts(browser: Browser, join: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    agree(page, join)
    for number in range(1, 7):
        page.locator(f"input[name=q{number}][value='1']").check()
    page.locator("textarea").fill("It listens.")
    page.get_by_role("button", name="Save and go on").click()

    page.get_by_role("link", name="Upset? Get help").click()
    page.get_by_text("Country 2").click()
    expect(page.get_by_role("link", name="0800 111 222")).to_have_attribute("href", "tel:0800111222")
    page.get_by_role("link", name="Write to the researchers").first.click()
    page.get_by_label("Your message").fill("This was too much.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your message has been sent")).to_be_visible()
    assert Message.objects.get().text == "This was too much."

    page.get_by_role("link", name="Withdraw from the study").click()
    page.get_by_role("button", name="Withdraw and delete what I gave").click()

    session = RatingSession.objects.get()
    expect(page.get_by_text("your other answers are deleted")).to_be_visible()
    expect(page.locator(".code")).to_have_text(session.code)
    assert session.erased_at is not None
    assert not Rating.objects.exists()
    assert not Message.objects.exists()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_help_and_rights_breaks_a_rule(browser: Browser, join: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 640})  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(join)
    assert Axe().run(page).response["violations"] == []
    agree(page, join)
    token = RatingSession.objects.get().token
    here = page.url.split("/r/")[0]
    for name in ("support", "message", "message/?sent", "stop", "withdraw"):
        page.goto(f"{here}/r/{token}/{name}{'' if '?' in name else '/'}")
        assert Axe().run(page).response["violations"] == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.goto(f"{here}/r/{token}/message/")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("Please write something first.")
    assert Axe().run(page).response["violations"] == []
    context.close()
