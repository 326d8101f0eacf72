"""The way out: looking back, the survey, the debrief with its choice, and the page with the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from raters import debriefing, leaving, participating, skipping, surveying, withdrawing
from raters.models import Answer, Assignment, Rating, RatingSession, Recruitment, Skip
from studies.models import Study
from studies.protocol import MAIN, RUBRIC
from tests import factories
from tests.factories import NOW
from tests.raters.around import add_survey, at, make_reviewed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def study() -> Study:
    study = factories.make_study()
    add_survey(study)
    return factories.open_study(study)


@pytest.fixture
def session(study: Study) -> RatingSession:
    return make_reviewed(study)


@pytest.fixture
def surveyed(session: RatingSession) -> RatingSession:
    return surveying.send(session=session, answers={}, now=NOW)


def text_of(answer: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(answer.decode())).split())


def values() -> list[tuple[str, str]]:
    return list(Answer.objects.filter(use="survey").order_by("pk").values_list("key", "value"))


def test_looking_back_lists_skipped_pairs_as_skipped(study: Study, client: Client) -> None:
    session = factories.make_rater(study)
    first, *rest = factories.assignments_of(session)
    Skip.objects.create(assignment=first, phase="main", reason="other", skipped_at=NOW)
    for own in rest:
        factories.rate(own)

    answer = client.get(at(session, "review"))

    text = text_of(answer.content)
    assert "You have answered 3 pairs. Thank you. You skipped one." in text
    assert "Pair 1 skipped Pair 2 Pair 3 Pair 4" in text
    assert client.get(at(session, "pair", first.token)).status_code == 200


def test_looking_back_on_two_rounds_lists_both(client: Client) -> None:
    session = factories.make_rater(factories.open_study(factories.make_study(asking="two_pass")))
    for own in factories.assignments_of(session):
        factories.rate(own, {"overall": 1})
        Rating.objects.create(assignment=own, phase="rubric", rated_at=NOW)

    page = client.get(at(session, "review")).content.decode()

    assert page.count("/pair/") == page.count("/rubric/") == 4
    assert "First round: which reply you prefer" in page
    assert "skipped" not in page


def test_looking_back_costs_the_same_queries_for_any_number_of_pairs(client: Client) -> None:
    counts = []
    for pairs in (1, 3):
        study = factories.make_study(f"study-{pairs}", pairs_per_rater=pairs)
        session = factories.make_rater(factories.open_study(study))
        for own in factories.assignments_of(session):
            factories.rate(own)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(at(session, "review")).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_every_question_of_the_survey_is_optional(session: RatingSession, client: Client) -> None:
    page = client.get(at(session, "survey")).content.decode()
    assert "I&#x27;d rather not say" in page
    assert " checked" not in page

    assert client.post(at(session, "survey"), {})["Location"] == at(session, "debrief")

    assert values() == [("age", ""), ("mood", "")]
    session.refresh_from_db()
    assert session.surveyed_at is not None


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"q1": "2", "q2": "Tired"}, [("age", "40 or older"), ("mood", "Tired")]),
        ({"q1": "0", "q2": " "}, [("age", ""), ("mood", "")]),
    ],
)
def test_the_survey_is_stored_in_words(
    session: RatingSession, client: Client, fields: dict[str, str], stored: list[tuple[str, str]]
) -> None:
    client.post(at(session, "survey"), fields)

    assert values() == stored


def test_the_survey_is_sent_once(session: RatingSession, client: Client) -> None:
    client.post(at(session, "survey"), {"q1": "1"})
    assert client.post(at(session, "survey"), {"q1": "2"})["Location"] == at(session, "debrief")

    assert values() == [("age", "Under 40"), ("mood", "")]


@pytest.mark.parametrize("fields", [{"q1": "3"}, {"q2": "a\0b"}, {"q2": "x" * 5001}])
def test_what_cannot_be_stored_is_shown_again(
    session: RatingSession, client: Client, fields: dict[str, str]
) -> None:
    assert client.post(at(session, "survey"), fields).status_code == 422
    assert values() == []


def test_a_survey_is_taken_from_whoever_timed_out_meanwhile_and_from_nobody_who_left(study: Study) -> None:
    timed_out = leaving.time_out(session=make_reviewed(study), now=LATER)
    withdrawn = withdrawing.withdraw(session=make_reviewed(study), delete=False, now=LATER)

    assert timed_out.completed_at == LATER
    surveying.send(session=timed_out, answers={"age": "Under 40"}, now=LATER)
    assert values() == [("age", "Under 40"), ("mood", "")]
    surveying.send(session=withdrawn, answers={"age": "Under 40"}, now=LATER)
    surveying.send(session=factories.make_rater(study), answers={"age": "Under 40"}, now=LATER)
    assert Answer.objects.count() == 2


@pytest.mark.parametrize("page", ["survey", "debrief", "done"])
def test_no_page_of_the_end_opens_early(study: Study, client: Client, page: str) -> None:
    session = factories.make_rater(study)
    due = at(session, "pair", factories.assignments_of(session)[0].token)

    assert client.get(at(session, page))["Location"] == due
    if page != "done":
        assert client.post(at(session, page), {"choice": "keep"})["Location"] == due
    session.refresh_from_db()
    assert (session.surveyed_at, session.completed_at, session.code) == (None, None, "")


def test_the_code_cannot_be_had_by_leaving_out_the_steps_before(
    session: RatingSession, client: Client
) -> None:
    with pytest.raises(debriefing.NotDue):
        debriefing.conclude(session=session, delete=False, now=LATER)
    assert client.post(at(session, "debrief"), {"choice": "keep"})["Location"] == at(session, "survey")
    session.refresh_from_db()
    assert session.code == ""


def test_the_debrief_offers_to_delete_for_the_same_pay(surveyed: RatingSession, client: Client) -> None:
    page = text_of(client.get(at(surveyed, "debrief")).content)

    assert "You compared replies by people and by machines." in page
    assert "You are paid the same either way" in page
    assert "Delete my ratings and finish; I get the same code" in page
    assert "Listening line: 000 000" in page


def test_keeping_ends_with_the_code_and_what_was_saved(surveyed: RatingSession, client: Client) -> None:
    answer = client.post(at(surveyed, "debrief"), {"choice": "keep"}, follow=True)

    assert answer.redirect_chain == [(at(surveyed, "done"), 303)]
    surveyed.refresh_from_db()
    page = answer.content.decode()
    assert f">{surveyed.code}</code>" in page
    assert "Your answers on 4 pairs are saved." in page
    assert at(surveyed, "withdraw") in page
    assert at(surveyed, "message") in page


def test_deleting_ends_with_the_same_code_and_nothing_left(surveyed: RatingSession, client: Client) -> None:
    Recruitment.objects.create(study=surveyed.study, completion_code="PAY", stopped_code="PART")

    answer = client.post(at(surveyed, "debrief"), {"choice": "delete"}, follow=True)

    surveyed.refresh_from_db()
    assert surveyed.code == "PAY"
    assert None not in (surveyed.completed_at, surveyed.withdrawn_at, surveyed.erased_at)
    assert not Rating.objects.exists()
    assert not Answer.objects.exists()
    page = answer.content.decode()
    assert ">PAY</code>" in page
    assert "other answers are deleted." in page
    assert "You compared replies" in page
    assert at(surveyed, "withdraw") not in page


def test_both_buttons_pressed_means_the_last_one(surveyed: RatingSession, client: Client) -> None:
    client.post(at(surveyed, "debrief"), {"choice": "keep"})
    client.post(at(surveyed, "debrief"), {"choice": "delete"})
    assert not Rating.objects.exists()
    client.post(at(surveyed, "debrief"), {"choice": "delete"})

    surveyed.refresh_from_db()
    assert surveyed.erased_at is not None


def test_where_the_consent_did_not_promise_it_nothing_is_deleted(client: Client) -> None:
    session = make_reviewed(factories.open_study(factories.make_study(withdrawal="keep")))
    assert "delete" not in client.get(at(session, "debrief")).content.decode().lower()

    answer = client.post(at(session, "debrief"), {"choice": "delete"}, follow=True)

    assert Rating.objects.count() == 4
    assert "have your ratings deleted" not in answer.content.decode()


def test_stopping_early_shows_its_code_and_the_debrief(study: Study, client: Client) -> None:
    session = factories.make_rater(study)
    factories.rate(factories.assignments_of(session)[0])
    stopped = leaving.stop(session=session, now=NOW)

    page = client.get(at(session, "done")).content.decode()

    assert f">{stopped.code}</code>" in page
    assert "You stopped after one pair; it is saved." in page
    assert "You compared replies by people and by machines." in page
    assert at(session, "withdraw") in page


def test_whoever_withdrew_and_left_the_ratings_reads_so(session: RatingSession, client: Client) -> None:
    withdrawn = withdrawing.withdraw(session=session, delete=False, now=NOW)

    page = client.get(at(session, "done")).content.decode()

    assert "Nothing more is collected from you" in page
    assert f">{withdrawn.code}</code>" in page
    assert "You compared replies" in page


def test_stopping_when_everything_is_rated_is_completing(session: RatingSession) -> None:
    done = leaving.stop(session=session, now=LATER)

    assert (done.completed_at, done.stopped_at) == (LATER, None)


def test_timing_out_at_the_end_completes_and_the_choice_stays(session: RatingSession, client: Client) -> None:
    done = leaving.time_out(session=session, now=LATER)

    page = client.get(at(session, "here"), follow=True).content.decode()
    assert f">{done.code}</code>" in page
    assert "You compared replies" in page
    client.post(at(session, "debrief"), {"choice": "delete"})
    assert not Rating.objects.exists()


def test_finishing_ends_the_rating_part(study: Study) -> None:
    session = factories.make_rater(study)

    done = factories.rate_all(session)

    assert done.reviewed_at == done.completed_at is not None


def test_a_whole_end_costs_the_same_queries_for_any_number_of_pairs() -> None:
    counts = []
    for number, pairs in enumerate((1, 3)):
        study = factories.make_study(f"study-{number}", pairs_per_rater=pairs, blinding_pairs=3)
        add_survey(study)
        session = make_reviewed(factories.open_study(study))
        client = Client()
        assert Assignment.objects.filter(booklet__session=session).count() == pairs
        with CaptureQueriesContext(connection) as queries:
            client.get(at(session, "blinding"))
            client.post(at(session, "blinding"), {"compared": "?"})
            client.get(at(session, "blinding"))
            participating.finish(session=session, now=NOW)
            client.post(at(session, "survey"), {})
            client.get(at(session, "done"))
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.django_db
@pytest.mark.parametrize("ending", [participating.finish, leaving.stop, leaving.time_out])
def test_an_answer_that_comes_after_the_rating_part_opens_nothing(
    ending: Callable[..., RatingSession],
) -> None:
    """A form held back on its way answers a skipped pair: its questions of the second pass are not asked."""
    session = factories.make_rater(factories.open_study(factories.make_study(asking="two_pass")))
    Recruitment.objects.create(study=session.study, completion_code="COMPLETED", stopped_code="STOPPED")
    first, *others = factories.assignments_of(session)
    skipping.skip(assignment=first, phase=MAIN, reason="other", note="", now=NOW)
    for own in others:
        factories.rate(own)
        factories.rate(own, phase=RUBRIC)
    participating.review(session=session, now=NOW + timedelta(minutes=10))
    factories.rate(first, now=NOW + timedelta(minutes=11))

    ended = ending(session=session, now=NOW + timedelta(minutes=12))

    assert ended.completed_at == NOW + timedelta(minutes=12)
    assert ended.code == "COMPLETED"
    assert Rating.objects.filter(assignment=first).count() == 1
