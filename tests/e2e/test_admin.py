"""The researcher's desk in a real browser, under the same strict policy as the rater's pages."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from studies import tasks
from studies.calling import designing
from studies.models import Judgment
from tests import factories
from tests.studies import machines

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
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/change/")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
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


def test_a_run_starts_and_shows_its_progress_without_reloading(
    page: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "nudge", lambda run: None)  # the test itself is the worker
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    User.objects.create_superuser("head", password="secret")
    study = machines.judged_study()
    run = machines.judging_run(study)
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("head")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()

    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/runs/{run.number}/")
    expect(page.get_by_text("Prices are being looked up")).to_be_visible()
    designing.price(run=run, now=timezone.now())
    page.get_by_role("button", name="Start").click(timeout=15_000)
    expect(page.get_by_text("The run has started.")).to_be_visible()
    run.refresh_from_db()
    machines.worked_off(run)
    expect(page.locator(".run-state")).to_have_text("finished", timeout=15_000)
    count = Judgment.objects.count()
    expect(page.get_by_text(f"{count} / {count}")).to_be_visible()
    for path in (f"runs/{run.number}/", "models/"):
        page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/{path}")
        own = Axe().run(page, context="#content")
        assert own.violations_count == 0, own.generate_report()

    assert said == []


def test_texts_are_set_out_from_the_page_for_coding(page: Page, live_server: LiveServer) -> None:
    User.objects.create_superuser("head", password="secret")
    study = factories.open_study(factories.make_study(dialogues=1))
    for name in ("one", "two"):
        factories.rate_all(factories.make_rater(study, participant_id=name))
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("head")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/desk/")
    page.get_by_role("link", name="Codebook, and the texts that are coded").click()
    page.get_by_role("button", name="Start from the default codebook").click()
    page.get_by_role("button", name="Freeze this version").click()
    expect(page.get_by_text("Version 1, frozen on")).to_be_visible()
    page.get_by_label("of each pair so many").fill("1")
    page.get_by_role("button", name="Count what it comes to").click()
    page.get_by_role("button", name="Set out 5 texts").click()
    expect(page.get_by_text("Set out: 5 texts; 0 were there.")).to_be_visible()

    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert Axe().run(page, context="#content-main").violations_count == 0
    page.get_by_role("link", name="Read and edit the codes").click()
    expect(page.get_by_text("codebook: what reasons and replies are coded with")).to_be_visible()
