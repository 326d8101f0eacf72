"""Erasing a rater: what goes, what stays, what is listed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from raters import arriving, erasing, messaging, selectors
from raters.channels import Arrival
from raters.models import Assignment, Erasure, Invitation, PlatformIdentity, Rating, RatingSession
from studies.models import Study
from tests import factories
from tests.factories import NOW
from tests.raters.leavings import WORDS, export_of, live_pairs, make_busy_rater, make_busy_study, rows_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
BY_RESEARCHER = Erasure.Cause.RESEARCHER


@pytest.fixture
def study() -> Study:
    return make_busy_study()


@pytest.fixture
def session(study: Study) -> RatingSession:
    return make_busy_rater(study)


def erase(session: RatingSession) -> Erasure:
    return erasing.erase_rater(session=session, cause=BY_RESEARCHER, now=LATER)


def test_nothing_of_a_rater_is_left_but_the_row_that_pays_them(session: RatingSession) -> None:
    before = erasing.held_of(session)
    erasure = erase(session)

    session.refresh_from_db()
    assert not any(rows_of(session).values())
    assert (session.platform_hash, session.withdrawn_at, session.erased_at) == ("", LATER, LATER)
    assert len(session.code) == 12
    # Ending it left an event more, and no draft.
    assert before.pop("drafts") == 1
    assert erasure.counts == {**before, "events": before["events"] + 1, "pairs": 2, "planned": 4, "done": 3}
    assert live_pairs(session) == 0


def test_when_each_page_was_shown_goes_too(study: Study, session: RatingSession) -> None:
    other = factories.make_rater(study, participant_id="other")
    factories.rate_all(other)
    own = Assignment.objects.filter(booklet=session.booklet)
    own.filter(position=1).update(rubric_shown_at=NOW)
    assert own.filter(shown_at__isnull=False).count() == 2

    erase(session)

    assert set(own.values_list("shown_at", "rubric_shown_at")) == {(None, None)}
    assert Assignment.objects.filter(booklet=other.booklet, shown_at__isnull=False).count() == 4


def test_others_keep_what_they_gave(study: Study, session: RatingSession) -> None:
    other = factories.make_rater(study, participant_id="other")
    factories.rate_all(other)
    erase(session)

    assert Rating.objects.filter(assignment__booklet__session=other).count() == 4
    assert PlatformIdentity.objects.get().participant_id == "other"


def test_an_erased_person_who_comes_again_is_a_new_one(study: Study, session: RatingSession) -> None:
    erase(session)
    again = Arrival("LOUD-pid", "platform-study", "submission-of-LOUD-pid")

    assert arriving.arrive(study=study, arrival=again, known_token=None, now=LATER) != session


def test_an_invitation_that_names_the_rater_goes_with_them(study: Study, session: RatingSession) -> None:
    mine = Invitation.objects.create(study=study, label="Jo", created_at=NOW)
    Invitation.objects.create(study=study, label="Sam", created_at=NOW)
    session.platform_hash = selectors.hmac_of(study, mine.token)
    session.save()

    assert erase(session).counts["invitations"] == 1
    assert Invitation.objects.get().label == "Sam"


def test_an_arrival_without_consent_is_deleted_whole(study: Study) -> None:
    arrival = Arrival("p", "s", "x")
    newcomer = arriving.arrive(study=study, arrival=arrival, known_token=None, now=NOW)
    messaging.send(session=newcomer, text="May I?", now=NOW)

    assert erase(newcomer).counts == {"messages": 1, "platform_identities": 1}
    assert not RatingSession.objects.exists()


def test_erasing_again_finds_nothing(session: RatingSession) -> None:
    erase(session)

    assert erase(session).counts == {}


def test_exports_made_before_the_rater_came_or_never_finished_are_not_listed(
    study: Study, session: RatingSession
) -> None:
    export_of(study, finished_at=NOW - timedelta(seconds=1))
    export_of(study, status="failed", sha256="")
    export_of(study, status="pending", sha256="", finished_at=None)
    export_of(factories.make_study("another"))
    assert erasing.exports_holding(session) == []

    export_of(study, status="running", sha256="", finished_at=None)
    assert erase(session).exports == ["export of 2025-03-03 09:00 UTC, being written"]


def test_the_command_erases_and_says_what_went(
    session: RatingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("erase_rater", session.pseudonym)

    said = capsys.readouterr().out
    assert f"{session.pseudonym} is erased:\n  ratings: 2\n" in said
    assert "none that were written here" in said
    with pytest.raises(CommandError, match="no rater 'r-nobody'"):
        call_command("erase_rater", "r-nobody")


def test_everything_stored_is_told_and_after_erasing_nothing_of_it(
    session: RatingSession, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("export_rater", session.pseudonym)
    text = capsys.readouterr().out
    told = json.loads(text)

    assert told["platform_identities"][0]["participant_id"] == "LOUD-pid"
    assert [row["reason"] for row in told["ratings"]] == [f"{WORDS} second thought", f"{WORDS} I want to die"]
    assert (len(told["scores"]), len(told["pairs"]), told["session"]["code"]) == (12, 4, "")
    assert told["session"]["consented_at"] == "2025-03-03 09:00:00+00:00"

    erase(session)
    call_command("export_rater", session.pseudonym)
    assert WORDS not in capsys.readouterr().out
