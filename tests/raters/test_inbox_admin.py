"""The inbox and erasing in the administration."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from raters import messaging
from raters.models import Erasure, Message, Rating, RatingSession, Recruitment
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import export_of, make_busy_rater, make_busy_study

pytestmark = pytest.mark.django_db
INBOX = "/admin/raters/message/"
NASTY = "<script>alert(1)</script>{{ 7|add:7 }}"


def staff(*may: str) -> Client:
    user = factories.make_staff("reader", may=())
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def head() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("head", password="secret"))
    return client


@pytest.fixture
def study() -> Study:
    return make_busy_study()


def test_unhandled_messages_come_first(study: Study) -> None:
    session = factories.make_rater(study, participant_id="a")
    for number in range(3):
        messaging.send(session=session, text=f"message-{number}", now=NOW + timedelta(minutes=number))
    newest = Message.objects.order_by("-at")[:1]
    messaging.handle(messages=newest, user=factories.make_staff(), now=NOW)

    page = staff("view_message").get(INBOX).content.decode()

    assert re.findall(r"message-\d", page) == ["message-1", "message-0", "message-2"]
    assert session.pseudonym in page


def test_messages_are_marked_by_whoever_may_read_them(study: Study) -> None:
    message = messaging.send(session=factories.make_rater(study, participant_id="a"), text="?", now=NOW)
    client = staff("view_message")

    client.post(INBOX, {"action": "mark_as_handled", "_selected_action": [message.pk]})

    message.refresh_from_db()
    assert message.handled_at is not None
    assert message.handled_by == User.objects.get(username="reader")
    assert client.get(INBOX, {"handled": "no"}).context["cl"].result_count == 0
    assert client.get(INBOX, {"handled": "yes"}).context["cl"].result_count == 1


def test_nobody_adds_changes_or_deletes_a_message(study: Study, head: Client) -> None:
    message = messaging.send(session=factories.make_rater(study, participant_id="a"), text="?", now=NOW)
    address = reverse("admin:raters_message_change", args=[message.pk])

    assert head.get(reverse("admin:raters_message_add")).status_code == 403
    assert head.post(reverse("admin:raters_message_delete", args=[message.pk])).status_code == 403
    assert head.post(address, {"text": "changed"}).status_code == 403
    assert head.get(address).status_code == 200
    assert staff("view_ratingsession", "view_study").get(INBOX).status_code == 403


def test_hostile_text_stays_text(study: Study, head: Client) -> None:
    message = messaging.send(session=factories.make_rater(study, participant_id="a"), text=NASTY, now=NOW)

    for address in (INBOX, reverse("admin:raters_message_change", args=[message.pk])):
        page = head.get(address).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page


def test_the_inbox_costs_the_same_for_one_message_and_three(study: Study, head: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert head.get(INBOX).status_code == 200
        return len(queries)

    messaging.send(session=factories.make_rater(study, participant_id="a"), text="1", now=NOW)
    cost()
    one = cost()
    for name in ("b", "c"):
        messaging.send(session=factories.make_rater(study, participant_id=name), text=name, now=NOW)
    assert cost() == one


def test_the_desk_says_how_many_are_unread(study: Study, head: Client) -> None:
    desk = reverse("admin:raters_study_desk", args=[study.pk])
    assert "unread" not in head.get(desk).content.decode()
    session = factories.make_rater(study, participant_id="a")
    for text in ("1", "2"):
        messaging.send(session=session, text=text, now=NOW)

    page = head.get(desk).content.decode()

    assert f'"{INBOX}?session__study__id__exact={study.pk}&amp;handled=no">2 unread messages</a>' in page
    assert head.get(f"{INBOX}?session__study__id__exact={study.pk}&handled=no").status_code == 200
    assert "unread" not in staff("view_study", "change_study").get(desk).content.decode()


def test_erasing_asks_first_and_says_what_goes_and_what_stays(study: Study, head: Client) -> None:
    session = make_busy_rater(study)
    job = export_of(study)
    chosen = {"action": "erase_rater", "_selected_action": [session.pk]}
    answer = head.post(reverse("admin:raters_ratingsession_changelist"), chosen)
    address = reverse("admin:raters_ratingsession_erase", args=[session.pk])
    assert answer["Location"] == address

    page = head.get(address).content.decode()
    assert "<li>ratings: 2</li>" in page
    assert "<li>platform_identities: 1</li>" in page
    assert f"SHA-256 {job.sha256}" in page
    assert Rating.objects.count() == 2

    assert head.post(address).status_code == 302
    assert not Rating.objects.exists()
    assert (Erasure.objects.get().cause, len(Erasure.objects.get().exports)) == ("researcher", 1)
    assert "Nothing of this rater" in head.get(address).content.decode()


def test_before_erasing_it_says_what_is_to_be_paid(study: Study, head: Client) -> None:
    session = make_busy_rater(study)
    address = reverse("admin:raters_ratingsession_erase", args=[session.pk])
    assert "Pay first" not in head.get(address).content.decode()
    Recruitment.objects.update(reward_minor=500)

    # Three of four: two pairs rated, one skipped.
    assert "Pay first: £3.75 is suggested." in head.get(address).content.decode()

    head.post(address)
    assert "Pay first" not in head.get(address).content.decode()


def test_raters_are_erased_one_at_a_time(study: Study, head: Client) -> None:
    for name in ("a", "b"):
        factories.make_rater(study, participant_id=name)
    every = [session.pk for session in RatingSession.objects.all()]

    changelist = reverse("admin:raters_ratingsession_changelist")
    answer = head.post(changelist, {"action": "erase_rater", "_selected_action": every}, follow=True)

    assert "Choose one rater to erase." in answer.content.decode()
    assert not Erasure.objects.exists()


def test_erasing_needs_the_permission_to_delete(study: Study) -> None:
    session = make_busy_rater(study)
    address = reverse("admin:raters_ratingsession_erase", args=[session.pk])
    client = staff("view_ratingsession", "change_ratingsession")

    assert client.get(address).status_code == 403
    assert client.post(address).status_code == 403
    assert "erase_rater" not in client.get(reverse("admin:raters_ratingsession_changelist")).content.decode()
    assert Rating.objects.count() == 2


def test_everything_stored_is_handed_out_to_whoever_may_see_it_all(study: Study) -> None:
    session = make_busy_rater(study)
    address = reverse("admin:raters_ratingsession_stored", args=[session.pk])
    assert staff("view_ratingsession", "view_message").get(address).status_code == 403
    User.objects.all().delete()

    answer = staff("view_ratingsession", "view_message", "view_platformidentity").get(address)

    assert answer["Content-Disposition"] == f'attachment; filename="{session.pseudonym}.json"'
    assert json.loads(answer.content)["platform_identities"][0]["participant_id"] == "LOUD-pid"


def test_the_record_of_deletions_is_only_looked_at(study: Study, head: Client) -> None:
    session = make_busy_rater(study)
    head.post(reverse("admin:raters_ratingsession_erase", args=[session.pk]))
    erasure = Erasure.objects.get()

    page = head.get(reverse("admin:raters_erasure_change", args=[erasure.pk])).content.decode()
    assert session.pseudonym in page
    assert "LOUD" not in page
    assert head.post(reverse("admin:raters_erasure_delete", args=[erasure.pk])).status_code == 403


def test_the_session_page_leads_to_both(study: Study, head: Client) -> None:
    session = make_busy_rater(study)

    page = head.get(reverse("admin:raters_ratingsession_change", args=[session.pk])).content.decode()

    assert reverse("admin:raters_ratingsession_erase", args=[session.pk]) in page
    assert reverse("admin:raters_ratingsession_stored", args=[session.pk]) in page


def test_the_desk_says_what_is_deleted_when(head: Client) -> None:
    study = make_busy_study(identity_days=90, texts_days=1)

    page = " ".join(head.get(reverse("admin:raters_study_desk", args=[study.pk])).content.decode().split())

    assert "Platform ids are deleted 90 days after the end of a session." in page
    assert "Raters' own words are deleted 1 day after it. This is looked after once an hour." in page
