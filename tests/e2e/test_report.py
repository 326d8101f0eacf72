"""The report in a real browser: on every screen, on paper, and under the policy it is served with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from raters import tasks
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from studies.analysis.simulating import Design, Effects, simulate, write_verdicts
from tests import factories
from tests.studies.analysis.reporting import demonstration

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
LOOKS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": {"width": 1440, "height": 900}},
    "tablet-light": {"viewport": {"width": 768, "height": 1024}},
    "phone-dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "enlarged-to-400-percent": {"viewport": {"width": 320, "height": 256}},
    "forced-colours": {"viewport": {"width": 768, "height": 1024}, "forced_colors": "active"},
}
NO_WIDER = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    simulated = simulate(Design(dialogues=6, models=2, raters=4), Effects(), np.random.default_rng(1))
    write_verdicts(simulated, folder / "verdicts.csv")
    analyze(
        path=folder / "verdicts.csv", out=folder / "out", options=Options(), sections=demonstration.sections()
    )
    return folder / "out" / "report.html"


@pytest.mark.parametrize("look", LOOKS)
def test_it_reads_well_however_it_is_looked_at(browser: Browser, report: Path, look: str) -> None:
    context = browser.new_context(**LOOKS[look])
    page = context.new_page()
    page.goto(report.as_uri())
    for fold in page.locator("details").all():
        fold.evaluate("fold => { fold.open = true }")
    assert page.evaluate(NO_WIDER)
    assert [violation["id"] for violation in Axe().run(page, options=RULES).response["violations"]] == []
    context.close()


def test_paper_names_the_folded_tables_files_and_nothing_scrolls(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    file = page.get_by_text("tables/preference_full.csv").last
    expect(file).not_to_be_visible()
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 658, "height": 900})  # what 20 mm margins leave of A4
    expect(file).to_be_visible()
    expect(page.locator("#table-preference_full tbody tr").last).not_to_be_visible()
    expect(page.locator("main .table tbody tr").first).to_be_visible()
    assert page.evaluate(NO_WIDER)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('main h2')).color") == "rgb(29, 36, 38)"


@pytest.mark.django_db(transaction=True)
def test_the_app_serves_it_with_its_style_and_without_complaint(page: Page, live_server: LiveServer) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    User.objects.create_superuser("head", password="secret")
    study = factories.open_study(factories.make_study())
    factories.rate_all(factories.make_rater(study))
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Username").fill("head")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()
    page.goto(f"{live_server.url}/admin/studies/study/{study.pk}/desk/")
    page.get_by_role("button", name="Make a report").click()
    expect(page.get_by_text("It is being made (report)")).to_be_visible()
    tasks.run_exports()
    page.reload()
    page.get_by_role("link", name="open", exact=True).click()
    expect(page.locator("dl.facts")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.facts dt')).color") == "rgb(86, 96, 100)"
    assert said == []
