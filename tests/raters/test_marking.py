"""Storing codes: once, whatever the browser does; and what is left out, or kept as a draft."""

from __future__ import annotations

from datetime import timedelta

import pytest

from raters.coding import marking, planning, taking_part
from raters.models import CodeMark, CodingAssignment, CodingSession
from studies.models import Passage, Study
from tests.factories import NOW
from tests.raters.coder_studies import begun, code, codes_on, invite, study_to_code, texts_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def study() -> Study:
    return study_to_code()


@pytest.fixture
def session(study: Study) -> CodingSession:
    return begun(study)[0]


@pytest.fixture
def own(session: CodingSession) -> CodingAssignment:
    return texts_of(session)[0]


def mark(own: CodingAssignment, *codes: str, none: bool = False, note: str = "") -> CodingAssignment:
    return marking.mark(assignment=own, codes=codes, none=none, note=note, now=LATER)


def test_codes_are_stored_with_how_long_the_text_was_there(own: CodingAssignment) -> None:
    code(own, ["reframe", "resonance"], note="Hard.")

    own.refresh_from_db()
    assert codes_on(own) == {"reframe", "resonance"}
    assert (own.seconds, own.note, own.coded_at) == (30, "Hard.", NOW + timedelta(minutes=5))
    assert (own.corrected_at, own.skipped_at) == (None, None)
    assert CodingSession.objects.get(pk=own.session_id).last_seen_at == NOW + timedelta(minutes=5)


def test_none_of_these_must_be_said(own: CodingAssignment) -> None:
    for wrong in ({}, {"codes": ["reframe"], "none": True}):
        with pytest.raises(marking.BadCodes):
            marking.mark(assignment=own, now=NOW, **{"codes": [], **wrong})  # type: ignore[arg-type]

    mark(own, none=True)

    own.refresh_from_db()
    assert own.coded_at == LATER
    assert codes_on(own) == set()


def test_a_second_time_corrects_and_never_adds(own: CodingAssignment) -> None:
    code(own, ["reframe", "resonance"])
    mark(own, "reframe", "resonance")
    assert CodingAssignment.objects.get(pk=own.pk).corrected_at is None

    mark(own, "reframe", "attunement")

    own.refresh_from_db()
    assert codes_on(own) == {"reframe", "attunement"}
    assert (own.coded_at, own.corrected_at, own.seconds) == (NOW + timedelta(minutes=5), LATER, 30)
    assert CodeMark.objects.count() == 2
    mark(own, none=True, note="After all.")
    own.refresh_from_db()
    assert (codes_on(own), own.note) == (set(), "After all.")


@pytest.mark.parametrize("codes", [["purple"], ["reframe", "purple"], ["resonance"]])
def test_a_code_that_the_text_cannot_get_changes_nothing(session: CodingSession, codes: list[str]) -> None:
    reply = texts_of(session)[-1]

    with pytest.raises(marking.BadCodes):
        mark(reply, *codes)
    assert not CodeMark.objects.exists()


def test_an_erased_text_takes_nothing(own: CodingAssignment) -> None:
    Passage.objects.filter(pk=own.passage_id).update(text="", erased_at=NOW)

    for act in (
        lambda: mark(own, "reframe"),
        lambda: marking.skip(assignment=own, note="", now=NOW),
        lambda: marking.keep_draft(assignment=own, fields={}, now=NOW),
    ):
        with pytest.raises(marking.TextGone):
            act()
    assert not CodeMark.objects.exists()


def test_before_the_beginning_nothing_is_taken(study: Study) -> None:
    own = texts_of(invite(study)[0])[0]

    for act in (
        lambda: mark(own, "reframe"),
        lambda: marking.skip(assignment=own, note="", now=NOW),
        lambda: marking.keep_draft(assignment=own, fields={}, now=NOW),
    ):
        with pytest.raises(marking.Ended):
            act()


def test_after_the_end_a_first_answer_is_still_taken_and_nothing_changes(session: CodingSession) -> None:
    first, second, *_ = texts_of(session)
    code(first, ["reframe"])
    taking_part.stop(session=session, now=NOW)

    mark(second, "attunement")

    assert codes_on(second) == {"attunement"}
    with pytest.raises(marking.Ended):
        mark(first, "attunement")
    with pytest.raises(marking.Ended):
        mark(second, "reframe")
    assert codes_on(first) == {"reframe"}


def test_what_was_handed_over_in_the_meantime_is_the_coders_again(session: CodingSession) -> None:
    own = texts_of(session)[0]
    planning.hand_over(session=session, now=NOW)

    mark(own, "reframe")

    own.refresh_from_db()
    assert codes_on(own) == {"reframe"}
    assert own.released_at is None


def test_leaving_out_keeps_the_note_and_coding_takes_it_back(own: CodingAssignment) -> None:
    marking.skip(assignment=own, note="Two words.", now=NOW)
    marking.skip(assignment=own, note="Two words only.", now=LATER)
    own.refresh_from_db()
    assert (own.skipped_at, own.note, own.coded_at) == (NOW, "Two words only.", None)

    mark(own, "reframe")

    own.refresh_from_db()
    assert (own.skipped_at, own.coded_at, own.note) == (None, LATER, "")
    marking.skip(assignment=own, note="No.", now=LATER)
    own.refresh_from_db()
    assert (own.skipped_at, own.note) == (None, "")


def test_the_latest_draft_takes_the_place_of_the_one_before(own: CodingAssignment) -> None:
    marking.keep_draft(assignment=own, fields={"codes": ["reframe"], "note": ["Ha"]}, now=NOW)
    fields = {"codes": ["a\0b", *["x" * 50] * 300], "none": ["yes"], "note": ["1" * 9000], "odd": ["1"]}
    marking.keep_draft(assignment=own, fields=fields, now=NOW)

    own.refresh_from_db()
    assert set(own.draft) == {"codes", "none", "note"}
    assert own.draft["none"] is True
    assert own.draft["codes"][:2] == ["ab", "x" * 40]
    assert (len(own.draft["codes"]), len(own.draft["note"])) == (200, 4000)
    assert own.coded_at is None
    mark(own, "reframe")
    own.refresh_from_db()
    assert own.draft == {}
