"""The whole journey, everything switched on, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from raters import fieldwork
from raters.models import Answer, Assignment, Guess, Rating, RatingSession
from raters.screening import screenings
from studies.models import Study
from tests import factories
from tests.e2e.walking import PHONE
from tests.e2e.walks import QUOTED, Walk

pytestmark = pytest.mark.django_db(transaction=True)


def open_at(study: Study, live_server: LiveServer) -> str:
    factories.open_study(study, now=timezone.now())
    return f"{live_server.url}/join/{study.slug}/"


def test_every_step_comes_in_its_order_and_is_stored(
    page: Page, live_server: LiveServer, whole_study: Study
) -> None:
    walk = Walk(page, open_at(whole_study, live_server))
    order: list[str] = []
    walk.look = order.append
    walk.consent()
    walk.to("done")

    assert order == [
        *("consent", "instructions", "questions", "pair", "feedback", "pause", "rubric"),
        *("review", "compared", "guesses", "survey", "debrief"),
    ]
    session = RatingSession.objects.get()
    assert walk.code() == session.code
    ratings = Rating.objects.values_list("assignment__kind", "phase")
    assert sorted(ratings) == [
        ("decoy", "main"),
        *[("main", "main")] * 4,
        *[("main", "rubric")] * 4,
        ("training", "main"),
    ]
    assert screenings([session])[session.pk][2:] == (1, 0)
    assert Guess.objects.count() == 1
    assert sorted(Answer.objects.values_list("use", "key")) == [
        *(("blinding", "compared"), ("comprehension", "task"), ("comprehension", "upset")),
        *(("survey", "age"), ("survey", "remarks"), ("survey", "support_experience")),
    ]


def test_on_a_phone_without_scripts(browser: Browser, live_server: LiveServer, whole_study: Study) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    walk = Walk(context.new_page(), open_at(whole_study, live_server))
    walk.consent()
    walk.to("done")

    assert walk.code() == RatingSession.objects.get().code
    context.close()


def test_with_the_keyboard_only(page: Page, live_server: LiveServer, whole_study: Study) -> None:
    hand = Keyboard(page, Walk(page, open_at(whole_study, live_server)))
    page.goto(hand.walk.join)
    for _ in range(60):
        if hand.walk.step == "done":
            break
        hand.one_page()

    session = RatingSession.objects.get()
    assert hand.walk.code() == session.code
    assert session.completed_at is not None
    assert screenings([session])[session.pk][2:] == (1, 0)
    assert Rating.objects.filter(phase="rubric").count() == 4


class Keyboard:
    """Tab, arrows, Space, Enter and letters; nothing else."""

    def __init__(self, page: Page, walk: Walk) -> None:
        self.page, self.walk = page, walk

    def one_page(self) -> None:
        """Tabs through the page, answers each question where it comes, and presses the main button."""
        answered: set[str] = set()
        for _ in range(120):
            self.page.keyboard.press("Tab")
            tag, name, kind = self.focus()
            if kind == "radio" and name not in answered:
                answered.add(name)
                self.choose()
            elif tag == "TEXTAREA" and name not in answered:
                answered.add(name)
                self.page.keyboard.type("Because.")
            elif self.is_the_way_on(tag):
                with self.page.expect_navigation():
                    self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"no way on was reached by Tab at {self.walk.step}")

    def focus(self) -> tuple[str, str, str]:
        tag, name, kind = self.page.evaluate(
            "(e => [e.tagName, e.getAttribute('name') || '', e.type || ''])(document.activeElement)"
        )
        return tag, name, kind

    def choose(self) -> None:
        """Space takes the first option, arrows move on to the one that is wanted."""
        question, options = self.page.evaluate(
            "(set => [set.querySelector('legend').innerText,"
            " [...set.querySelectorAll('label')].map(label => label.innerText)])"
            "(document.activeElement.closest('fieldset'))"
        )
        self.page.keyboard.press("Space")
        for _ in range(self.walk.wanted(question, options) or 0):
            self.page.keyboard.press("ArrowDown")

    def is_the_way_on(self, tag: str) -> bool:
        inside = "(e => !!e.closest('main') && (e.tagName == 'BUTTON' || e.classList.contains('button')))"
        return tag in ("BUTTON", "A") and bool(self.page.evaluate(f"{inside}(document.activeElement)"))


def test_whoever_comes_back_after_a_day_goes_on_and_gets_the_code(
    browser: Browser, page: Page, live_server: LiveServer, whole_study: Study
) -> None:
    walk = Walk(page, open_at(whole_study, live_server))
    walk.consent()
    walk.to("feedback")
    walk.one_page()
    walk.one_page()
    walk.page.locator("textarea").fill("I was going to say")
    expect(page.locator("#saving")).to_have_text("Saved")
    address = walk.home
    page.close()
    a_day = timedelta(days=1)
    moved = {name: F(name) - a_day for name in ("consented_at", "last_seen_at", "sitting_started_at")}
    RatingSession.objects.update(**moved)
    fieldwork.sweep(now=timezone.now())
    assert RatingSession.objects.get().timed_out_at is not None

    other = browser.new_context()
    later = Walk(other.new_page(), address)
    later.page.goto(address)
    expect(later.page.locator("textarea")).to_have_value("I was going to say")
    later.to("done")

    session = RatingSession.objects.get()
    assert later.code() == session.code
    assert session.completed_at is not None
    assert Assignment.objects.filter(ratings__phase="main", released_at__isnull=False).count() > 0
    other.close()


def test_the_check_row_names_its_answer_in_quotation_marks() -> None:
    assert QUOTED.findall("Please choose “B a little better” here.") == ["B a little better"]
