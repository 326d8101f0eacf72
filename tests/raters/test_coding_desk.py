"""The desk's part about people who code, and the command that invites them."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from raters.models import CodingSession
from raters.selectors import coders_of, texts_left
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.coder_studies import begun, code, invite, study_to_code, texts_of

pytestmark = pytest.mark.django_db
INVITE = {
    "action": "invite_coders",
    "coders-count": "2",
    "coders-per_text": "2",
    "coders-kinds": ["reason", "reply"],
    "coders-labels": "Ann\r\n",
}


@pytest.fixture
def study() -> Study:
    return study_to_code()


@pytest.fixture
def researcher() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("head", password="secret"))
    return client


def desk_of(study: Study) -> str:
    return reverse("admin:raters_study_desk", args=[study.pk])


def read(client: Client, study: Study, **fields: object) -> str:
    answer = client.post(desk_of(study), fields, follow=True) if fields else client.get(desk_of(study))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_coders_are_invited_on_the_desk_and_their_links_stand_there(researcher: Client, study: Study) -> None:
    assert "6 texts are set out to be coded; two people or more have coded 0. 6 have fewer than two" in read(
        researcher, study
    )

    text = read(researcher, study, **INVITE)

    assert "2 coders invited." in text
    assert "Dealt: 12 texts to code" in text
    links = re.findall(r">http://testserver(/c/[0-9a-f-]{36}/)<", text)
    assert links == [
        reverse("raters:coding", args=[row.token]) for row in CodingSession.objects.order_by("pk")
    ]
    assert "<details open><summary>Links</summary>" in text
    assert "Ann" in text
    assert "fewer than two" not in text
    assert Client().get(links[0]).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"coders-count": "1"}, "1 coders cannot be 2 for each text"),
        ({"coders-per_text": "1"}, "greater than or equal to 2"),
        ({"coders-kinds": []}, "This field is required."),
        ({"coders-labels": "a\nb\nc"}, "3 labels for 2 coders"),
    ],
)
def test_what_cannot_be_is_said_on_the_desk(
    researcher: Client, study: Study, fields: dict[str, object], said: str
) -> None:
    assert said in read(researcher, study, **{**INVITE, **fields})
    assert not CodingSession.objects.exists()


def test_progress_says_who_has_done_what_and_what_can_be_handed_over(
    researcher: Client, study: Study
) -> None:
    one, two, three = begun(study, 3)
    for row in texts_of(one)[:2]:
        code(row, ["reframe"])

    text = read(researcher, study)
    assert "<td>2 / 4</td>" in text
    assert "2 to others" in text
    assert [row.state for row in coders_of(study)] == ["coding"] * 3

    text = read(researcher, study, action="hand_over", coder=str(one.pk))

    assert "Dealt: 2 texts to code" in text
    assert "coding, " not in text
    first = coders_of(study)[0]
    assert (first.coded, first.left, first.handed_over, first.state) == (2, 0, 2, "done")
    for session in (two, three):
        for row in texts_of(session):
            code(row, ["reframe"])
    text = read(researcher, study)
    assert "two people or more have coded 6." in text
    assert "<details><summary>Links</summary>" in text
    left = texts_left(study)
    assert (left.texts, left.lacking, left.coded) == (6, 0, 6)


def test_what_nobody_can_take_is_told(researcher: Client, study: Study) -> None:
    one, _two = begun(study)

    text = read(researcher, study, action="hand_over", coder=str(one.pk))

    assert "6 times no coder was left who does not have the text" in text
    assert "6 have fewer than two coders." in text


@pytest.mark.parametrize("coder", ["", "x", "²", "999999"])
def test_an_unknown_coder_is_not_handed_over(researcher: Client, study: Study, coder: str) -> None:
    begun(study)
    answer = researcher.post(desk_of(study), {"action": "hand_over", "coder": coder})
    assert answer.status_code == 404


def test_a_coder_of_another_study_is_not_handed_over(researcher: Client, study: Study) -> None:
    foreign = begun(study_to_code("other"))[0]
    answer = researcher.post(desk_of(study), {"action": "hand_over", "coder": str(foreign.pk)})
    assert answer.status_code == 404


def test_each_part_needs_its_own_permission(client: Client, study: Study) -> None:
    staff = factories.make_staff()
    client.force_login(staff)
    one, _two = invite(study, labels=["Ann"])

    text = read(client, study)
    assert str(one.token) not in text
    assert "Ann" not in text
    assert "Invite coders" not in text
    assert "to others" not in text
    assert one.pseudonym in text
    assert client.post(desk_of(study), INVITE).status_code == 403
    assert client.post(desk_of(study), {"action": "hand_over", "coder": one.pk}).status_code == 403

    wanted = ("view_codingsession", "add_codingsession", "change_codingsession")
    staff.user_permissions.add(*Permission.objects.filter(codename__in=wanted))
    text = read(client, study)
    for words in (str(one.token), "Ann", "Invite coders", "6 to others"):
        assert words in text


def test_a_study_without_texts_to_code_has_no_such_part(researcher: Client) -> None:
    assert "Coders" not in read(researcher, factories.make_study())


def test_an_erased_text_is_counted_nowhere(study: Study) -> None:
    one, _two = begun(study)
    study.passages.filter(place=0).update(text="", erased_at=NOW)

    assert [(row.dealt, row.left) for row in coders_of(study)] == [(5, 5)] * 2
    assert texts_left(study).texts == 5
    assert len(texts_of(one)) == 6


def test_the_command_invites_and_prints_the_links(study: Study) -> None:
    out = StringIO()
    call_command("invite_coders", study.slug, "--coders", "2", "--labels", "Ann", stdout=out)

    sessions = CodingSession.objects.order_by("pk")
    assert out.getvalue().splitlines() == [
        *(f"/c/{session.token}/" for session in sessions),
        "dealt: 12",
        "left: 0",
    ]
    assert [session.label for session in sessions] == ["Ann", ""]


def test_the_command_deals_kinds_and_refuses_in_a_sentence(study: Study) -> None:
    out = StringIO()
    call_command("invite_coders", study.slug, "--coders=2", "--kinds", "reply", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["dealt"], told["left"], len(told["links"])) == (4, 0, 2)

    with pytest.raises(CommandError, match="at least 2 coders"):
        call_command("invite_coders", study.slug, "--coders=2", "--per-text=1")
