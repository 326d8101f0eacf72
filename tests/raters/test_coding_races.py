"""Two at once, where people code: one coding, and no text twice with one coder."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import Count

from raters.coding import marking, planning, taking_part
from raters.models import CodingAssignment, CodingSession
from tests.factories import NOW
from tests.raters.coder_studies import add_passage, begun, codes_on, invite, study_to_code, texts_of
from tests.raters.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_tabs_sending_one_text_are_one_coding_and_the_last_one_stands() -> None:
    session = begun(study_to_code())[0]
    own = texts_of(session)[0]
    send = [
        partial(marking.mark, assignment=own, codes=[key], now=NOW + timedelta(minutes=number))
        for number, key in enumerate(("reframe", "resonance", "attunement"))
    ]

    assert at_once(*send) == []

    own.refresh_from_db()
    assert len(codes_on(own)) == 1
    assert own.coded_at is not None
    assert own.corrected_at is not None
    assert own.corrected_at != own.coded_at


def test_coding_leaving_out_and_drafts_at_once_leave_one_of_them() -> None:
    session = begun(study_to_code())[0]
    own = texts_of(session)[0]

    raised = at_once(
        partial(marking.mark, assignment=own, codes=["reframe"], now=NOW),
        partial(marking.skip, assignment=own, note="", now=NOW),
        partial(marking.keep_draft, assignment=own, fields={"codes": ["resonance"]}, now=NOW),
    )

    assert raised == []
    own.refresh_from_db()
    assert (codes_on(own), own.skipped_at) == ({"reframe"}, None)


def test_handing_over_while_coding_loses_no_coding_and_deals_none_twice() -> None:
    study = study_to_code(reasons=10)
    one, _two, _three = begun(study, 3)
    rows = texts_of(one)

    raised = at_once(
        *(partial(marking.mark, assignment=row, codes=["reframe"], now=NOW) for row in rows[:4]),
        partial(planning.hand_over, session=one, now=NOW),
        partial(taking_part.stop, session=one, now=NOW),
    )

    assert [error for error in raised if not isinstance(error, marking.Ended)] == []
    done = CodingAssignment.objects.filter(session=one, coded_at__isnull=False)
    assert {row.pk for row in done} == {row.pk for row in rows[:4]}
    kept = CodingAssignment.objects.filter(session__study=study, released_at__isnull=True)
    coders = (
        kept.values_list("passage").annotate(n=Count("session", distinct=True)).values_list("n", flat=True)
    )
    # One coder more, where the codes came after the text had been given away.
    assert set(coders) <= {2, 3}
    twice = Counter(CodingAssignment.objects.values_list("session", "passage"))
    assert set(twice.values()) == {1}


def test_invitations_and_hand_overs_at_once_deal_each_text_as_often_as_asked() -> None:
    study = study_to_code()
    one, _two, _three = begun(study, 3)
    for place in range(6, 12):
        add_passage(study, place, "reason")

    raised = at_once(
        *[partial(planning.invite_coders, study=study, count=0, per_passage=2, now=NOW)] * 2,
        partial(planning.hand_over, session=one, now=NOW),
    )

    assert raised == []
    live = CodingAssignment.objects.live().values_list("passage").annotate(n=Count("pk"))
    assert Counter(n for _passage, n in live) == {2: 12}


def test_two_first_invitations_at_once_are_two_sets_of_coders_with_one_codebook() -> None:
    study = study_to_code()

    raised = at_once(*[partial(invite, study, 2, 2)] * 2)

    assert [type(error) for error in raised] == [planning.CannotInvite]
    assert CodingSession.objects.count() == 2
    assert study.codebooks.count() == 1


def test_beginning_at_once_begins_once() -> None:
    study = study_to_code()
    sessions = invite(study)

    raised = at_once(*[partial(taking_part.begin, session=session, now=NOW) for session in sessions * 2])

    assert raised == []
    assert CodingSession.objects.filter(started_at=NOW).count() == 2
