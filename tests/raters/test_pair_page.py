"""The pair's page: what it asks in each pass, flags, drafts, skipping, and what a script tells."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from raters import leaving, skipping
from raters.models import Assignment, Draft, Rating, RatingSession, Skip
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ALL = {f"q{n}": "1" for n in range(1, 7)}


@pytest.fixture
def session() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study()))


@pytest.fixture
def two_pass() -> RatingSession:
    return factories.make_rater(factories.open_study(factories.make_study(asking="two_pass")))


def at(session: RatingSession, page: str, number: int = 1, *more: str) -> str:
    own = factories.assignments_of(session)[number - 1]
    return reverse(f"raters:{page}", args=[session.token, own.token, *more])


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def asked(page: str) -> list[str]:
    return re.findall(r"<legend>\s*<span dir=\"auto\">([^<]+)</span>", page)


def names(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'type="radio" name="(q\d+)"', page)))


def test_the_first_pass_asks_the_preference_the_second_the_rest(
    two_pass: RatingSession, client: Client
) -> None:
    first = shown(client, at(two_pass, "pair"))
    for own in factories.assignments_of(two_pass):
        factories.rate(own)
    second = shown(client, at(two_pass, "rubric"))

    assert (names(first), "<textarea" in first) == (["q1"], True)
    assert (names(second), "<textarea" in second) == (["q2", "q3", "q4", "q5", "q6"], False)
    assert "Something is wrong with this reply" in first
    assert "Something is wrong with this reply" not in second
    assert "Questions 1 of 4" in second
    assert "your own pairs again" in second
    assert '" checked' not in second


def test_the_way_back_in_the_second_pass_stays_in_it(two_pass: RatingSession, client: Client) -> None:
    for own in factories.assignments_of(two_pass):
        factories.rate(own)
    client.post(at(two_pass, "rubric"), ALL)

    assert at(two_pass, "rubric", 1) in shown(client, at(two_pass, "rubric", 2))
    assert Rating.objects.filter(phase="rubric").count() == 1


@pytest.mark.parametrize(("asking", "place", "rows"), [("one_page", 5, 7), ("preference", 1, 2)])
def test_an_attention_check_is_one_more_row_that_says_its_answer(
    client: Client, asking: str, place: int, rows: int
) -> None:
    session = factories.make_rater(factories.open_study(factories.make_study(asking=asking)))
    Assignment.objects.update(instructed_value=1)

    page = shown(client, at(session, "pair"))

    questions = asked(page)
    check = "To show that you read every row, please choose “B a little better” here."
    assert (len(questions), questions[place]) == (rows, check)
    assert names(page)[place] == "q7"


def test_a_check_that_is_not_answered_is_asked_for(session: RatingSession, client: Client) -> None:
    Assignment.objects.update(instructed_value=1)
    fields = {**ALL, "reason": "It listens."}
    assert client.post(at(session, "pair"), fields).status_code == 422

    client.post(at(session, "pair"), {**fields, "q7": "-2"})

    assert Rating.objects.get().instructed_answer == -2


def test_the_reason_is_asked_where_it_was_planned_and_says_who_reads_it(
    session: RatingSession, client: Client
) -> None:
    assert "Nobody reads this before the study ends." in shown(client, at(session, "pair"))
    Assignment.objects.update(asks_reason=False)

    page = shown(client, at(session, "pair"))

    assert "<textarea" not in page
    assert "Nobody reads this" not in page
    assert client.post(at(session, "pair"), ALL).status_code == 303


def test_flags_are_sent_with_the_answer_and_shown_again(session: RatingSession, client: Client) -> None:
    fields = {**ALL, "reason": "r", "flags_1": ["broken", "purple"], "flags_2": ["unsafe", "wrong_role"]}

    assert client.post(at(session, "pair"), fields).status_code == 303

    flags = Rating.objects.get().flags.order_by("pk").values_list("side", "kind")
    assert list(flags) == [(1, "broken"), (2, "unsafe"), (2, "wrong_role")]
    page = shown(client, at(session, "pair"))
    assert re.findall(r'name="(flags_\d)" value="(\w+)" id="[^"]+" checked', page) == [
        ("flags_1", "broken"),
        ("flags_2", "unsafe"),
        ("flags_2", "wrong_role"),
    ]
    assert page.count('<details class="flags" open>') == 2


@pytest.mark.parametrize(
    ("told", "kept"),
    [("12", 12), ("", None), ("-1", None), ("x", None), ("1e3", None), ("9999999", None), ("²", None)],
)
def test_nonsense_in_a_count_is_no_reason_to_refuse(
    session: RatingSession, client: Client, told: str, kept: int | None
) -> None:
    fields = {**ALL, "reason": "r", "visible": told, "away": told, "pasted": told}

    assert client.post(at(session, "pair"), fields).status_code == 303

    own = Rating.objects.get()
    assert (own.visible_seconds, own.focus_losses, own.pastes) == (kept, kept, kept)


def test_a_draft_is_shown_on_whatever_device_the_link_is_opened(session: RatingSession) -> None:
    fields = {"q2": "-1", "reason": "Half a thought", "flags_2": ["broken"], "visible": "42"}
    saved = Client().post(at(session, "draft", 1, "main"), fields)
    assert saved.status_code == 204

    page = shown(Client(), at(session, "pair"))

    assert re.search(r'name="q2" value="-1" id="[^"]+" checked', page)
    assert re.search(r'name="flags_2" value="broken" id="[^"]+" checked', page)
    assert "Half a thought" in page
    assert re.search(r'name="visible" value="42"', page)
    assert not Rating.objects.exists()


def test_a_draft_of_nonsense_shows_an_empty_form(session: RatingSession, client: Client) -> None:
    fields = {"q1": "purple", "flags_1": "x", "visible": "<b>", "layout": "\0", "q99": "1"}
    client.post(at(session, "draft", 1, "main"), fields)

    assert " checked" not in shown(client, at(session, "pair"))


def test_a_draft_comes_too_late_after_the_end(session: RatingSession, client: Client) -> None:
    leaving.stop(session=session, now=NOW)

    assert client.post(at(session, "draft", 1, "main"), {"q1": "1"}).status_code == 409
    assert client.get(at(session, "draft", 1, "main")).status_code == 405
    assert not Draft.objects.exists()


@pytest.mark.parametrize("page", ["draft", "skip"])
def test_a_phase_that_is_not_held_has_no_drafts_and_no_skips(
    session: RatingSession, client: Client, page: str
) -> None:
    for phase in ("rubric", "purple"):
        answer = client.post(at(session, page, 1, phase), {"q1": "1"})
        assert answer.status_code == (404 if page == "draft" else 303)

    assert not Draft.objects.exists()
    assert not Skip.objects.exists()


def test_skipping_asks_why_and_goes_on(session: RatingSession, client: Client) -> None:
    address = at(session, "skip", 1, "main")
    assert address in shown(client, at(session, "pair"))
    page = shown(client, address)
    assert "It costs you nothing" in page
    assert "Listening line:" in page
    assert '" checked' not in page

    answer = client.post(address, {"reason": "upsetting", "note": " Too\r\nclose "})

    assert answer["Location"] == at(session, "pair", 2)
    skipped = Skip.objects.get()
    assert (skipped.reason, skipped.note) == ("upsetting", "Too\nclose")
    assert client.get(address)["Location"] == at(session, "pair", 2)
    assert "You skipped this." in shown(client, at(session, "pair"))


@pytest.mark.parametrize("fields", [{}, {"reason": "purple"}, {"reason": "theme", "note": "a\0b"}])
def test_skipping_refuses_no_reason(session: RatingSession, client: Client, fields: dict[str, str]) -> None:
    client.post(at(session, "skip", 1, "main"), fields)

    assert Skip.objects.get().reason == "other"


def test_whoever_skips_everything_comes_to_the_review(session: RatingSession, client: Client) -> None:
    for number in range(1, 5):
        answer = client.post(at(session, "skip", number, "main"), {"reason": "other"})

    assert answer["Location"] == reverse("raters:review", args=[session.token])


def test_after_a_training_pair_comes_its_feedback(session: RatingSession, client: Client) -> None:
    Assignment.objects.filter(position=1).update(kind="training")
    fields = {**ALL, "reason": "r"}

    answer = client.post(at(session, "pair"), fields)

    assert answer["Location"] == at(session, "feedback")
    assert client.post(at(session, "pair", 2), fields)["Location"] == at(session, "pair", 3)


def test_the_second_pass_has_a_clock_of_its_own(two_pass: RatingSession, client: Client) -> None:
    for own in factories.assignments_of(two_pass):
        factories.rate(own)
    client.get(at(two_pass, "rubric"))

    own = factories.assignments_of(two_pass)[0]
    assert own.shown_at == NOW + timedelta(minutes=4, seconds=30)
    assert own.rubric_shown_at is not None
    assert own.rubric_shown_at > own.shown_at


@pytest.mark.parametrize(("turns", "folded"), [(8, 0), (9, 3), (29, 23)])
def test_a_long_history_is_folded_and_nothing_is_cut(client: Client, turns: int, folded: int) -> None:
    study = factories.make_study(dialogues=0)
    said = [{"speaker": ("seeker", "supporter")[n % 2], "text": f"Turn {n} said."} for n in range(turns)]
    long = {"counsellor": "word " * 2000, "model-a": "short"}
    factories.add_dialogue(study, "d1", systems=tuple(long), texts=long, turns=said)
    factories.pair_up(study)
    session = factories.make_rater(factories.open_study(study))

    page = shown(client, at(session, "pair"))

    assert re.findall(r"Turn \d+ said\.", page) == [f"Turn {n} said." for n in range(turns)]
    assert page.count("word ") == 2000
    before = page.split("</details>")[0]
    assert ("earlier turn" in before) == bool(folded)
    if folded:
        assert f"Show the {folded} earlier turns" in before
        assert before.count(" said.") == folded


def test_there_is_no_second_pass_where_none_is_asked(session: RatingSession, client: Client) -> None:
    factories.rate(factories.assignments_of(session)[0])

    assert client.get(at(session, "rubric")).status_code == 404
    assert client.post(at(session, "rubric"), {"reason": ""}).status_code == 404
    assert Rating.objects.count() == 1


def test_the_second_pass_waits_for_the_first_to_end(two_pass: RatingSession, client: Client) -> None:
    factories.rate(factories.assignments_of(two_pass)[0])
    due = at(two_pass, "pair", 2)

    assert client.get(at(two_pass, "rubric"))["Location"] == due
    assert client.get(at(two_pass, "rubric", 2))["Location"] == due
    assert client.get(at(two_pass, "skip", 1, "rubric"))["Location"] == due
    assert client.post(at(two_pass, "rubric", 2), ALL)["Location"] == due
    assert client.post(at(two_pass, "rubric", 1), {})["Location"] == due
    assert not Assignment.objects.filter(rubric_shown_at__isnull=False).exists()
    assert not Rating.objects.filter(phase="rubric").exists()


def test_the_second_pass_is_not_asked_of_a_skipped_pair(two_pass: RatingSession, client: Client) -> None:
    first, *others = factories.assignments_of(two_pass)
    skipping.skip(assignment=first, phase="main", reason="other", note="", now=NOW)
    for own in others:
        factories.rate(own)

    assert client.get(at(two_pass, "rubric", 1))["Location"] == at(two_pass, "rubric", 2)
    assert client.get(at(two_pass, "rubric", 2)).status_code == 200


def test_a_preference_can_be_changed_until_the_second_pass_is_seen(
    two_pass: RatingSession, client: Client
) -> None:
    skipped, first, *others = factories.assignments_of(two_pass)
    skipping.skip(assignment=skipped, phase="main", reason="other", note="", now=NOW)
    for own in (first, *others):
        factories.rate(own)
    assert client.get(at(two_pass, "pair", 2)).status_code == 200
    client.get(at(two_pass, "rubric", 2))

    due = at(two_pass, "rubric", 2)
    assert client.get(at(two_pass, "pair", 2))["Location"] == due
    assert client.get(at(two_pass, "pair", 1))["Location"] == due
    assert client.post(at(two_pass, "pair", 2), {"q1": "-2", "reason": "r"})["Location"] == due
    assert client.post(at(two_pass, "draft", 2, "main"), {"q1": "-2"}).status_code == 409
    assert Rating.objects.get(assignment=first).scores.get().value == 1


def test_looking_back_offers_only_what_can_still_be_changed(two_pass: RatingSession, client: Client) -> None:
    skipped, *others = factories.assignments_of(two_pass)
    skipping.skip(assignment=skipped, phase="main", reason="other", note="", now=NOW)
    for own in others:
        factories.rate(own)
    for own in others:
        factories.rate(own, phase="rubric")

    page = shown(client, reverse("raters:review", args=[two_pass.token]))

    assert at(two_pass, "pair", 2) not in page
    assert at(two_pass, "pair", 1) not in page
    assert at(two_pass, "rubric", 2) in page
    assert "Your preferences of the first round stand" in page
    assert "You skipped one. That is fine." in page
    assert "you can still answer it" not in page


@pytest.mark.parametrize("end", ["stopped_at", "withdrawn_at", "turned_away_at", "reviewed_at"])
def test_a_form_that_misses_something_is_not_shown_again_after_the_end(
    session: RatingSession, client: Client, end: str
) -> None:
    RatingSession.objects.filter(pk=session.pk).update(**{end: NOW})

    assert client.post(at(session, "pair"), {"q1": "1"}).status_code == 303
