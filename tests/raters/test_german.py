"""A study in German: its pages, its frozen answers, its errors; and English for everybody else."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.utils import translation

from raters import participating
from raters.models import RatingSession
from studies.models import Protocol, Study
from tests import factories
from tests.factories import NOW
from tests.raters.around import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study(language="de", risk_phrases="", reason="required"))


@pytest.fixture
def session(study: Study) -> RatingSession:
    return factories.make_rater(study)


def said(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert translation.get_language() == "en-gb"
    page = unescape(answer.content.decode())
    assert '<html lang="de" dir="ltr">' in page
    return page


def test_consent_is_asked_for_in_german_and_the_studys_own_text_stands(study: Study, client: Client) -> None:
    client.get("/join/kind-words/")

    page = said(client, at(RatingSession.objects.get(), "consent"))

    assert "Ich bin mindestens 18 Jahre alt und stimme der Teilnahme zu" in page
    assert "Belastet? Hier gibt es Hilfe" in page
    assert "You take part of your own free will." in page


def test_a_pair_is_shown_in_german(session: RatingSession, client: Client) -> None:
    page = said(client, at(session, "pair", factories.assignments_of(session)[0].token))

    assert '<span class="place">Paar 1 von 4</span>' in page
    assert '<h2 id="reply-A">Antwort A</h2>' in page
    assert "<b>Ratsuchende Person</b>" in page
    assert "<b>Unterstützende Person</b>" in page
    assert "<button>Speichern und weiter</button>" in page


def test_the_answers_are_frozen_in_german_and_worded_alike(study: Study) -> None:
    answers = Protocol.objects.get(study=study).document().answers

    assert [(answer.value, answer.label) for answer in answers] == [
        (-2, "A viel besser"),
        (-1, "A etwas besser"),
        (0, "Kein Unterschied"),
        (1, "B etwas besser"),
        (2, "B viel besser"),
    ]


def test_what_is_missing_is_told_in_german(session: RatingSession, client: Client) -> None:
    answer = client.post(at(session, "pair", factories.assignments_of(session)[0].token), {"q1": "1"})

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Nichts ist verloren, aber etwas fehlt noch:" in page
    assert page.count("Bitte wählen Sie eine der Antworten.") == 5
    assert page.count("Bitte sagen Sie in ein, zwei Sätzen, warum.") == 1
    assert translation.get_language() == "en-gb"


def test_the_code_is_given_in_german(session: RatingSession, client: Client) -> None:
    for own in factories.assignments_of(session):
        factories.rate(own)
    participating.finish(session=session, now=NOW)

    page = said(client, at(session, "done"))

    assert "<h1>Vielen Dank</h1>" in page
    assert "Ihre Antworten zu 4 Paaren sind gespeichert." in page
    assert "Ihr Abschlusscode" in page


def test_whoever_cannot_come_in_is_told_so_in_german(client: Client) -> None:
    factories.make_study(language="de", risk_phrases="")

    assert "Diese Studie nimmt gerade niemanden auf" in said(client, "/join/kind-words/")


def test_training_pairs_explain_themselves_in_german() -> None:
    study = factories.make_study(language="de", risk_phrases="")
    factories.add_training(study, 2)

    told = study.dialogues.filter(pairs__kind="training").values_list("pairs__feedback", flat=True)

    assert sorted(text.split(":")[0].split(",")[0] for text in set(told) if text) == [
        "Eine der beiden Antworten gehört zu einem anderen Gespräch",
        "Eine der beiden Antworten klingt",
    ]


def test_researchers_pages_stay_english(study: Study, client: Client) -> None:
    client.force_login(factories.make_staff())

    answer = client.get(f"/admin/studies/study/{study.pk}/change/", headers={"accept-language": "de"})

    page = answer.content.decode()
    assert '<html lang="en-gb"' in page
    assert "Of the pages around your own texts." in page


def test_an_english_study_next_to_it_stays_english(session: RatingSession, client: Client) -> None:
    other = factories.make_rater(factories.open_study(factories.make_study("english")))
    said(client, at(session, "support"))

    page = client.get(at(other, "support")).content.decode()

    assert '<html lang="en-gb" dir="ltr">' in page
    assert "<h1>Take the time you need</h1>" in page
