"""Nothing is lost: no network, another device, a reload, a page that is left."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from raters.models import Draft, Rating, RatingSession
from tests.e2e.walking import answer, begin, save

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_network_goes_mid_answer_and_comes_back(page: Page, context: BrowserContext, join: str) -> None:
    begin(page, join)
    first = page.url
    answer(page)
    saving = page.locator("#saving")
    expect(saving).to_have_text("Saved")
    context.set_offline(True)
    page.locator("textarea").fill("It listens closely.")
    expect(saving).to_have_text("Not saved yet, retrying")
    expect(page.get_by_role("alert")).to_contain_text("Your last changes are not saved yet.")

    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_role("alert")).to_contain_text("There is no connection. Nothing is lost")
    expect(page.get_by_role("button", name="Save and go on")).to_have_attribute("aria-disabled", "false")
    expect(page.locator("textarea")).to_have_value("It listens closely.")
    assert page.url == first
    assert not Rating.objects.exists()

    context.set_offline(False)
    page.wait_for_url(lambda url: url != first)

    rating = Rating.objects.get()
    assert (rating.reason, rating.scores.count()) == ("It listens closely.", 6)
    assert not Draft.objects.exists()


def test_a_site_that_restarts_is_waited_for(page: Page, join: str) -> None:
    begin(page, join)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=502)

    page.route("**/draft/**", refuse)
    page.locator("input[name=q2][value='-1']").check()
    expect(page.locator("#saving")).to_have_text("Not saved yet, retrying")
    assert len(refused) >= 1
    page.unroute("**/draft/**")

    expect(page.locator("#saving")).to_have_text("Saved", timeout=15_000)

    expect(page.locator("#trouble")).to_be_hidden()
    assert Draft.objects.get().fields["q2"] == "-1"


def test_the_answers_are_sent_even_if_drafts_cannot_be_kept(page: Page, join: str) -> None:
    begin(page, join)
    page.route("**/draft/**", lambda route: route.fulfill(status=500))
    answer(page)

    save(page)

    assert Rating.objects.count() == 1


def test_another_device_goes_on_where_this_one_was(page: Page, browser: Browser, join: str) -> None:
    begin(page, join)
    page.locator("input[name=q3][value='2']").check()
    page.locator("textarea").fill("Half a thought")
    page.get_by_text("Something is wrong with this reply").last.click()
    page.get_by_label("It is broken").last.check()
    expect(page.locator("#saving")).to_have_text("Saved")
    elsewhere = browser.new_context()

    other = elsewhere.new_page()
    other.goto(page.url)

    expect(other.locator("input[name=q3][value='2']")).to_be_checked()
    expect(other.locator("textarea")).to_have_value("Half a thought")
    expect(other.get_by_label("It is broken").last).to_be_checked()
    assert not Rating.objects.exists()
    elsewhere.close()


def test_a_reload_keeps_what_stands_in_the_form(page: Page, join: str) -> None:
    begin(page, join)
    page.locator("input[name=q3][value='2']").check()
    expect(page.locator("#saving")).to_have_text("Saved")

    page.reload()

    expect(page.locator("input[name=q3][value='2']")).to_be_checked()
    assert page.evaluate("document.querySelectorAll('input[type=radio]:checked').length") == 1


def test_what_was_typed_last_is_kept_when_the_page_is_left(page: Page, join: str) -> None:
    begin(page, join)
    page.locator("textarea").fill("Typed last")

    with page.expect_response("**/draft/**") as told:
        page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    assert told.value.status == 204
    assert Draft.objects.get().fields["reason"] == "Typed last"


def test_a_page_says_once_that_rating_has_ended_elsewhere(page: Page, join: str) -> None:
    begin(page, join)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/draft/" in request.url else None)
    RatingSession.objects.update(stopped_at=timezone.now())
    page.locator("textarea").fill("Too late")

    expect(page.get_by_role("alert")).to_have_text("Rating has ended here; what you type is no longer kept.")
    expect(page.locator("#saving")).to_have_text("")

    page.locator("textarea").fill("Later still")
    page.locator("input[name=q2][value='-1']").check()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    expect(page.get_by_role("alert")).to_have_count(1)
    assert len(sent) == 1
    assert not Draft.objects.exists()
