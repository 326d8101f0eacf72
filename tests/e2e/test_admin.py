"""The researcher's desk in a real browser, under the same strict policy as the rater's pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_desk_works_and_renews_itself_under_the_policy(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    User.objects.create_superuser("head", password="secret")
    study = factories.make_study()
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("head")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/desk/")
    assert page.evaluate("htmx.version") == "2.0.10"

    page.get_by_role("link", name="How replies are shown, and what a profile changes").click()
    page.get_by_label("What would this profile change?").select_option("plain-1")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", name="0 of 12 replies are changed by plain-1")).to_be_visible()
    page.go_back()
    page.go_back()
    page.get_by_role("button", name="Make decoy pairs").click()
    expect(page.get_by_text("ask for 12 at most")).to_be_visible()
    page.get_by_label("Decoy pairs in all").fill("3")
    page.get_by_role("button", name="Make decoy pairs").click()
    expect(page.get_by_text("3 decoy pairs made")).to_be_visible()
    page.get_by_role("button", name="Freeze and open").click()
    expect(page.get_by_text("0 of 16 planned ratings")).to_be_visible()
    study.refresh_from_db()
    factories.rate(factories.assignments_of(factories.make_rater(study))[0])
    expect(page.get_by_text("1 of 16 planned ratings")).to_be_visible(timeout=15_000)
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/change/")
    expect(page.get_by_text("You take part of your own free will.")).to_be_visible()

    assert said == []
