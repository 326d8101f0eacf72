"""The coder's pages: what they show, where they lead, and that nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from raters.coding import marking, planning, taking_part
from raters.coding_form import shortcuts
from raters.models import CodeMark, CodingAssignment, CodingSession
from studies.codebook import CodebookDocument, CodeEntry
from studies.models import Passage, Study
from tests import factories
from tests.factories import NOW
from tests.raters.coder_studies import (
    add_passage,
    begun,
    code,
    codes_on,
    invite,
    study_to_code,
    texts_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return study_to_code()


@pytest.fixture
def session(study: Study) -> CodingSession:
    return begun(study)[0]


def at(session: CodingSession, page: str, number: int = 0) -> str:
    """The address of a page; of the coder's text of that number from 1."""
    more = [texts_of(session)[number - 1].token] if number else []
    return reverse(f"raters:coding_{page}" if page else "raters:coding", args=[session.token, *more])


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def ticked(page: str) -> list[str]:
    return re.findall(r'name="(?:codes|none)" value="(\w+)" id="[^"]+"[^>]* checked', page)


def test_the_link_leads_to_what_awaits_and_then_to_the_first_text(study: Study, client: Client) -> None:
    session = invite(study)[0]
    assert client.get(at(session, ""))["Location"] == at(session, "begin")
    for page, number in (("text", 1), ("skip", 1), ("earlier", 0), ("stop", 0), ("done", 0)):
        assert client.get(at(session, page, number))["Location"] == at(session, "begin")

    page = shown(client, at(session, "begin"))

    for words in (
        *("The conversations speak of loneliness.", "<b>4 reasons</b> wait for you"),
        *("<b>2 replies</b> wait for you", "Dr Example, Example University", "study@example.org"),
        *("Listening line:", "you may stop at any time", "A text without reframe."),
    ):
        assert words in page
    assert CodingSession.objects.get(pk=session.pk).started_at is None
    assert client.post(at(session, "begin"))["Location"] == at(session, "text", 1)
    assert CodingSession.objects.get(pk=session.pk).started_at is not None
    assert "Back to where I was" in shown(client, at(session, "begin"))


def test_a_reason_is_shown_with_all_codes_and_a_reply_with_its_turns_and_strategies(
    session: CodingSession, client: Client
) -> None:
    page = shown(client, at(session, "text", 1))

    assert texts_of(session)[0].passage.text in page
    assert "1 of 6" in page
    assert re.findall(r'data-key="(\w)"', page) == ["1", "2", "a", "b", "n"]
    for words in ("What the reason is about", "Says something of resonance.", "A text with reframe."):
        assert words in page
    assert "Since when?" not in page
    assert ticked(page) == []

    for row in texts_of(session)[:4]:
        code(row, ["reframe"])
    page = shown(client, at(session, "text", 5))
    assert re.findall(r'data-key="(\w)"', page) == ["a", "b", "n"]
    for words in ("Since when?", "Show the one earlier turn", "What the reply does", "5 of 6"):
        assert words in page
    assert "resonance" not in page.lower()


def test_only_the_text_that_is_due_and_those_before_it_can_be_opened(
    session: CodingSession, client: Client
) -> None:
    assert client.get(at(session, "text", 2))["Location"] == at(session, "text", 1)
    code(texts_of(session)[0], ["reframe"])

    assert client.get(at(session, ""))["Location"] == at(session, "text", 2)
    page = shown(client, at(session, "text", 2))
    assert at(session, "text", 1) in page
    again = shown(client, at(session, "text", 1))
    assert "You have coded this." in again
    assert ticked(again) == ["reframe"]
    assert "Leave this out" not in again


def test_sending_stores_and_goes_on_and_correcting_comes_back_to_what_is_due(
    session: CodingSession, client: Client
) -> None:
    first = at(session, "text", 1)
    sent = client.post(first, {"codes": ["reframe", "attunement"], "note": "Close\r\ncall"})

    assert (sent.status_code, sent["Location"]) == (303, at(session, "text", 2))
    assert client.post(first, {"none": "yes"})["Location"] == at(session, "text", 2)
    own = texts_of(session)[0]
    assert (codes_on(own), own.note) == (set(), "")
    assert own.corrected_at is not None
    assert ticked(shown(client, first)) == ["yes"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Please tick each code that applies, or “None of these”."),
        ({"note": "Only a note"}, "Please tick each code that applies"),
        ({"codes": ["reframe"], "none": "yes"}, "and also a code"),
        ({"codes": ["reframe", "purple"]}, "a code that is not in the codebook"),
        ({"codes": ["reframe"], "note": "x" * 2001}, "below 2000 characters (it has 2001)"),
        ({"codes": ["reframe"], "note": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_taken_is_asked_again_and_kept(
    session: CodingSession, client: Client, fields: dict[str, Any], said: str
) -> None:
    answer = client.post(at(session, "text", 1), fields)

    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in page
    assert ("reframe" in ticked(page)) == ("codes" in fields)
    assert fields.get("note", "") in page
    assert not CodeMark.objects.exists()
    assert texts_of(session)[0].coded_at is None


def test_a_line_break_counts_once_in_a_note(session: CodingSession, client: Client) -> None:
    note = "\n".join(["x"] * (marking.LONGEST_NOTE // 2))

    client.post(at(session, "text", 1), {"codes": ["reframe"], "note": note.replace("\n", "\r\n")})

    assert texts_of(session)[0].note == note


def test_a_draft_is_there_on_whatever_device_the_link_is_opened(session: CodingSession) -> None:
    fields = {"codes": ["resonance", "purple"], "note": "Half a thought"}
    assert Client().post(at(session, "draft", 1), fields).status_code == 204

    page = shown(Client(), at(session, "text", 1))

    assert ticked(page) == ["resonance"]
    assert "Half a thought" in page
    assert texts_of(session)[0].coded_at is None
    Client().post(at(session, "text", 1), {"codes": ["reframe"]})
    assert ticked(shown(Client(), at(session, "text", 1))) == ["reframe"]


def test_an_empty_form_leaves_the_draft_where_it_was(session: CodingSession, client: Client) -> None:
    client.post(at(session, "draft", 1), {"note": "Still thinking"})
    client.post(at(session, "text", 1), {})

    assert "Still thinking" in shown(client, at(session, "text", 1))


def test_nothing_coded_is_not_told_as_saved(session: CodingSession, client: Client) -> None:
    assert "coded texts are saved" not in shown(client, at(session, "stop"))

    taking_part.stop(session=session, now=NOW)

    page = shown(client, at(session, "done"))
    assert "You have stopped." in page
    assert "You have coded" not in page


def test_a_draft_comes_too_late_after_the_end(session: CodingSession, client: Client) -> None:
    taking_part.stop(session=session, now=NOW)

    assert client.post(at(session, "draft", 1), {"codes": "reframe"}).status_code == 409
    assert client.get(at(session, "draft", 1)).status_code == 405
    assert texts_of(session)[0].draft == {}


def test_an_erased_text_leads_to_the_next_with_a_sentence(session: CodingSession, client: Client) -> None:
    Passage.objects.filter(pk=texts_of(session)[0].passage_id).update(text="", erased_at=NOW)
    due = f"{at(session, 'text', 2)}?gone"

    assert client.get(at(session, "text", 1))["Location"] == due
    assert client.post(at(session, "text", 1), {"codes": ["reframe"]})["Location"] == due
    assert client.post(at(session, "text", 1), {})["Location"] == due
    assert client.get(at(session, "skip", 1))["Location"] == due
    assert client.post(at(session, "draft", 1), {"codes": "reframe"}).status_code == 409
    page = shown(client, due)
    assert "That text has been withdrawn" in page
    assert "1 of 5" in page
    assert not CodeMark.objects.exists()


def test_a_text_that_went_to_somebody_else_is_still_taken_and_told(
    session: CodingSession, client: Client
) -> None:
    planning.hand_over(session=session, now=NOW)

    assert client.get(at(session, "text", 1))["Location"] == f"{at(session, 'done')}?given"
    assert "has gone to another coder" in shown(client, f"{at(session, 'done')}?given")
    assert client.post(at(session, "text", 1), {"codes": ["reframe"]})["Location"] == at(session, "done")
    assert codes_on(texts_of(session)[0]) == {"reframe"}


def test_leaving_out_asks_why_and_goes_on(session: CodingSession, client: Client) -> None:
    assert at(session, "skip", 1) in shown(client, at(session, "text", 1))
    assert "Listening line:" in shown(client, at(session, "skip", 1))

    sent = client.post(at(session, "skip", 1), {"note": " Too\r\nshort \0"})

    assert sent["Location"] == at(session, "text", 2)
    assert (texts_of(session)[0].note, texts_of(session)[0].coded_at) == ("Too\nshort", None)
    assert "You left this out." in shown(client, at(session, "text", 1))
    assert "left out" in shown(client, at(session, "earlier"))
    client.post(at(session, "text", 2), {"none": "yes"})
    assert client.get(at(session, "skip", 2))["Location"] == at(session, "text", 3)


def test_at_the_end_there_are_thanks_and_the_way_back(session: CodingSession, client: Client) -> None:
    for row in texts_of(session)[:5]:
        code(row, ["reframe"])
    assert client.get(at(session, "done"))["Location"] == at(session, "text", 6)
    marking.skip(assignment=texts_of(session)[5], note="", now=NOW)

    assert client.get(at(session, ""))["Location"] == at(session, "done")
    page = shown(client, at(session, "done"))
    assert "You have coded 5 texts; they are saved." in page
    assert "You left one out." in page
    rows = shown(client, at(session, "earlier"))
    assert all(at(session, "text", number) in rows for number in range(1, 7))
    add_passage(session.study, 9, "reason")
    planning.invite_coders(study=session.study, count=0, per_passage=2, now=NOW)
    assert client.get(at(session, ""))["Location"] == at(session, "text", 7)


def test_stopping_asks_once_and_is_for_good(session: CodingSession, client: Client) -> None:
    code(texts_of(session)[0], ["reframe"])
    page = shown(client, at(session, "stop"))
    assert "One coded text is saved." in page
    assert "The 5 texts that you have not coded go to somebody else." in page

    assert client.post(at(session, "stop"))["Location"] == at(session, "done")

    page = shown(client, at(session, "done"))
    assert "Nothing can be changed any more." in page
    assert at(session, "earlier") not in page
    for name, number in (("text", 1), ("text", 2), ("skip", 2), ("earlier", 0), ("stop", 0), ("", 0)):
        assert client.get(at(session, name, number))["Location"].split("?")[0] == at(session, "done")
    assert client.post(at(session, "text", 1), {"codes": ["attunement"]})["Location"] == at(session, "done")
    assert client.post(at(session, "text", 2), {})["Location"] == at(session, "done")
    assert client.post(at(session, "text", 2), {"none": "yes"})["Location"] == at(session, "done")
    assert [codes_on(row) for row in texts_of(session)[:2]] == [{"reframe"}, set()]
    assert texts_of(session)[1].coded_at is not None


def test_the_way_out_and_help_are_on_every_page(session: CodingSession, client: Client) -> None:
    for name, number in (("text", 1), ("skip", 1), ("begin", 0), ("earlier", 0), ("support", 0), ("stop", 0)):
        page = shown(client, at(session, name, number))
        assert f'href="{at(session, "support")}"' in page
        assert f'href="{at(session, "stop")}"' in page
        assert 'href="mailto:study@example.org"' in page
    assert "Listening line:" in shown(client, at(session, "support"))


def test_a_link_of_another_coder_opens_nothing(study: Study, client: Client) -> None:
    one, two = begun(study)
    foreign = reverse("raters:coding_text", args=[one.token, texts_of(two)[0].token])

    for answer in (client.get(foreign), client.post(foreign, {"codes": ["reframe"]})):
        assert answer.status_code == 404
    assert not CodeMark.objects.exists()


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: Any) -> None:
    for number, reasons in enumerate((3, 30)):
        session = begun(study_to_code(f"s{number}", reasons=reasons))[0]
        rows = texts_of(session)
        code(rows[0], ["reframe", "attunement"])
        with django_assert_num_queries(10):
            client.get(at(session, "text", 2))
        with django_assert_num_queries(3):
            client.get(at(session, "earlier"))


def test_pages_are_in_the_studys_language_also_before_anything_is_frozen(client: Client) -> None:
    session = begun(study_to_code(language="de", risk_phrases=""))[0]
    assert '<html lang="de"' in shown(client, at(session, "begin"))

    factories.open_study(session.study)
    Study.objects.update(title="Changed since")
    assert "Kind words" in shown(client, at(session, "begin"))


def test_without_texts_for_raters_a_page_leaves_out_what_is_not_there(client: Client) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("content_note", "responsible", "contact_email", "support_contacts"), ""
    )
    session = begun(study_to_code(**nothing))[0]

    page = shown(client, at(session, "begin"))

    for words in ("What you may read", "Who is responsible", "mailto:", "If you want to talk"):
        assert words not in page


def test_a_key_stays_with_its_code_and_keys_may_run_out() -> None:
    entries = [CodeEntry(f"d{n}", "dimension", "", "", "", "") for n in range(11)]
    entries += [CodeEntry(f"s{n}", "strategy", "", "", "", "") for n in range(27)]

    keys = shortcuts(CodebookDocument("study", 1, tuple(entries)))

    assert [keys.get(f"d{n}") for n in (0, 8, 9, 10)] == ["1", "9", None, None]
    assert [keys.get(f"s{n}") for n in (0, 12, 13, 24, 25)] == ["a", "m", "o", "z", None]


def test_nothing_is_stored_by_looking(session: CodingSession, client: Client) -> None:
    client.get(at(session, "text", 1))
    client.get(at(session, "text", 1))

    rows = CodingAssignment.objects.filter(shown_at__isnull=False)
    assert [row.position for row in rows] == [1]
    assert not CodeMark.objects.exists()
