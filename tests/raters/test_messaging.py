"""The inbox: messages, distress, and own words that may speak of a risk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters import arriving, fieldwork, leaving, messaging
from raters.channels import Arrival
from raters.models import Message, RatingSession
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study())


@pytest.fixture
def session(study: Study) -> RatingSession:
    return factories.make_rater(study)


def newcomer(study: Study) -> RatingSession:
    return arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW)


def kinds() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_message_is_stored_once_however_often_it_is_sent(session: RatingSession) -> None:
    first = messaging.send(session=session, text="Is it\r\nmeant? ", now=NOW)
    again = messaging.send(session=session, text="Is it\nmeant?", now=LATER)

    assert first == again
    assert (first.kind, first.text, first.at) == ("question", "Is it\nmeant?", NOW)


def test_the_same_words_after_they_were_handled_are_a_new_message(session: RatingSession) -> None:
    first = messaging.send(session=session, text="Hello?", now=NOW)
    assert messaging.handle(messages=[first], user=factories.make_staff(), now=LATER) == 1

    assert messaging.send(session=session, text="Hello?", now=LATER) != first


def test_messages_are_taken_before_consent_and_after_the_end(study: Study, session: RatingSession) -> None:
    messaging.send(session=newcomer(study), text="May I?", now=NOW)
    leaving.stop(session=session, now=NOW)
    messaging.send(session=session, text="Thank you.", now=LATER)

    assert kinds() == ["question", "question"]


def test_what_cannot_be_sent_is_refused(session: RatingSession) -> None:
    with pytest.raises(messaging.Empty):
        messaging.send(session=session, text=" \n ", now=NOW)
    with pytest.raises(messaging.TooLong):
        messaging.send(session=session, text="a" * 5001, now=NOW)
    for number in range(20):
        messaging.send(session=session, text=f"{number}" + "a" * 4990, now=NOW)
    with pytest.raises(messaging.TooMany):
        messaging.send(session=session, text="one more", now=NOW)
    assert Message.objects.count() == 20


def test_a_message_that_may_speak_of_a_risk_is_a_disclosure(session: RatingSession) -> None:
    messaging.send(session=session, text="I\u2019m suicidal.", now=NOW)

    assert kinds() == ["disclosure"]


def test_a_reason_that_may_speak_of_a_risk_reaches_the_inbox_once(session: RatingSession) -> None:
    first, second = factories.assignments_of(session)[:2]
    factories.rate(first, reason="Like me: I want to die.")
    factories.rate(first, reason="Like me: I want to die.")
    factories.rate(second, reason="It listens.")

    message = Message.objects.get()
    assert (message.kind, message.assignment, message.text) == (
        "disclosure",
        first,
        "Like me: I want to die.",
    )


def test_a_reason_is_looked_at_again_only_when_it_changed(session: RatingSession) -> None:
    assignment = factories.assignments_of(session)[0]
    factories.rate(assignment, reason="It listens.")
    factories.rate(assignment, reason="I want to die")
    factories.rate(assignment, 2, reason="I want to die")
    factories.rate(assignment, reason="I want to die now")

    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == [
        "I want to die",
        "I want to die now",
    ]


def test_no_phrases_no_disclosure() -> None:
    session = factories.make_rater(factories.open_study(factories.make_study(risk_phrases="")))
    factories.rate(factories.assignments_of(session)[0], reason="I want to die")

    assert kinds() == []


def test_distress_is_told_with_or_without_words(session: RatingSession) -> None:
    first, second = factories.assignments_of(session)[:2]
    messaging.distress(assignment=first, text="", now=NOW)
    messaging.distress(assignment=first, text="", now=LATER)
    messaging.distress(assignment=second, text="I want to die", now=NOW)

    assert kinds() == ["distress", "disclosure"]


def test_handling_keeps_who_was_first(session: RatingSession) -> None:
    message = messaging.send(session=session, text="Hello?", now=NOW)
    first, second = factories.make_staff(), factories.make_staff("second")
    messaging.handle(messages=[message], user=first, now=NOW)

    assert messaging.handle(messages=[message], user=second, now=LATER) == 0
    message.refresh_from_db()
    assert (message.handled_at, message.handled_by) == (NOW, first)


def test_an_arrival_who_wrote_is_not_forgotten_before_it_was_read(study: Study) -> None:
    message = messaging.send(session=newcomer(study), text="May I?", now=NOW)
    newcomer(study)
    fieldwork.sweep(now=NOW + timedelta(days=3))
    assert list(RatingSession.objects.all()) == [message.session]

    messaging.handle(messages=[message], user=factories.make_staff(), now=LATER)
    fieldwork.sweep(now=NOW + timedelta(days=3))
    assert not RatingSession.objects.exists()
