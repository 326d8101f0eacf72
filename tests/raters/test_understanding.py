"""The comprehension check: two tries, whatever the browser does, and a kind way out."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from raters import understanding
from raters.models import Answer, Assignment, Booklet, Event, RatingSession, Recruitment
from raters.selectors import comprehension_questions
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.around import CHECK, add_check, at

pytestmark = pytest.mark.django_db
RIGHT = {key: options[0] for key, options in CHECK.items()}
WRONG = {**RIGHT, "what": "Nothing"}


@pytest.fixture
def study() -> Study:
    study = factories.make_study()
    add_check(study)
    return factories.open_study(study)


@pytest.fixture
def session(study: Study) -> RatingSession:
    return factories.make_rater(study)


def answer(session: RatingSession, attempt: int, answers: dict[str, str]) -> RatingSession:
    return understanding.answer(session=session, attempt=attempt, answers=answers, now=NOW)


def fields(session: RatingSession, attempt: int, answers: dict[str, str]) -> dict[str, str]:
    """The form as a rater fills it in: options by their number as shown."""
    chosen = {
        f"q{number}": str(asking.options.index(answers[asking.key]) + 1)
        for number, asking in enumerate(comprehension_questions(session), start=1)
    }
    return {**chosen, "attempt": str(attempt)}


def test_the_right_answers_lead_to_the_pairs(session: RatingSession) -> None:
    client = Client()

    sent = client.post(at(session, "comprehension"), fields(session, 1, RIGHT))

    assert sent["Location"] == at(session, "pair", factories.assignments_of(session)[0].token)
    session.refresh_from_db()
    assert session.understood_at is not None
    stored = Answer.objects.values_list("use", "attempt", "key", "value").order_by("pk")
    assert list(stored) == [
        ("comprehension", 1, "who", "The seeker"),
        ("comprehension", 1, "what", "Two replies"),
    ]
    assert Event.objects.get(kind="understood").data == {"attempt": 1}


def test_no_pair_opens_before_the_check_is_passed(session: RatingSession, client: Client) -> None:
    first = factories.assignments_of(session)[0]

    assert client.get(at(session, "pair", first.token))["Location"] == at(session, "comprehension")


def test_a_wrong_try_says_which_to_look_at_again_and_not_what_is_right(
    session: RatingSession, client: Client
) -> None:
    sent = client.post(at(session, "comprehension"), fields(session, 1, WRONG), follow=True)

    assert sent.redirect_chain == [(at(session, "comprehension"), 303)]
    page = unescape(sent.content.decode())
    who, what = re.findall(r"<fieldset.*?</fieldset>", page, re.DOTALL)
    assert "Please look at this one again." not in who
    assert "Please look at this one again." in what
    assert who.count(" checked") == 1
    assert what.count(" checked") == 0
    assert 'name="attempt" value="2"' in page
    assert at(session, "instructions") in page
    assert client.get(at(session, "instructions")).status_code == 200


def test_the_same_try_sent_twice_is_one_try(session: RatingSession, client: Client) -> None:
    for _ in range(3):
        client.post(at(session, "comprehension"), fields(session, 1, WRONG))

    session.refresh_from_db()
    assert session.turned_away_at is None
    assert set(Answer.objects.values_list("attempt", flat=True)) == {1}


def test_the_second_try_cannot_be_had_first_and_there_is_no_third(session: RatingSession) -> None:
    answer(session, 2, RIGHT)
    answer(session, 0, RIGHT)
    assert not Answer.objects.exists()
    answer(session, 1, WRONG)
    answer(session, 2, WRONG)
    answer(session, 3, RIGHT)

    session.refresh_from_db()
    assert session.understood_at is None
    assert session.turned_away_at == NOW


def test_the_second_try_may_be_right(session: RatingSession) -> None:
    answer(session, 1, WRONG)

    assert answer(session, 2, RIGHT).understood_at == NOW
    assert Event.objects.get(kind="understood").data == {"attempt": 2}


def test_an_unanswered_question_costs_no_try(session: RatingSession, client: Client) -> None:
    sent = client.post(at(session, "comprehension"), {"q1": "1", "attempt": "1"})

    assert sent.status_code == 422
    assert "Please choose one of the answers." in sent.content.decode()
    assert not Answer.objects.exists()


@pytest.mark.parametrize("answers", [{"who": "The seeker"}, {**RIGHT, "who": "Nobody"}, {}])
def test_what_is_no_option_is_refused(session: RatingSession, answers: dict[str, str]) -> None:
    with pytest.raises(understanding.InvalidAnswers):
        answer(session, 1, answers)


def test_whoever_fails_twice_gives_the_whole_booklet_back(session: RatingSession, study: Study) -> None:
    planned = [(a.pair_id, a.order, a.kind) for a in factories.assignments_of(session)]
    before = Booklet.objects.unclaimed(study).count()
    answer(session, 1, WRONG)

    answer(session, 2, WRONG)

    assert Booklet.objects.unclaimed(study).count() == before + 1
    again = Assignment.objects.filter(booklet__remainder_of=session.booklet).order_by("position")
    assert [(a.pair_id, a.order, a.kind) for a in again] == planned
    assert not Assignment.objects.filter(booklet=session.booklet).live().exists()
    assert Event.objects.get(kind="turned_away").data == {}


def test_being_turned_away_is_thanks_and_no_rejection(session: RatingSession, client: Client) -> None:
    Recruitment.objects.create(study=session.study, channel="open", screened_out_minor=60)
    answer(session, 1, WRONG)
    answer(session, 2, WRONG)

    sent = client.get(at(session, "here"), follow=True)

    assert sent.redirect_chain == [(at(session, "turned_away"), 303)]
    page = sent.content.decode()
    assert "this is not a rejection" in page
    assert "You are paid £0.60 for the time" in page
    assert "please return the submission there" in page
    assert "Listening line:" in page
    assert "<code" not in page
    assert at(session, "stop") not in page


def test_a_study_with_a_code_for_it_shows_the_code(client: Client) -> None:
    study = factories.make_study()
    add_check(study)
    Recruitment.objects.create(
        study=study,
        channel="prolific",
        completion_code="A",
        stopped_code="B",
        screened_out_code="SCREENED",
        platform_minutes=60,
    )
    session = factories.make_rater(factories.open_study(study), participant_id="p")
    answer(session, 1, WRONG)
    answer(session, 2, WRONG)

    page = client.get(at(session, "turned_away")).content.decode()

    assert re.findall(r"<code[^>]*>([^<]+)", page) == ["SCREENED"]
    assert "https://app.prolific.com/submissions/complete?cc=SCREENED" in page
    assert "You are paid" not in page
    assert "please return the submission" not in page


def test_nothing_is_answered_before_the_instructions_or_after_the_end(session: RatingSession) -> None:
    RatingSession.objects.filter(pk=session.pk).update(instructed_at=None)
    answer(session, 1, RIGHT)
    RatingSession.objects.filter(pk=session.pk).update(instructed_at=NOW, stopped_at=NOW)
    answer(session, 1, RIGHT)

    assert not Answer.objects.exists()


def test_the_right_option_stands_anywhere_but_always_at_the_same_place_for_one_rater(study: Study) -> None:
    raters = [factories.make_rater(study) for _ in range(4)]
    sessions = [*raters, *(RatingSession(study=study, pseudonym=f"r-{n}") for n in range(20))]
    places = [comprehension_questions(one)[1].options.index("Two replies") for one in sessions]

    assert set(places) == {0, 1, 2}
    assert places == [comprehension_questions(one)[1].options.index("Two replies") for one in sessions]


@pytest.mark.parametrize("page", ["comprehension", "turned_away"])
def test_the_pages_of_the_check_send_on_who_is_elsewhere(
    session: RatingSession, client: Client, page: str
) -> None:
    answer(session, 1, RIGHT)

    first = factories.assignments_of(session)[0]
    assert client.get(at(session, page))["Location"] == at(session, "pair", first.token)
    late = client.post(at(session, "comprehension"), {"attempt": "2"})
    assert late["Location"] == at(session, "pair", first.token)


def test_a_slow_reader_of_the_questions_is_seen_to_be_at_work(session: RatingSession) -> None:
    later = NOW + timedelta(minutes=50)
    understanding.answer(session=session, attempt=1, answers=RIGHT, now=later)

    session.refresh_from_db()
    assert session.last_seen_at == later
