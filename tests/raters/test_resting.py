"""When a rater should rest, and that nobody loses pay by resting."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from raters import participating, selectors, skipping
from raters.models import Assignment, Event, RatingSession, Recruitment, Skip
from raters.resting import Limits, Rest, has_time_to_rest, rest_due
from raters.selectors import Span, span_of
from studies.models import Dialogue
from studies.protocol import MAIN
from tests import factories
from tests.factories import NOW
from tests.raters.around import add_training, at

LIMITS = Limits(break_minutes=15, break_tagged_pairs=3, sitting_minutes=45)
SECOND = timedelta(seconds=1)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.parametrize(
    ("now", "rested", "seen", "tagged", "due"),
    [
        (15, None, 14, 0, Rest.BREAK),
        (14.9, None, 14, 0, Rest.NONE),
        (5, None, 4, 3, Rest.BREAK),
        (5, None, 4, 2, Rest.NONE),
        (29, 15, 28, 0, Rest.NONE),
        (30, 15, 28, 0, Rest.BREAK),
        (45, 44, 44, 0, Rest.SITTING_OVER),
        (44.9, 44, 44, 0, Rest.NONE),
        (58.9, 44, 44, 0, Rest.SITTING_OVER),
        (59, 45, 58, 0, Rest.NONE),
        (60, 45, 59, 0, Rest.BREAK),
        (89.9, 80, 89, 0, Rest.NONE),
        (90, 80, 89, 0, Rest.SITTING_OVER),
        (59, 44, 44, 0, Rest.NONE),
    ],
)
def test_breaks_and_sittings(now: float, rested: float | None, seen: float, tagged: int, due: Rest) -> None:
    found = rest_due(
        LIMITS,
        sitting_started_at=NOW,
        rested_at=None if rested is None else NOW + minutes(rested),
        last_seen_at=NOW + minutes(seen),
        tagged_since=tagged,
        is_place_safe=lambda: True,
        now=NOW + minutes(now),
    )
    assert found is due


def test_zero_switches_each_limit_off_and_nothing_is_due_before_a_sitting() -> None:
    late = NOW + minutes(300)

    def due(limits: Limits, sitting_started_at: datetime | None) -> Rest:
        return rest_due(
            limits,
            sitting_started_at=sitting_started_at,
            rested_at=None,
            last_seen_at=late,
            tagged_since=99,
            is_place_safe=lambda: True,
            now=late,
        )

    assert due(Limits(0, 0, 0), NOW) is Rest.NONE
    assert due(LIMITS, None) is Rest.NONE


@pytest.mark.parametrize(
    ("pairs_left", "paces", "needed"),
    [
        (40, [], 25),
        (1, [60], 25),
        (20, [60, 30, 40, 3000], 15 + 20 * 50 / 60),
        (30, [60], 45),
    ],
)
def test_a_forced_rest_needs_time_after_it_for_what_is_left(
    pairs_left: int, paces: list[int], needed: float
) -> None:
    """At the rater's own pace, of which the median counts, and ten minutes at least."""
    for kept, fits in ((needed, True), (needed - 1 / 60, False)):
        found = has_time_to_rest(
            last_seen_at=NOW, kept_until=NOW + minutes(kept), pairs_left=pairs_left, paces=paces
        )
        assert found is fits


@pytest.mark.parametrize(
    ("time", "span"),
    [
        (minutes(-3), Span(minutes=1)),
        (minutes(0.2), Span(minutes=1)),
        (minutes(11.1), Span(minutes=12)),
        (minutes(119.5), Span(minutes=120)),
        (minutes(120), Span(hours=2)),
        (minutes(200), Span(hours=3)),
        (timedelta(days=2, hours=23), Span(days=2)),
    ],
)
def test_times_in_words_that_say_enough(time: timedelta, span: Span) -> None:
    assert span_of(time) == span


def make_session(
    *, sitting: float, seen: float, now: datetime = NOW, session_minutes: int = 600
) -> RatingSession:
    """A rater at the first pair whose sitting began, and who was last seen, so many minutes ago."""
    study = factories.make_study(break_minutes=15, sitting_minutes=45, session_minutes=session_minutes)
    session = factories.make_rater(factories.open_study(study))
    RatingSession.objects.update(
        arrived_at=now - minutes(sitting),
        consented_at=now - minutes(sitting),
        sitting_started_at=now - minutes(sitting),
        last_seen_at=now - minutes(seen),
    )
    session.refresh_from_db()
    return session


@pytest.mark.django_db
def test_a_break_is_a_page_with_a_button_to_go_on(client: Client) -> None:
    session = make_session(sitting=20, seen=1, now=timezone.now())
    first = factories.assignments_of(session)[0]

    sent = client.get(at(session, "pair", first.token), follow=True)

    assert sent.redirect_chain == [(at(session, "pause"), 303)]
    page = sent.content.decode()
    assert 'name="answer" value="on"' in page
    assert at(session, "support") in page
    assert at(session, "stop") in page
    assert client.post(at(session, "pause"), {"answer": "on"})["Location"] == at(session, "pair", first.token)
    session.refresh_from_db()
    assert session.rested_at is not None
    assert Event.objects.filter(kind="rested").count() == 1
    assert client.post(at(session, "pause"), {"answer": "on"}).status_code == 303
    assert Event.objects.filter(kind="rested").count() == 1


@pytest.mark.django_db
def test_a_sitting_that_is_over_has_no_button_and_is_not_cut_short(client: Client) -> None:
    session = make_session(sitting=50, seen=3.5, now=timezone.now())

    page = client.get(at(session, "pause")).content.decode()

    assert "You can go on in about 12 minutes." in page
    assert "Your place is kept for 9 more hours." in page
    assert "<button" not in page
    assert at(session, "stop") in page
    assert client.post(at(session, "pause"), {"answer": "on"})["Location"] == at(session, "pause")
    before = session.last_seen_at
    session.refresh_from_db()
    assert (session.rested_at, session.last_seen_at) == (None, before)


@pytest.mark.django_db
def test_after_the_rest_a_new_sitting_begins(client: Client) -> None:
    session = make_session(sitting=60, seen=16, now=timezone.now())
    first = factories.assignments_of(session)[0]

    assert client.get(at(session, "pause"))["Location"] == at(session, "pair", first.token)
    assert client.get(at(session, "pair", first.token)).status_code == 200
    before = session.sitting_started_at
    session.refresh_from_db()
    assert before is not None
    assert session.sitting_started_at is not None
    assert session.sitting_started_at > before + minutes(59)


@pytest.mark.django_db
def test_an_answer_sent_after_a_rest_begins_a_new_sitting_too() -> None:
    """Somebody slow on one page, or away with it open, is not told to rest the moment they send it."""
    session = make_session(sitting=60, seen=16)

    factories.rate(factories.assignments_of(session)[0], now=NOW)

    session.refresh_from_db()
    assert (session.sitting_started_at, session.last_seen_at) == (NOW, NOW)
    assert selectors.rest_of(session, NOW + minutes(14)) is Rest.NONE


@pytest.mark.django_db
def test_an_answer_is_taken_although_the_sitting_is_over(client: Client) -> None:
    session = make_session(sitting=50, seen=1, now=timezone.now())
    own = factories.assignments_of(session)[0]

    sent = client.post(at(session, "pair", own.token), {**{f"q{n}": "1" for n in range(1, 7)}, "reason": "r"})

    assert sent["Location"] == at(session, "pause")
    assert own.ratings.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("platform", "ours", "due"),
    [
        (None, 600, Rest.SITTING_OVER),
        (None, 74, Rest.SITTING_OVER),
        (None, 73, Rest.SITTING_LONG),
        (74, 600, Rest.SITTING_OVER),
        (73, 600, Rest.SITTING_LONG),
    ],
)
def test_nobody_is_made_to_rest_who_would_lose_the_place_by_it(
    platform: int | None, ours: int, due: Rest
) -> None:
    """Last seen at minute 49: a rest and ten minutes more end at minute 74."""
    session = make_session(sitting=50, seen=1, session_minutes=ours)
    Recruitment.objects.create(study=session.study, platform_minutes=platform)

    assert selectors.rest_of(session, NOW) is due


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "due"), [(449, "sitting_over"), (451, "sitting_long")])
def test_with_the_default_limits_the_end_of_a_sitting_is_always_noticed(seconds: int, due: str) -> None:
    """45 of 90 minutes: a rest of 15, then four pairs of seven and a half minutes just fit."""
    session = make_session(sitting=45, seen=0, session_minutes=90)
    five = [*factories.assignments_of(session), add_training(session)]
    factories.rate(five[-1], seconds=seconds, now=NOW)
    RatingSession.objects.filter(pk=session.pk).update(rested_at=NOW - minutes(1))
    session.refresh_from_db()

    assert selectors.rest_of(session, NOW - SECOND) is Rest.NONE
    assert selectors.rest_of(session, NOW) == due


@pytest.mark.django_db
def test_the_second_pass_is_part_of_what_is_left() -> None:
    """Four pairs twice at 300 seconds take 40 minutes; once they would take 20."""
    study = factories.make_study(asking="two_pass", sitting_minutes=45, session_minutes=90)
    session = factories.make_rater(factories.open_study(study), now=NOW - minutes(45))
    factories.rate(add_training(session), seconds=300, now=NOW - minutes(1))
    RatingSession.objects.update(sitting_started_at=NOW - minutes(45))
    session.refresh_from_db()

    assert selectors.rest_of(session, NOW) is Rest.SITTING_LONG
    for own in factories.assignments_of(session)[1:3]:
        Skip.objects.create(assignment=own, phase=MAIN, reason="other", skipped_at=NOW)
    assert selectors.rest_of(session, NOW) is Rest.SITTING_OVER


@pytest.mark.django_db
def test_a_long_sitting_near_the_limit_is_said_and_may_go_on(client: Client) -> None:
    now = timezone.now()
    session = make_session(sitting=50.5, seen=1, now=now, session_minutes=60)
    RatingSession.objects.filter(pk=session.pk).update(rested_at=now - minutes(7))

    page = client.get(at(session, "pause")).content.decode()

    assert "You have been at this for 45 minutes or more. A break of 15 minutes is advised." in page
    assert "Your place is kept for 10 more minutes." in page
    assert "A break costs you nothing" not in page
    assert 'name="answer" value="on"' in page
    first = factories.assignments_of(session)[0]
    assert client.post(at(session, "pause"), {"answer": "on"})["Location"] == at(session, "pair", first.token)


@pytest.mark.django_db
def test_a_slow_reader_near_the_limit_goes_on_after_an_advised_break() -> None:
    session = make_session(sitting=50, seen=1, session_minutes=65)

    rested = participating.rest(session=session, now=NOW)

    assert rested.rested_at == NOW
    assert selectors.rest_of(rested, NOW + minutes(14)) is Rest.NONE


@pytest.mark.django_db
def test_pairs_too_upsetting_to_answer_are_hard_ones() -> None:
    """Whatever their tags; a pair's repeat, skipped with it, was not met."""
    study = factories.make_study(break_tagged_pairs=2, themes="loss | grief")
    session = factories.make_rater(factories.open_study(study))
    Dialogue.objects.update(tags=["regular"])
    first, second, third, fourth = factories.assignments_of(session)
    Assignment.objects.filter(pk=fourth.pk).update(kind="repeat", pair=first.pair)
    RatingSession.objects.update(sitting_started_at=NOW)
    later = NOW + minutes(1)

    def rest_after(assignment: Assignment, reason: str) -> Rest:
        skipping.skip(assignment=assignment, phase=MAIN, reason=reason, note="", now=later)
        return selectors.rest_of(RatingSession.objects.get(), later)

    assert rest_after(first, "upsetting") is Rest.NONE
    assert Skip.objects.count() == 2
    assert rest_after(second, "other") is Rest.NONE
    assert rest_after(third, "upsetting") is Rest.BREAK


@pytest.mark.django_db
def test_the_pause_sends_on_whom_no_break_is_due(client: Client) -> None:
    session = make_session(sitting=5, seen=1, now=timezone.now())
    first = factories.assignments_of(session)[0]

    assert client.get(at(session, "pause"))["Location"] == at(session, "pair", first.token)
