"""Who comes in by the join link, who does not, and what is stored of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from raters import arriving, fieldwork, messaging
from raters.channels import Arrival
from raters.models import Booklet, Event, Message, PlatformIdentity, RatingSession, Recruitment
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
JOIN = "/join/kind-words/"
SOMEBODY = {"PROLIFIC_PID": "pid-1", "STUDY_ID": "st-1", "SESSION_ID": "sub-1"}


def study_on(channel: str, **fields: object) -> Study:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel=channel, **fields)
    return study


@pytest.fixture
def prolific() -> Study:
    return study_on("prolific", completion_code="PAY", stopped_code="PART")


def text_of(client: Client, address: str, query: dict[str, str] | None = None) -> str:
    return client.get(address, query, follow=True).content.decode()


def test_looking_at_the_link_stores_nothing(prolific: Study, client: Client) -> None:
    answer = client.head(JOIN, SOMEBODY)

    assert (answer.status_code, answer.content) == (200, b"")
    assert not answer.cookies
    assert not RatingSession.objects.exists()
    assert client.head("/join/unknown/").status_code == 404
    assert client.post(JOIN, SOMEBODY).status_code == 405


def test_a_browser_that_fetches_ahead_takes_no_place_and_keeps_nobody_out(prolific: Study) -> None:
    ahead = Client(headers={"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"})
    first = ahead.get(JOIN, SOMEBODY)
    ahead.get(first["Location"], follow=True)

    assert "no-store" in first["Cache-Control"]
    assert Booklet.objects.unclaimed(prolific).count() == 4
    assert Client().get(JOIN, SOMEBODY)["Location"] == first["Location"]
    assert RatingSession.objects.get().consented_at is None


def test_no_get_of_any_page_before_consent_takes_a_place(prolific: Study, client: Client) -> None:
    client.get(JOIN, SOMEBODY)
    session = RatingSession.objects.get()

    for name in ("here", "consent", "declined", "instructions", "review", "debrief", "done", "stop"):
        for ask in (client.get, client.head):
            assert ask(reverse(f"raters:{name}", args=[session.token]), follow=True).status_code == 200

    session.refresh_from_db()
    assert (session.consented_at, session.declined_at) == (None, None)
    assert Booklet.objects.unclaimed(prolific).count() == 4


def test_an_id_is_another_person_on_another_platform(prolific: Study) -> None:
    arrival = Arrival("same-id", "study", "sub-1")
    before = arriving.arrive(study=prolific, arrival=arrival, known_token=None, now=NOW)
    arriving.consent(session=before, now=NOW)
    Recruitment.objects.update(channel="connect")

    after = arriving.arrive(study=prolific, arrival=arrival, known_token=None, now=NOW)

    assert after != before
    assert after.consented_at is None


def test_on_a_shared_computer_the_second_person_gets_a_session_of_their_own(
    prolific: Study, client: Client
) -> None:
    first = client.get(JOIN, SOMEBODY)["Location"]
    second = client.get(JOIN, {**SOMEBODY, "PROLIFIC_PID": "pid-2", "SESSION_ID": "sub-2"})["Location"]

    assert first != second
    assert client.get(JOIN, SOMEBODY)["Location"] == first


@pytest.mark.parametrize("junk", ["", "{{%PROLIFIC_PID%}}", "a\0b", "a\nb", "x" * 10_240, "a,99.00"])
def test_junk_in_place_of_an_id_stores_nothing(prolific: Study, client: Client, junk: str) -> None:
    answer = client.get(JOIN, {"PROLIFIC_PID": junk, "SESSION_ID": "sub-1"})

    assert answer.status_code == 400
    assert "open the study from the platform" in answer.content.decode()
    assert not RatingSession.objects.exists()


@pytest.mark.parametrize(
    "query", ["PROLIFIC_PID=%ED%A0%80", "PROLIFIC_PID=%FF%00", "%00=%00&=&&", "PROLIFIC_PID[]=1"]
)
def test_a_broken_query_breaks_nothing(prolific: Study, client: Client, query: str) -> None:
    assert client.get(f"{JOIN}?{query}").status_code in (303, 400)


def test_junk_beside_the_id_is_left_out(prolific: Study, client: Client) -> None:
    client.get(
        JOIN, {"PROLIFIC_PID": "pid-1", "SESSION_ID": "x" * 10_240, "STUDY_ID": "a\0", "utm": "x" * 999}
    )

    identity = PlatformIdentity.objects.get()
    assert (identity.participant_id, identity.submission_id, identity.platform_study_id) == ("pid-1", "", "")


def test_junk_in_the_cookie_is_nobody(prolific: Study, client: Client) -> None:
    client.cookies["rater-kind-words"] = "x" * 3000

    assert client.get(JOIN, SOMEBODY).status_code == 303


def test_a_preview_on_mturk_stores_nothing_and_says_to_accept_first(client: Client) -> None:
    study_on("mturk")
    preview = {"hitId": "h", "assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"}

    answer = client.get(JOIN, preview)

    assert answer.status_code == 200
    assert "Please accept the HIT first" in answer.content.decode()
    assert not answer.cookies
    assert not RatingSession.objects.exists()
    accepted = {"hitId": "h", "assignmentId": "a", "workerId": "w"}
    assert client.get(JOIN, accepted).status_code == 303
    assert client.get(JOIN, {**preview, "workerId": "w"}).status_code == 200


def test_full_is_told_before_consent_in_the_platforms_words(prolific: Study, client: Client) -> None:
    for number in range(4):
        factories.make_rater(prolific, participant_id=f"p{number}")

    page = text_of(client, JOIN, SOMEBODY)

    assert "All places are taken" in page
    assert "Please return your submission on Prolific" in page
    assert 'value="yes"' not in page


def test_a_closed_study_asks_for_the_place_back(client: Client) -> None:
    factories.make_study()
    Recruitment.objects.create(study=Study.objects.get(), channel="connect")

    page = text_of(client, JOIN, {"participantId": "p"})

    assert "Please return the project on CloudResearch Connect." in page


def declined(study: Study, client: Client) -> str:
    session = arriving.arrive(study=study, arrival=Arrival("p", "s", "x"), known_token=None, now=NOW)
    arriving.decline(session=session, now=NOW)
    return text_of(client, reverse("raters:declined", args=[session.token]))


def test_without_consent_the_platforms_code_for_it_is_shown(prolific: Study, client: Client) -> None:
    Recruitment.objects.update(no_consent_code="NO CONS")

    page = declined(prolific, client)

    assert ">NO CONS</code>" in page
    assert 'href="https://app.prolific.com/submissions/complete?cc=NO%20CONS"' in page
    assert "Please return" not in page


def test_without_such_a_code_they_are_asked_to_return(prolific: Study, client: Client) -> None:
    page = declined(prolific, client)

    assert "<code" not in page
    assert "Please return your submission on Prolific" in page


def test_on_connect_the_code_is_copied_never_sent(client: Client) -> None:
    page = declined(study_on("connect", no_consent_code="NC"), client)

    assert ">NC</code>" in page
    assert 'class="button" href' not in page
    assert "connect.cloudresearch" not in page


def test_on_the_open_link_there_is_nothing_to_return(client: Client) -> None:
    page = declined(study_on("open"), client)

    assert "You can close this page." in page
    assert "return" not in page.lower()


def arrive(study: Study, submission: str) -> RatingSession:
    arrival = Arrival("pid-1", "st-1", submission)
    return arriving.arrive(study=study, arrival=arrival, known_token=None, now=NOW)


def test_what_was_written_before_consent_waits_to_be_read_whoever_joins_again(
    prolific: Study, client: Client
) -> None:
    first = arrive(prolific, "sub-1")
    messaging.send(session=first, text="I want to die", now=NOW)
    second = arrive(prolific, "sub-2")

    message = Message.objects.get()
    assert (message.session.pseudonym, message.text) == (first.pseudonym, "I want to die")
    assert message.session.identity.submission_id == "sub-1"
    assert second.messages.count() == 0
    assert message.session.token not in (first.token, second.token)
    assert client.get(reverse("raters:message", args=[first.token])).status_code == 404
    fieldwork.sweep(now=NOW + timedelta(days=3))
    assert Message.objects.exists()
    messaging.handle(messages=[message], user=factories.make_staff(), now=NOW)
    fieldwork.sweep(now=NOW + timedelta(days=3))
    assert not Message.objects.exists()


def test_a_message_under_way_while_somebody_joins_again_is_kept(prolific: Study) -> None:
    first = arrive(prolific, "sub-1")
    arrive(prolific, "sub-2")

    messaging.send(session=first, text="Is this safe?", now=NOW)

    assert Message.objects.get().session_id == first.pk


@pytest.mark.parametrize("answer", [arriving.consent, arriving.decline])
def test_an_answer_under_way_while_somebody_joins_again_is_nobodys(
    prolific: Study, answer: Callable[..., RatingSession]
) -> None:
    first = arrive(prolific, "sub-1")
    arrive(prolific, "sub-2")

    with pytest.raises(arriving.Gone):
        answer(session=first, now=NOW)
    assert not Event.objects.exists()
    assert Booklet.objects.unclaimed(prolific).count() == 4


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_answer_to_a_session_that_vanished_is_a_page_that_does_not_exist(
    prolific: Study, client: Client, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    address = client.get(JOIN, SOMEBODY)["Location"]
    verb = {"yes": "consent", "no": "decline"}[said]
    work = getattr(arriving, verb)

    def late(**given: Any) -> RatingSession:
        RatingSession.objects.all().delete()
        answered: RatingSession = work(**given)
        return answered

    monkeypatch.setattr(arriving, verb, late)

    assert client.post(f"{address}consent/", {"answer": said}).status_code == 404


def test_joining_again_after_the_study_closed_takes_nobodys_address(prolific: Study) -> None:
    first = arrive(prolific, "sub-1")
    fieldwork.close_study(study=prolific, now=NOW)
    prolific.refresh_from_db()

    with pytest.raises(arriving.StudyNotOpen):
        arrive(prolific, "sub-2")
    assert RatingSession.objects.get().token == first.token
