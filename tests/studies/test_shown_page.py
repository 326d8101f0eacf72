"""The admin's page on how replies are shown: counts by system, and every change marked."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from studies import selectors
from studies.models import Response, Study
from studies.selectors import ShownCount
from tests import factories

pytestmark = pytest.mark.django_db

MARKED = {"counsellor": "Take **care** now,  please", "model-a": "I hear you \u2014 it\u2019s hard\u2026"}


@pytest.fixture
def study() -> Study:
    """Two dialogues: marked replies to the first, plain ones to the second."""
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(study, "d1", systems=tuple(MARKED), texts=MARKED)
    factories.add_dialogue(study, "d2", systems=tuple(MARKED))
    return study


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(factories.make_staff(may=["view"]))
    return client


def address_of(study: Study) -> str:
    return reverse("admin:studies_study_shown", args=[study.pk])


def page(client: Client, study: Study, **asked: str) -> str:
    answer = client.get(address_of(study), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_changes_are_counted_by_system_and_kind(study: Study) -> None:
    found = selectors.changes_of(study, "plain-1")

    assert selectors.KINDS == ("quotes", "dashes", "ellipses", "markdown", "spaces")
    assert found.systems == [
        ShownCount("counsellor", "human", replies=2, changed=1, by_kind=(0, 0, 0, 1, 1)),
        ShownCount("model-a", "llm", replies=2, changed=1, by_kind=(1, 1, 1, 0, 0)),
    ]
    assert found.replies == [row.pk for row in Response.objects.filter(dialogue__external_id="d1")]
    assert selectors.changes_of(study, "none").replies == []


def test_changes_are_marked_in_their_place(study: Study, client: Client) -> None:
    text = page(client, study, profile="plain-1")

    assert "2 of 4 replies are changed by plain-1" in text
    assert "Take <del>**</del>care<del>**</del> now, <del>\u2423</del>please" in text
    assert "you <del>\u2014</del><ins>-</ins> it<del>\u2019</del><ins>&#x27;</ins>s" in text
    assert "Reply 1 to d2" not in text
    assert re.findall(r"<option( selected)?>", text) == ["", " selected"]


def test_spaces_and_ends_of_lines_can_be_seen(study: Study, client: Client) -> None:
    Response.objects.filter(text=MARKED["counsellor"]).update(text="a\u00a0b\u200b \r\nc")

    text = page(client, study, profile="plain-1")

    assert "a<del>\u237d</del><ins>\u2423</ins>b<del>\u2205\u2423\u21b5</del>\nc" in text


def test_without_a_choice_the_studys_own_profile_is_looked_at(study: Study, client: Client) -> None:
    assert "0 of 4 replies are changed by none" in page(client, study)

    factories.pair_up(study)
    Study.objects.update(shown_profile="plain-1")
    frozen = factories.open_study(Study.objects.get())
    Study.objects.update(shown_profile="none")
    assert "2 of 4 replies are changed by plain-1" in page(client, frozen)
    assert "frozen, so this stays" in page(client, frozen)


def test_a_reply_of_which_nothing_is_left_is_pointed_out(study: Study, client: Client) -> None:
    assert "Nothing is left" not in page(client, study, profile="plain-1")
    Response.objects.filter(text=MARKED["counsellor"]).update(text="---")

    assert "Nothing is left to be shown." in page(client, study, profile="plain-1")


def test_hostile_texts_are_only_text(study: Study, client: Client) -> None:
    Response.objects.filter(text=MARKED["counsellor"]).update(text="<b>x</b>**<i>**\u201c</del>")

    text = page(client, study, profile="plain-1")

    assert "<b>x" not in text
    assert "<i>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text
    assert text.count("<del>") == text.count("</del>")


def test_a_page_costs_the_same_for_few_replies_and_for_many(study: Study, client: Client) -> None:
    counts = []
    for number in (1, 50):
        for one in range(number):
            factories.add_dialogue(study, f"more-{number}-{one}", systems=tuple(MARKED), texts=MARKED)
        with CaptureQueriesContext(connection) as queries:
            page(client, study, profile="plain-1")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert not any("turns" in query["sql"] for query in queries)


def test_long_lists_have_pages(study: Study, client: Client) -> None:
    for number in range(12):
        factories.add_dialogue(study, f"more-{number}", systems=tuple(MARKED), texts=MARKED)

    first, last = page(client, study, profile="plain-1"), page(client, study, profile="plain-1", p="2")

    assert (first.count("<article"), last.count("<article")) == (20, 6)
    assert "?profile=plain-1&p=2" in unescape(first)
    assert "?profile=plain-1&p=1" in unescape(last)


def test_who_may_look_and_at_what(study: Study, client: Client) -> None:
    assert client.get(address_of(study), {"profile": "plain-0"}).status_code == 404
    assert client.post(address_of(study)).status_code == 405
    assert client.get(reverse("admin:studies_study_shown", args=[0])).status_code == 404
    assert Client().get(address_of(study)).status_code == 302
    outsider = Client()
    outsider.force_login(factories.make_staff("outsider", may=[]))
    assert outsider.get(address_of(study)).status_code == 403


def test_the_way_there_leads_over_the_desk_and_the_studys_page(study: Study) -> None:
    researcher = Client()
    researcher.force_login(factories.make_staff("head"))

    for name in ("raters_study_desk", "studies_study_change"):
        answer = researcher.get(reverse(f"admin:{name}", args=[study.pk]))
        assert address_of(study) in answer.content.decode()


def test_the_page_obeys_the_policy_for_scripts_and_styles(study: Study, client: Client) -> None:
    answer = client.get(address_of(study))

    assert "unsafe" not in answer["Content-Security-Policy"]
    assert "css/shown" in answer.content.decode()
