"""Consent with themes, help, messages, and the ways out, as a rater's browser sees them (no JavaScript)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from raters import arriving, withdrawing
from raters.channels import Arrival
from raters.models import Event, Message, Rating, RatingSession
from studies.models import Study
from studies.protocol import sha256_of
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import make_busy_rater, make_busy_study

pytestmark = pytest.mark.django_db
THEMES = "tag-harm | self-harm or suicide\ntag-loss | the death of <somebody>"
NASTY = "<script>alert(1)</script>"


def at(session: RatingSession, page: str) -> str:
    return reverse(f"raters:{page}", args=[session.token])


def newcomer(study: Study) -> RatingSession:
    return arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW)


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


class TestConsent:
    @pytest.fixture
    def arrived(self) -> RatingSession:
        return newcomer(factories.open_study(factories.make_study(themes=THEMES)))

    def test_the_content_note_comes_first_then_themes_then_the_text(
        self, arrived: RatingSession, client: Client
    ) -> None:
        page = text_of(client, at(arrived, "consent"))
        parts = ("speak of loneliness", "rather not read about", "self-harm or suicide", "own free will")
        assert [page.index(part) for part in parts] == sorted(page.index(part) for part in parts)
        assert "Nobody reads this before the study ends." in page
        assert "you choose whether your answers are deleted or may still be used" in page

    def test_themes_stand_there_by_number_and_never_by_tag(
        self, arrived: RatingSession, client: Client
    ) -> None:
        page = client.get(at(arrived, "consent")).content.decode()
        assert re.findall(r'name="theme" value="(.*?)"', page) == ["1", "2"]
        assert "tag-" not in page
        assert "the death of &lt;somebody&gt;" in page

    def test_no_themes_no_boxes(self, client: Client) -> None:
        arrived = newcomer(factories.open_study(factories.make_study(withdrawal="keep")))
        page = text_of(client, at(arrived, "consent"))
        assert "rather not read" not in page
        assert "the answers that you gave until then are kept" in page

    def test_a_refused_form_keeps_what_was_ticked(self, arrived: RatingSession, client: Client) -> None:
        answer = client.post(at(arrived, "consent"), {"theme": "2"})
        assert answer.status_code == 422
        boxes = re.findall(r'value="(\d)"( checked)?>', answer.content.decode())
        assert boxes == [("1", ""), ("2", " checked")]

    def test_consent_notes_the_text_and_how_many_themes(self, arrived: RatingSession, client: Client) -> None:
        client.post(at(arrived, "consent"), {"answer": "yes", "theme": ["2", "7", "x"]})
        protocol = arrived.study.protocols.get()
        assert Event.objects.get(kind="consented").data == {
            "protocol": protocol.sha256,
            "consent_text": sha256_of("You take part of your own free will."),
            "themes": 1,
        }


def test_contacts_are_links_and_few_countries_lie_open(client: Client) -> None:
    contacts = f"Listening line, 0800 111 222\nUK | Help, https://help.example\n{NASTY} | x"
    session = factories.make_rater(factories.open_study(factories.make_study(support_contacts=contacts)))

    page = client.get(at(session, "support")).content.decode()

    assert '<a href="tel:0800111222" rel="noreferrer">0800 111 222</a>' in page
    assert '<a href="https://help.example" rel="noreferrer">https://help.example</a>' in page
    assert "<details" not in page
    assert NASTY not in page
    assert "last checked on 2025-03-01" in page


def test_many_countries_are_folded_each(client: Client) -> None:
    contacts = "\n".join(f"Country {n} | line {n}" for n in range(4))
    session = factories.make_rater(factories.open_study(factories.make_study(support_contacts=contacts)))

    page = client.get(at(session, "support")).content.decode()

    assert re.findall(r"<details><summary[^>]*>(.*?)</summary>", page) == [f"Country {n}" for n in range(4)]


class TestMessage:
    def test_who_reads_it_stands_beside_the_box(self, session: RatingSession, client: Client) -> None:
        page = text_of(client, at(session, "message"))
        assert "Nobody reads this before the study ends." in page
        assert "Nobody may read them at once" in page
        assert "Listening line" in page

    def test_a_message_is_sent_once_and_said_to_be(self, session: RatingSession, client: Client) -> None:
        for _ in range(2):
            answer = client.post(at(session, "message"), {"text": "Is this right?"})
            assert (answer.status_code, answer["Location"]) == (303, f"{at(session, 'message')}?sent")
        assert "Your message has been sent" in text_of(client, answer["Location"])
        assert Message.objects.get().text == "Is this right?"

    @pytest.mark.parametrize(
        ("text", "said"),
        [("", "Please write something first."), ("a" * 5001, "below 5000 characters")],
    )
    def test_what_is_refused_is_not_lost(
        self, session: RatingSession, client: Client, text: str, said: str
    ) -> None:
        answer = client.post(at(session, "message"), {"text": text})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in page
        assert f">{text}</textarea>" in page

    def test_there_is_an_end_to_messages(self, session: RatingSession, client: Client) -> None:
        for number in range(21):
            answer = client.post(at(session, "message"), {"text": f"{number}"})
        assert answer.status_code == 422
        assert "Please write by e-mail" in answer.content.decode()

    def test_it_works_before_consent(self, client: Client) -> None:
        arrived = newcomer(factories.open_study(factories.make_study()))
        assert "Withdraw" not in text_of(client, at(arrived, "message"))
        assert client.post(at(arrived, "message"), {"text": "May I?"}).status_code == 303


class TestWithdraw:
    @pytest.fixture
    def busy(self) -> RatingSession:
        return make_busy_rater(make_busy_study())

    def test_the_way_out_stands_on_every_page(self, session: RatingSession, client: Client) -> None:
        pair = reverse("raters:pair", args=[session.token, factories.assignments_of(session)[0].token])
        for page in (at(session, "support"), at(session, "stop"), at(session, "message"), pair):
            assert at(session, "withdraw") in client.get(page).content.decode()

    def test_both_ways_are_offered_and_explained(self, busy: RatingSession, client: Client) -> None:
        page = client.get(at(busy, "withdraw")).content.decode()
        assert re.findall(r'name="choice" value="(\w+)"', page) == ["delete", "keep"]
        assert "the same code and the same pay as by stopping now" in page
        assert "cannot be called back" in page

    def test_deleting_shows_the_code_all_the_same(self, busy: RatingSession, client: Client) -> None:
        answer = client.post(at(busy, "withdraw"), {"choice": "delete"}, follow=True)
        busy.refresh_from_db()
        page = answer.content.decode()
        assert answer.redirect_chain == [(at(busy, "done"), 303)]
        assert "your other answers are deleted" in page
        assert busy.code in page
        assert at(busy, "withdraw") not in page
        assert not Rating.objects.exists()
        assert client.get(at(busy, "withdraw"))["Location"] == at(busy, "done")

    def test_deletion_may_follow(self, busy: RatingSession, client: Client) -> None:
        client.post(at(busy, "withdraw"), {"choice": "keep"})
        page = client.get(at(busy, "withdraw")).content.decode()
        assert re.findall(r'name="choice" value="(\w+)"', page) == ["delete"]
        assert "Delete what I gave" in client.get(at(busy, "done")).content.decode()
        client.post(at(busy, "withdraw"), {"choice": "delete"})
        assert not Rating.objects.exists()

    def test_where_answers_stay_deleting_is_not_offered_and_not_done(self, client: Client) -> None:
        busy = make_busy_rater(make_busy_study(withdrawal="keep"))
        page = client.get(at(busy, "withdraw")).content.decode()
        assert re.findall(r'name="choice" value="(\w+)"', page) == ["keep"]
        client.post(at(busy, "withdraw"), {"choice": "delete"})
        busy.refresh_from_db()
        assert (busy.withdrawn_at, Rating.objects.count()) == (None, 2)

    def test_no_choice_changes_nothing(self, busy: RatingSession, client: Client) -> None:
        assert client.post(at(busy, "withdraw"), {"choice": "odd"}).status_code == 422
        busy.refresh_from_db()
        assert busy.withdrawn_at is None

    def test_before_consent_there_is_no_such_page(self, client: Client) -> None:
        arrived = newcomer(factories.open_study(factories.make_study()))
        assert client.get(at(arrived, "withdraw"))["Location"] == at(arrived, "consent")
        assert client.post(at(arrived, "withdraw"), {"choice": "delete"}).status_code == 303

    def test_somebody_turned_away_has_no_code_to_be_shown(self, busy: RatingSession, client: Client) -> None:
        RatingSession.objects.filter(pk=busy.pk).update(turned_away_at=timezone.now())
        busy.refresh_from_db()
        withdrawing.withdraw(session=busy, delete=True, now=NOW + timedelta(hours=1))
        assert "completion code" not in text_of(client, at(busy, "done"))


def test_stopping_says_what_is_paid(session: RatingSession, client: Client) -> None:
    page = text_of(client, at(session, "stop"))

    assert "5 pounds" in page
    assert "in proportion to what you did: each pair counts, each time it is asked about." in page
    assert "A pair that you skip counts as done." in page
