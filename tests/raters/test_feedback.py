"""What a rater reads after a training pair."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from raters import leaving, selectors
from raters.models import RatingSession
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.around import add_training, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study())


@pytest.fixture
def session(study: Study) -> RatingSession:
    return factories.make_rater(study)


@pytest.mark.parametrize(
    ("order", "expected", "value", "by_most", "agrees"),
    [
        ("AB", -1, -2, "A", True),
        ("AB", -1, 1, "A", False),
        ("AB", 1, 1, "B", True),
        ("AB", 1, 0, "B", False),
        ("BA", -1, -2, "B", False),
        ("BA", -1, 1, "B", True),
        ("BA", 1, -1, "A", True),
        ("BA", 1, 0, "A", False),
    ],
)
def test_the_expected_answer_is_turned_to_the_sides_as_shown(
    session: RatingSession, order: str, expected: int, value: int, by_most: str, agrees: bool
) -> None:
    own = add_training(session, order=order, expected=expected)
    factories.rate(own, value)

    feedback = selectors.feedback_on(session, selectors.assignment_for(session, own.token))

    assert feedback is not None
    assert (feedback.by_most, feedback.agrees) == (by_most, agrees)
    labels = {answer.value: answer.label for answer in selectors.document_for(session).answers}
    assert feedback.answer == labels[value]
    texts = (own.pair.first.text, own.pair.second.text)
    shown = (feedback.comparison.first, feedback.comparison.second)
    assert shown == (texts if order == "AB" else texts[::-1])


def test_the_page_tells_kindly_and_goes_on(session: RatingSession, client: Client) -> None:
    own = add_training(session, expected=1)
    factories.rate(own, -1)

    page = unescape(client.get(at(session, "feedback", own.token)).content.decode())

    assert "Most people would choose Reply B here." in page
    assert "The other one answers what was asked." in page
    assert "I feel alone (d1)." in page
    assert re.search(rf'<a class="button" href="{at(session, "here")}">Go on</a>', page)
    assert not re.search(r"wrong|fail|score|incorrect", page, re.IGNORECASE)


def test_who_agrees_is_told_so(session: RatingSession, client: Client) -> None:
    own = add_training(session, expected=1)
    factories.rate(own, 2)

    page = client.get(at(session, "feedback", own.token)).content.decode()

    assert "Most people see it as you do and choose Reply B." in page


def test_there_is_none_on_other_pairs_nor_before_the_answer(session: RatingSession, client: Client) -> None:
    training = add_training(session)
    main = factories.assignments_of(session)[1]
    due = at(session, "pair", training.token)

    assert client.get(at(session, "feedback", training.token))["Location"] == due
    factories.rate(main)
    assert client.get(at(session, "feedback", main.token))["Location"] == due


def test_there_is_none_for_strangers_nor_after_the_end(
    study: Study, session: RatingSession, client: Client
) -> None:
    own = add_training(session)
    factories.rate(own)
    other = factories.make_rater(study)

    assert client.get(at(other, "feedback", own.token)).status_code == 404
    leaving.stop(session=session, now=NOW)
    assert client.get(at(session, "feedback", own.token))["Location"] == at(session, "done")


def test_no_score_is_asked_for_where_the_preference_is_no_row(session: RatingSession) -> None:
    own = add_training(session)
    rating = factories.rate(own)
    rating.scores.filter(dimension__key="overall").delete()

    feedback = selectors.feedback_on(session, selectors.assignment_for(session, own.token))

    assert feedback is not None
    assert (feedback.answer, feedback.agrees) == ("", False)
