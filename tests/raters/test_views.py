"""The rater's pages, as addresses and answers."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from raters import fieldwork, leaving
from raters.models import Assignment, Booklet, PlatformIdentity, Rating, RatingSession, Recruitment
from studies.models import Protocol, Response, Study
from tests import factories
from tests.factories import NOW
from tests.protocols import in_schema_1
from tests.raters.journeys import Fields, Rater

pytestmark = pytest.mark.django_db
JOIN = "/join/kind-words/"


class TestBrowser:
    """The test client as a rater's browser; CSRF is enforced as on the real site."""

    __test__ = False

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def get(self, address: str) -> tuple[str, str]:
        return self.landed(self.client.get(address, follow=True))

    def post(self, address: str, fields: Fields) -> tuple[str, str]:
        return self.landed(self.client.post(address, fields, follow=True), address)

    @staticmethod
    def landed(answer: Any, address: str = "") -> tuple[str, str]:
        chain = answer.redirect_chain
        return (chain[-1][0] if chain else address), answer.content.decode()


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study())


@pytest.fixture
def session(study: Study) -> RatingSession:
    return factories.make_rater(study)


def at(session: RatingSession, page: str, *more: object) -> str:
    return reverse(f"raters:{page}", args=[session.token, *more])


def pair_at(session: RatingSession, number: int = 1) -> str:
    return at(session, "pair", factories.assignments_of(session)[number - 1].token)


def full_answer(**changes: str) -> Fields:
    return {**{f"q{n}": "1" for n in range(1, 7)}, "reason": "It listens.", **changes}


def test_a_whole_journey_ends_with_a_code_and_every_answer_stored(study: Study) -> None:
    code = Rater(TestBrowser()).walk(JOIN)

    session = RatingSession.objects.get()
    assert code == session.code != ""
    assert session.completed_at is not None
    assert Rating.objects.filter(assignment__booklet__session=session).count() == 4


def test_a_scripted_rater_walks_both_passes_and_obeys_the_checks() -> None:
    factories.open_study(factories.make_study(asking="two_pass"))
    Assignment.objects.filter(position__lte=2).update(instructed_value=-2)

    code = Rater(TestBrowser()).walk(JOIN)

    assert code != ""
    own = Rating.objects.filter(assignment__position__lte=2, phase="main")
    assert list(own.values_list("instructed_answer", flat=True)) == [-2, -2]
    assert Rating.objects.count() == 8


def test_replies_are_shown_as_the_protocol_says_whatever_the_study_says_later(client: Client) -> None:
    study = factories.make_study(dialogues=0, shown_profile="plain-1")
    texts = {"counsellor": "That is **hard**…", "model-a": "Since when?"}
    turns = [{"speaker": "seeker", "text": "I am **done**."}]
    factories.add_dialogue(study, "d1", systems=tuple(texts), texts=texts, turns=turns)
    factories.pair_up(study)
    session = factories.make_rater(factories.open_study(study))
    Study.objects.update(shown_profile="none")

    page = unescape(client.get(pair_at(session)).content.decode())

    assert "That is hard..." in page
    assert "I am **done**." in page
    assert Response.objects.filter(text="That is **hard**…").exists()


def test_a_protocol_of_the_first_schema_is_still_rated(client: Client) -> None:
    study = factories.open_study(factories.make_study())
    raw = in_schema_1(json.loads(Protocol.objects.get().canonical))
    Protocol.objects.update(canonical=json.dumps(raw), sha256="ab" * 32)

    assert client.get(pair_at(factories.make_rater(study))).status_code == 200
    assert Protocol.objects.get().sha256 == "ab" * 32


def test_the_join_link_goes_on_by_303_to_an_address_without_the_ids(study: Study, client: Client) -> None:
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")

    answer = client.get(JOIN, {"PROLIFIC_PID": "pid-7", "STUDY_ID": "st-7", "SESSION_ID": "sub-7"})

    assert answer.status_code == 303
    session = RatingSession.objects.get()
    assert answer["Location"] == f"/r/{session.token}/"
    identity = PlatformIdentity.objects.get()
    assert (identity.participant_id, identity.platform_study_id, identity.submission_id) == (
        "pid-7",
        "st-7",
        "sub-7",
    )


def test_link_scanners_take_no_place(study: Study) -> None:
    for _ in range(10):
        Client().get(JOIN, follow=True)
        Client().head(JOIN)

    assert Booklet.objects.unclaimed(study).count() == 4


def test_the_same_browser_comes_back_to_its_own_session(study: Study, client: Client) -> None:
    client.get(JOIN)
    client.get(JOIN)

    assert RatingSession.objects.count() == 1


@pytest.mark.parametrize(
    ("page", "due"),
    [("here", "pair"), ("consent", "pair"), ("review", "pair"), ("done", "pair"), ("declined", "pair")],
)
def test_a_page_that_is_not_due_sends_on_to_the_one_that_is(
    session: RatingSession, client: Client, page: str, due: str
) -> None:
    answer = client.get(at(session, page))

    assert (answer.status_code, answer["Location"]) == (303, pair_at(session))


def test_a_pair_further_on_cannot_be_opened_yet(session: RatingSession, client: Client) -> None:
    assert client.get(pair_at(session, 3))["Location"] == pair_at(session, 1)


def test_a_strangers_pair_does_not_exist(study: Study, session: RatingSession, client: Client) -> None:
    other = factories.make_rater(study)
    stolen = at(session, "pair", factories.assignments_of(other)[0].token)

    assert client.get(stolen).status_code == 404
    assert client.post(stolen, full_answer()).status_code == 404
    assert client.get(reverse("raters:here", args=[uuid4()])).status_code == 404
    assert not Rating.objects.exists()


def test_a_missing_answer_is_asked_for_and_the_others_stand(session: RatingSession, client: Client) -> None:
    answer = client.post(pair_at(session), full_answer(q1="", q2="-2", reason="Half a thought"))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Please choose one of the answers." in page
    assert "Half a thought" in page
    assert re.search(r'<input[^>]*name="q2"[^>]*value="-2"[^>]*checked', page)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"q3": "7"}, {"q3": "x"}, {"reason": " \n "}, {"reason": "a\0b"}, {"reason": "x" * 5001}]
)
def test_what_cannot_be_stored_is_said_beside_its_row(
    session: RatingSession, client: Client, changes: Fields
) -> None:
    answer = client.post(pair_at(session), full_answer(**changes))

    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_an_unknown_layout_is_no_reason_to_refuse(session: RatingSession, client: Client) -> None:
    client.post(pair_at(session), full_answer(layout="hologram"))

    assert Rating.objects.get().layout == ""


def test_a_double_click_stores_once(session: RatingSession, client: Client) -> None:
    first = client.post(pair_at(session), full_answer())
    second = client.post(pair_at(session), full_answer())

    assert first["Location"] == second["Location"] == pair_at(session, 2)
    assert Rating.objects.count() == 1


def test_back_shows_the_answer_and_lets_it_be_corrected(session: RatingSession, client: Client) -> None:
    client.post(pair_at(session), full_answer(q1="-1"))
    page = client.get(pair_at(session)).content.decode()
    assert re.search(r'<input[^>]*name="q1"[^>]*value="-1"[^>]*checked', page)

    client.post(pair_at(session), full_answer(q1="2"))

    assert Rating.objects.get().scores.get(dimension__key="overall").value == 2


def test_an_answer_posted_after_the_pair_was_given_away_is_kept(
    session: RatingSession, client: Client
) -> None:
    address = pair_at(session)
    leaving.time_out(session=session, now=NOW)

    client.post(address, full_answer())

    assert Rating.objects.count() == 1


def test_an_answer_posted_with_every_cookie_gone_is_kept(session: RatingSession) -> None:
    Client(enforce_csrf_checks=True).post(pair_at(session), full_answer())

    assert Rating.objects.count() == 1


def test_the_form_asks_in_the_raters_own_order() -> None:
    study = factories.open_study(factories.make_study("mixed", dimension_order="per_rater"))
    session = factories.make_rater(study)
    page = Client().get(pair_at(session)).content.decode()

    questions = {row.key: row.question for row in study.protocols.get().document().rubric}
    asked = re.findall(r"<legend>\s*<span[^>]*>([^<]+)</span>", page)
    assert [q.replace("&#x27;", "'") for q in asked] == [
        questions[key] for key in session.booklet.dimension_keys
    ]


@pytest.mark.parametrize("scale", [2, 3, 4, 5])
def test_every_scale_offers_exactly_its_values_and_chooses_none(scale: int, client: Client) -> None:
    session = factories.make_rater(factories.open_study(factories.make_study("scaled", scale=scale)))

    page = client.get(pair_at(session)).content.decode()

    values = {2: ["-1", "1"], 3: ["-1", "0", "1"], 4: ["-2", "-1", "1", "2"], 5: ["-2", "-1", "0", "1", "2"]}
    assert re.findall(r'name="q1" value="(-?\d)"', page) == values[scale]
    assert "checked" not in page


def test_the_reason_is_asked_as_the_study_says(client: Client) -> None:
    silent = factories.make_rater(factories.open_study(factories.make_study("silent", reason="none")))
    optional = factories.make_rater(factories.open_study(factories.make_study("optional", reason="optional")))

    assert "<textarea" not in client.get(pair_at(silent)).content.decode()
    answer = client.post(pair_at(optional), full_answer(reason=""))
    assert answer.status_code == 303


def test_declining_stores_no_consent_and_can_be_reconsidered(study: Study, client: Client) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()
    assert client.post(at(session, "consent"), {"answer": "no"})["Location"] == at(session, "declined")
    assert client.get(at(session, "here"))["Location"] == at(session, "declined")
    assert client.get(at(session, "consent")).status_code == 200

    client.post(at(session, "consent"), {"answer": "yes"})

    session.refresh_from_db()
    assert session.consented_at is not None
    assert session.declined_at is None


@pytest.mark.parametrize("may_leave", [False, True])
def test_the_consent_says_whether_words_go_to_outside_models(may_leave: bool, client: Client) -> None:
    factories.open_study(factories.make_study(words_may_leave=may_leave))
    client.get(JOIN)
    session = RatingSession.objects.get()

    page = client.get(at(session, "consent")).content.decode()

    assert ("Language models of outside companies may read" in page) is may_leave


def test_a_consent_form_without_an_answer_asks_again(study: Study, client: Client) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()

    assert client.post(at(session, "consent"), {}).status_code == 422


def test_full_between_arrival_and_consent_is_a_kind_page_before_any_work(
    study: Study, client: Client
) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()
    for _ in range(4):
        factories.make_rater(study)

    posted = client.post(at(session, "consent"), {"answer": "yes"})
    opened = client.get(at(session, "consent"))

    assert "All places are taken" in posted.content.decode()
    assert "All places are taken" in opened.content.decode()
    session.refresh_from_db()
    assert session.consented_at is None


def test_a_study_not_open_says_so(client: Client) -> None:
    factories.make_study()

    page = client.get(JOIN)

    assert (page.status_code, "not taking raters now" in page.content.decode()) == (200, True)
    assert client.get("/join/unknown/").status_code == 404


def test_closed_between_arrival_and_consent_says_so(study: Study, client: Client) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()
    fieldwork.close_study(study=study, now=NOW)

    assert "not taking raters now" in client.get(at(session, "consent")).content.decode()
    posted = client.post(at(session, "consent"), {"answer": "yes"})
    assert "not taking raters now" in posted.content.decode()


def test_stopping_asks_once_and_ends_with_a_code(session: RatingSession, client: Client) -> None:
    client.post(pair_at(session), full_answer())
    assert "Stop here?" in client.get(at(session, "stop")).content.decode()

    page = client.post(at(session, "stop"), follow=True).content.decode()

    session.refresh_from_db()
    assert session.code in page
    assert session.stopped_at is not None


def test_the_code_can_be_found_again_by_the_same_link(study: Study, client: Client) -> None:
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY-1", stopped_code="PART")
    session = factories.make_rater(study, participant_id="pid-3")
    factories.rate_all(session)

    for address in (at(session, "here"), at(session, "review"), pair_at(session)):
        page = client.get(address, follow=True).content.decode()
        assert "PAY-1" in page
        assert "https://app.prolific.com/submissions/complete?cc=PAY-1" in page


def test_on_a_platform_a_stranger_with_the_persons_id_is_kept_out(study: Study, client: Client) -> None:
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    factories.make_rater(study, participant_id="pid-3")

    answer = client.get(JOIN, {"PROLIFIC_PID": "pid-3", "SESSION_ID": "other"})
    nobody = client.get(JOIN)

    assert (answer.status_code, nobody.status_code) == (403, 400)


def test_help_and_a_way_out_are_on_every_page_after_consent(session: RatingSession, client: Client) -> None:
    for address in (
        pair_at(session),
        at(session, "instructions"),
        at(session, "support"),
        at(session, "stop"),
    ):
        page = client.get(address).content.decode()
        assert at(session, "support") in page
        assert at(session, "stop") in page


def test_rater_pages_are_never_cached_and_never_indexed(session: RatingSession, client: Client) -> None:
    answer = client.get(pair_at(session))

    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]


def test_a_pairs_page_costs_the_same_queries_first_and_last(session: RatingSession, client: Client) -> None:
    *early, last = factories.assignments_of(session)
    client.get(at(session, "pair", early[0].token))  # the sitting begins
    with CaptureQueriesContext(connection) as on_the_first:
        client.get(at(session, "pair", early[0].token))
    for assignment in early:
        factories.rate(assignment)
    with CaptureQueriesContext(connection) as on_the_last:
        client.get(at(session, "pair", last.token))

    assert len(on_the_last) == len(on_the_first)


def test_the_clock_starts_when_the_page_is_first_shown(session: RatingSession, client: Client) -> None:
    client.get(pair_at(session))
    shown = Assignment.objects.get(booklet__session=session, position=1).shown_at
    client.get(pair_at(session))

    assert shown is not None
    assert Assignment.objects.get(booklet__session=session, position=1).shown_at == shown
    session.refresh_from_db()
    assert session.last_seen_at > NOW + timedelta(seconds=1)


def test_a_double_click_on_consent_goes_on(study: Study, client: Client) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()
    first = client.post(at(session, "consent"), {"answer": "yes"})
    second = client.post(at(session, "consent"), {"answer": "yes"})

    assert first["Location"] == second["Location"] == at(session, "instructions")


def test_knowing_a_persons_id_does_not_take_over_their_session(study: Study, client: Client) -> None:
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    stranger = Client()
    known = stranger.get(JOIN, {"PROLIFIC_PID": "pid-1"})["Location"]
    address = client.get(JOIN, {"PROLIFIC_PID": "pid-1", "SESSION_ID": "sub-1"})["Location"]
    client.post(f"{address}consent/", {"answer": "yes"})

    assert stranger.get(known).status_code == 404
    assert stranger.get(JOIN, {"PROLIFIC_PID": "pid-1"}).status_code == 403
    assert stranger.get(JOIN, {"PROLIFIC_PID": "pid-1", "SESSION_ID": "guess"}).status_code == 403


@pytest.mark.parametrize("page", ["review", "instructions", "stop"])
def test_a_form_sent_before_its_time_changes_nothing(study: Study, client: Client, page: str) -> None:
    client.get(JOIN)
    session = RatingSession.objects.get()

    assert client.post(at(session, page)).status_code == 303

    session.refresh_from_db()
    assert (session.completed_at, session.instructed_at, session.stopped_at) == (None, None, None)


def test_line_breaks_count_as_the_rater_sees_them(session: RatingSession, client: Client) -> None:
    reason = "\r\n".join(["x" * 49] * 100)  # 4,999 characters in a browser

    assert client.post(pair_at(session), full_answer(reason=reason)).status_code == 303
    assert Rating.objects.get().reason == reason.replace("\r\n", "\n")


@pytest.mark.parametrize("reason", ["\u200b", "\x01\x02", "...", "\u202e"])
def test_marks_alone_are_no_reason(session: RatingSession, client: Client, reason: str) -> None:
    assert client.post(pair_at(session), full_answer(reason=reason)).status_code == 422


def test_an_unreadable_layout_is_no_reason_to_refuse(session: RatingSession, client: Client) -> None:
    assert client.post(pair_at(session), full_answer(layout="\0")).status_code == 303


def test_half_a_form_after_completion_goes_on_to_the_code(session: RatingSession, client: Client) -> None:
    address = pair_at(session)
    factories.rate_all(session)

    assert client.post(address, {"q1": "1"})["Location"] == at(session, "done")


def test_a_large_body_is_refused_before_it_is_read(session: RatingSession, client: Client) -> None:
    assert client.post(pair_at(session), full_answer(reason="x" * 2_000_000)).status_code == 413


def test_every_reference_on_the_error_page_leads_somewhere(session: RatingSession, client: Client) -> None:
    page = client.post(pair_at(session), {}).content.decode()

    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    named = re.findall(r'(?:href="#|aria-describedby="|aria-labelledby="|for=")([^"]+)"', page)
    assert set(named) <= set(ids)
    assert {"id_q1_error", "id_reason_error", "id_q1_0"} <= set(named)


def test_a_code_that_the_platform_does_not_know_is_not_sent_to_it(study: Study, client: Client) -> None:
    session = factories.rate_all(factories.make_rater(study))
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")

    page = client.get(at(session, "done")).content.decode()

    assert session.code in page
    assert "app.prolific.com" not in page
