"""The blinding check at the end: what was compared, and who wrote the replies."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from raters import guessing, participating, selectors
from raters.guessing import Guessed
from raters.models import Answer, Assignment, Guess, RatingSession, Skip
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.around import at, make_reviewed

pytestmark = pytest.mark.django_db
BOTH = {"first": "person", "first_certainty": "4", "second": "ai", "second_certainty": "2"}
AFTER = NOW + timedelta(minutes=20)


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study(blinding_pairs=2))


@pytest.fixture
def session(study: Study) -> RatingSession:
    return make_reviewed(study)


def drawn(session: RatingSession) -> list[Assignment]:
    return selectors.blinding_assignments(session, selectors.document_for(session))


def say(session: RatingSession, text: str = "Styles") -> RatingSession:
    return guessing.say_compared(session=session, text=text, now=AFTER)


def test_first_the_open_question_then_pair_by_pair_then_on(session: RatingSession, client: Client) -> None:
    here = at(session, "blinding")
    assert client.get(at(session, "here"))["Location"] == here
    page = client.get(here).content.decode()
    assert "What do you think this study compared?" in page
    assert "Nobody reads this before the study ends." in page
    assert client.post(here, {"compared": "People & programs"})["Location"] == here
    for number, own in enumerate(drawn(session), start=1):
        page = client.get(here).content.decode()
        assert f"pair {number} of 2" in page
        assert re.findall(r'name="pair" value="([^"]+)"', page) == [str(own.token)]
        assert " checked" not in page
        assert "look at this one again" not in page
        answer = client.post(here, {**BOTH, "pair": str(own.token)})
    assert answer["Location"] == at(session, "debrief")
    assert list(Answer.objects.values_list("use", "key", "value")) == [
        ("blinding", "compared", "People & programs")
    ]
    guesses = Guess.objects.values_list("first", "first_certainty", "second", "second_certainty")
    assert list(guesses) == [("person", 4, "ai", 2)] * 2


def test_nothing_to_say_goes_on_too_and_is_said_once(session: RatingSession, client: Client) -> None:
    client.post(at(session, "blinding"), {"compared": ""})
    client.post(at(session, "blinding"), {"compared": "Later thoughts"})

    assert Answer.objects.get().value == ""


def test_the_first_guess_stands(session: RatingSession) -> None:
    own = drawn(session)[0]
    for source in ("ai", "person"):
        guessing.guess(assignment=own, first=Guessed(source, 5), second=Guessed("unknown"), now=AFTER)

    stored = Guess.objects.get()
    assert (stored.first, stored.first_certainty) == ("ai", 5)
    assert (stored.second, stored.second_certainty) == ("unknown", 1)


def test_certainty_is_asked_of_a_guess_and_not_of_not_knowing(session: RatingSession, client: Client) -> None:
    say(session)
    own = drawn(session)[0]
    half = {"pair": str(own.token), "first": "person", "second": "unknown"}

    answer = client.post(at(session, "blinding"), half)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert page.count("Please say how certain you are.") == 1
    assert re.search(r'name="first" value="person"[^>]* checked', page)
    assert not Guess.objects.exists()
    assert client.post(at(session, "blinding"), {**half, "first_certainty": "3"}).status_code == 303
    assert Guess.objects.get().first_certainty == 3


@pytest.mark.parametrize("changes", [{"first": "robot"}, {"first_certainty": "6"}, {"second": ""}])
def test_what_is_no_answer_is_asked_for_again(
    session: RatingSession, client: Client, changes: dict[str, str]
) -> None:
    say(session)
    fields = {**BOTH, "pair": str(drawn(session)[0].token), **changes}

    assert client.post(at(session, "blinding"), fields).status_code == 422
    assert not Guess.objects.exists()


def test_pairs_are_shown_as_they_were(session: RatingSession, client: Client) -> None:
    say(session)
    own = drawn(session)[0]
    texts = (own.pair.first.text, own.pair.second.text)

    page = client.get(at(session, "blinding")).content.decode()

    first, second = texts if own.order == "AB" else texts[::-1]
    assert page.index(first) < page.index(second)


def test_only_pairs_that_are_shown_take_a_guess(session: RatingSession, study: Study, client: Client) -> None:
    other = next(a for a in factories.assignments_of(session) if a not in drawn(session))
    with pytest.raises(guessing.NotAsked):
        guessing.guess(assignment=other, first=Guessed("ai", 1), second=Guessed("ai", 1), now=AFTER)
    assert client.post(at(session, "blinding"), {**BOTH, "pair": str(other.token)}).status_code == 303
    stranger = factories.assignments_of(factories.make_rater(study))[0]
    for token in (stranger.token, uuid4(), "x"):
        assert client.post(at(session, "blinding"), {**BOTH, "pair": str(token)}).status_code == 404
    assert not Guess.objects.exists()


def test_no_guess_before_the_rating_part_is_over_nor_after_the_debrief_was_seen(
    study: Study, session: RatingSession
) -> None:
    rating = factories.make_rater(study)
    own = drawn(session)[0]
    participating.finish(session=session, now=AFTER)

    for asked in (rating, session):
        with pytest.raises(guessing.NotAsked):
            say(asked)
    with pytest.raises(guessing.NotAsked):
        guessing.guess(assignment=own, first=Guessed("ai", 1), second=Guessed("ai", 1), now=AFTER)


def test_a_study_without_the_check_takes_none() -> None:
    session = make_reviewed(factories.open_study(factories.make_study()))

    with pytest.raises(guessing.NotAsked):
        say(session)


def test_whoever_rated_nothing_gets_the_open_question_only(study: Study, client: Client) -> None:
    session = factories.make_rater(study)
    for own in factories.assignments_of(session):
        Skip.objects.create(assignment=own, phase="main", reason="other", skipped_at=NOW)
    participating.review(session=session, now=NOW)

    assert client.get(at(session, "blinding")).status_code == 200
    assert client.post(at(session, "blinding"), {"compared": ""})["Location"] == at(session, "debrief")


def test_a_late_answer_on_a_skipped_pair_does_not_change_the_draw(study: Study) -> None:
    session = factories.make_rater(study)
    *rated, late = factories.assignments_of(session)
    for own in rated:
        factories.rate(own)
    Skip.objects.create(assignment=late, phase="main", reason="other", skipped_at=NOW)
    session = participating.review(session=session, now=NOW + timedelta(minutes=10))
    before = drawn(session)

    factories.rate(late, now=NOW + timedelta(minutes=12))

    assert drawn(session) == before
    assert len(before) == 2


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_sends_on_who_is_elsewhere(study: Study, client: Client, method: str) -> None:
    session = factories.make_rater(study)
    due = at(session, "pair", factories.assignments_of(session)[0].token)

    assert getattr(client, method)(at(session, "blinding"))["Location"] == due
