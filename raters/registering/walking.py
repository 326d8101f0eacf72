"""A rater's whole way through a frozen study, page by page, as a browser would get it. It leaves no trace.

The pages are made by the views themselves, for a rater who is there only within a transaction that is rolled
back: what is registered cannot differ from what will be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest
from django.urls import resolve, reverse
from django.utils import timezone

from raters import guessing, replanning
from raters.models import Assignment, Booklet, Guess, Rating, RatingScore, RatingSession
from raters.selectors import assignments_of
from studies.comparison import OVERALL, Order
from studies.models import Pair, Protocol, Study
from studies.protocol import MAIN, RUBRIC, ProtocolDocument

#: Main pairs on the way: one as usual, one with an attention check where there are any.
MAIN_PAIRS: Final = 2


@dataclass(frozen=True, slots=True)
class StepPage:
    """One page. `name` is a file name without its ending, `html` what the browser gets."""

    name: str
    title: str
    html: str


def walk(*, protocol: Protocol) -> list[StepPage]:
    """The pages in the order in which a rater meets them, then those that can be opened from everywhere.

    The time is the present, as for every view.
    """
    with transaction.atomic():
        pages = list(_Walk(protocol, timezone.now()).pages())
        transaction.set_rollback(True)
    return [
        StepPage(f"{number:02}-{name}", title, html)
        for number, (name, title, html) in enumerate(pages, start=1)
    ]


class _Walk:
    """The rater, and how they are moved on: the columns that a step asks for are set, nothing is sent."""

    def __init__(self, protocol: Protocol, now: datetime) -> None:
        self._protocol, self._now = protocol, now
        self._document: ProtocolDocument = protocol.document()
        self._session = RatingSession.objects.create(
            study=protocol.study, protocol=protocol, arrived_at=now, last_seen_at=now
        )

    def pages(self) -> Iterator[tuple[str, str, str]]:
        # The study before its plan, as everybody locks them.
        Study.objects.filter(pk=self._protocol.study_id).update(opened_at=self._now, closed_at=None)
        booklet = self._booklet()
        yield self._page("consent", "Consent")
        Booklet.objects.filter(pk=booklet.pk).update(session=self._session, claimed_at=self._now)
        self._move(consented_at=self._now)
        yield self._page("instructions", "Instructions")
        self._move(instructed_at=self._now)
        if self._document.journey.comprehension:
            yield self._page("comprehension", "Comprehension check")
        self._move(understood_at=self._now)
        yield from self._pairs(MAIN)
        if RUBRIC in self._document.phases:
            yield from self._pairs(RUBRIC)
        yield self._page("review", "Looking back")
        self._move(reviewed_at=self._now)
        yield from self._after_the_pairs()

    def _pairs(self, phase: str) -> Iterator[tuple[str, str, str]]:
        rows = assignments_of(self._session).order_by("position")
        for own in rows if phase == MAIN else rows.main():
            yield self._pair(own, phase)
            self._rate(own, phase)
            if own.kind == Assignment.Kind.TRAINING:
                yield self._page("feedback", "Feedback on a training pair", own.token)
            elif phase == MAIN and own.position < len(rows) and self._document.journey.break_minutes:
                yield self._break()

    def _break(self) -> tuple[str, str, str]:
        """The break that is suggested to somebody who has sat there for so long."""
        minutes = self._document.journey.break_minutes
        self._move(sitting_started_at=self._now - timedelta(minutes=minutes))
        page = self._page("pause", "A suggested break")
        self._move(sitting_started_at=self._now)
        return page

    def _rate(self, own: Assignment, phase: str) -> None:
        rating = Rating.objects.create(assignment=own, phase=phase, rated_at=self._now)
        overall = self._protocol.study.dimensions.get(key=OVERALL)
        RatingScore.objects.create(rating=rating, dimension=overall, value=self._document.answers[0].value)

    def _pair(self, own: Assignment, phase: str) -> tuple[str, str, str]:
        if phase == RUBRIC:
            return self._page("rubric", "A pair in the second pass", own.token)
        titles = {Assignment.Kind.TRAINING.value: "A training pair"}
        checked = "A pair with an attention check" if own.instructed_value is not None else "A pair"
        return self._page("pair", titles.get(own.kind, checked), own.token)

    def _after_the_pairs(self) -> Iterator[tuple[str, str, str]]:
        if self._document.journey.blinding_pairs:
            yield self._page("blinding", "Blinding check: what was compared")
            guessing.say_compared(session=self._session, text="", now=self._now)
            yield self._page("blinding", "Blinding check: who wrote it")
            self._guess_all()
        if self._document.journey.survey:
            yield self._page("survey", "Survey")
        self._move(surveyed_at=self._now)
        yield self._page("debrief", "Debrief")
        for name, title in _EVERYWHERE.items():
            yield self._page(name, title)
        self._move(completed_at=self._now)
        yield self._page("done", "The end, with the code")

    def _guess_all(self) -> None:
        nothing = guessing.Guessed(Guess.Source.UNKNOWN, 1)
        for own in assignments_of(self._session).main():
            guessing.guess(assignment=own, first=nothing, second=nothing, now=self._now)

    def _booklet(self) -> Booklet:
        """A free booklet of its own: a training pair where the study has any, and main pairs."""
        # Who plans anew meanwhile would take the same number.
        replanning.lock_plan(self._protocol.pk)
        last = Booklet.objects.filter(protocol=self._protocol).order_by("-number").first()
        booklet = Booklet.objects.create(
            protocol=self._protocol,
            number=last.number + 1 if last else 1,
            dimension_keys=[row.key for row in self._document.rubric],
        )
        pairs = Pair.objects.of(self._protocol.study).order_by("pk")
        training = pairs.training()[: min(1, self._document.journey.training_pairs)]
        chosen = [*training, *pairs.main()[:MAIN_PAIRS]]
        Assignment.objects.bulk_create(
            self._assignment(booklet, pair, position, has_check=position == len(chosen) > 1)
            for position, pair in enumerate(chosen, start=1)
        )
        return booklet

    def _assignment(self, booklet: Booklet, pair: Pair, position: int, *, has_check: bool) -> Assignment:
        is_main = pair.kind == Pair.Kind.MAIN
        is_checked = has_check and is_main and self._document.journey.checks_per_rater > 0
        return Assignment(
            booklet=booklet,
            pair=pair,
            position=position,
            order=Order.AB if position % 2 else Order.BA,
            kind=Assignment.Kind.MAIN if is_main else Assignment.Kind.TRAINING,
            asks_reason=self._document.design.reason != "none",
            instructed_value=self._document.answers[0].value if is_checked else None,
        )

    def _move(self, **columns: Any) -> None:
        RatingSession.objects.filter(pk=self._session.pk).update(**columns)

    def _page(self, name: str, title: str, *more: Any) -> tuple[str, str, str]:
        address = reverse(f"raters:{name}", args=[self._session.token, *more])
        return name, title, _got(address)


#: Pages that stand behind a link of every page.
_EVERYWHERE: Final = {
    "support": "Support contacts",
    "stop": "Stopping early",
    "withdraw": "Withdrawing",
    "message": "A message to the researchers",
}


class NoSuchPage(Exception):
    """A step led elsewhere: the walk does not know the journey any more. A fault of this program."""


def _got(address: str) -> str:
    """What a browser gets at an address. The view is asked for by the address, and not by its name."""
    match = resolve(address)
    request = HttpRequest()
    request.method, request.path = "GET", address
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    answer = match.func(request, *match.args, **match.kwargs)
    if answer.status_code != 200:
        raise NoSuchPage(f"{match.url_name} answered {answer.status_code} {answer.get('Location', '')}")
    return str(answer.content.decode())
