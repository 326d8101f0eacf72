"""Places given back on the platform."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from raters import leaving, returning, selectors
from raters.models import Assignment, Booklet, Rating, RatingSession, Recruitment
from studies.models import Study
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    study = factories.open_study(factories.make_study())
    Recruitment.objects.create(study=study, channel="prolific", completion_code="PAY", stopped_code="PART")
    return study


def planned_anew(session: RatingSession) -> list[tuple[int, str]]:
    remainders = Assignment.objects.filter(booklet__remainder_of=session.booklet)
    return list(remainders.order_by("position").values_list("pair_id", "order"))


def test_all_pairs_of_a_returned_place_are_planned_anew(study: Study) -> None:
    session = factories.make_rater(study, participant_id="p1")
    factories.rate(factories.assignments_of(session)[0])

    returned = returning.mark_returned(session=session, now=NOW)

    assert returned.returned_at == NOW
    assert selectors.outcome_of(returned) == "returned"
    assert planned_anew(session) == [(a.pair_id, a.order) for a in factories.assignments_of(session)]
    assert not Assignment.objects.filter(booklet=session.booklet).live().exists()
    assert session.events.filter(kind="returned").count() == 1
    assert Rating.objects.count() == 1


def test_a_complete_session_can_be_returned_too_and_only_once(study: Study) -> None:
    session = factories.rate_all(factories.make_rater(study, participant_id="p1"))

    returning.mark_returned(session=session, now=NOW)
    again = returning.mark_returned(session=session, now=NOW.replace(hour=12))

    assert again.returned_at == NOW
    assert len(planned_anew(session)) == 4
    assert session.events.filter(kind="returned").count() == 1


def test_before_consent_there_is_nothing_to_give_back(study: Study) -> None:
    session = RatingSession.objects.create(study=study, arrived_at=NOW, last_seen_at=NOW)

    assert returning.mark_returned(session=session, now=NOW).returned_at is None


def test_after_the_time_limit_only_the_rest_is_planned_anew(study: Study) -> None:
    session = factories.make_rater(study, participant_id="p1")
    factories.rate(factories.assignments_of(session)[0])
    leaving.time_out(session=session, now=NOW)

    returning.mark_returned(session=session, now=NOW)

    pairs = [pair for pair, _order in planned_anew(session)]
    assert sorted(pairs) == sorted(a.pair_id for a in factories.assignments_of(session))


def test_a_list_names_submissions_people_and_pseudonyms(study: Study) -> None:
    one, two, three = (factories.make_rater(study, participant_id=f"p{n}") for n in (1, 2, 3))
    lines = ["submission-of-p1,RETURNED", "", ' "p2" ', three.pseudonym, "nobody", "p1x"]

    marked = returning.mark_all(study=study, lines=lines, keeps_ratings=False, now=NOW)

    assert marked.sessions == [one, two, three]
    assert marked.unknown == [(5, "nobody"), (6, "p1x")]
    assert RatingSession.objects.filter(returned_at=NOW).count() == 3


def test_ratings_left_to_us_stay_and_only_the_rest_is_given_away(study: Study) -> None:
    session = factories.make_rater(study, participant_id="p1")
    factories.rate(factories.assignments_of(session)[0])

    returning.mark_all(study=study, lines=["p1"], keeps_ratings=True, now=NOW)

    session.refresh_from_db()
    assert (session.returned_at, session.timed_out_at) == (None, NOW)
    assert len(planned_anew(session)) == 3


def test_whoever_stopped_by_our_own_page_left_their_ratings(study: Study) -> None:
    session = leaving.stop(session=factories.make_rater(study, participant_id="p1"), now=NOW)

    marked = returning.mark_all(study=study, lines=["p1"], keeps_ratings=False, now=NOW)

    assert (marked.sessions, marked.left_alone, marked.unknown) == ([], [session], [])
    session.refresh_from_db()
    assert session.returned_at is None


def test_another_studys_people_are_unknown_here(study: Study) -> None:
    factories.make_rater(study, participant_id="p1")
    other = factories.open_study(factories.make_study("other"))

    marked = returning.mark_all(study=other, lines=["p1"], keeps_ratings=False, now=NOW)

    assert marked.unknown == [(1, "p1")]


def test_returned_places_from_the_command_line(study: Study, tmp_path: Path) -> None:
    factories.make_rater(study, participant_id="p1")
    factories.make_rater(study, participant_id="p2")
    file = tmp_path / "ids.txt"
    file.write_text("p1\n", encoding="utf-8-sig")
    out = StringIO()

    call_command("mark_returned", study.slug, str(file), "--json", stdout=out)

    assert json.loads(out.getvalue()) == {"study": "kind-words", "marked": 1, "left_alone": 0}
    assert Booklet.objects.filter(remainder_of__isnull=False).count() == 1
    file.write_text("p1\nwho\np2\n")
    with pytest.raises(CommandError, match="2 marked; unknown in this study: line 2: who"):
        call_command("mark_returned", study.slug, str(file), "--keep-ratings")
    assert RatingSession.objects.filter(timed_out_at__isnull=False).count() == 2
    with pytest.raises(CommandError, match="No such file"):
        call_command("mark_returned", study.slug, str(tmp_path / "none.txt"))
