"""Inviting coders, dealing texts to them, and handing over what somebody leaves."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Count, QuerySet

from raters.coding import planning, taking_part
from raters.models import CodingAssignment, CodingSession
from studies.models import Code, Codebook, Passage, Study
from tests.factories import NOW
from tests.raters.coder_studies import add_passage, begun, code, invite, study_to_code, texts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return study_to_code()


def forget_texts(passages: QuerySet[Passage]) -> None:
    """As erasing a rater leaves them: no text, and the codings given back."""
    CodingAssignment.objects.filter(passage__in=passages).update(released_at=NOW)
    passages.update(text="", erased_at=NOW)


def coders_per_text(study: Study) -> Counter[int]:
    """How many texts have how many coders who keep them."""
    rows = CodingAssignment.objects.filter(session__study=study).live()
    return Counter(rows.values_list("passage").annotate(n=Count("pk")).values_list("n", flat=True))


def test_an_invitation_freezes_the_codebook_and_deals_reasons_before_replies(study: Study) -> None:
    dealt = planning.invite_coders(study=study, count=2, per_passage=2, labels=["Ann"], now=NOW)

    assert (dealt.texts, dealt.left) == (12, 0)
    assert [session.label for session in dealt.sessions] == ["Ann", ""]
    assert {session.codebook for session in dealt.sessions} == {Codebook.objects.get()}
    assert coders_per_text(study) == {2: 6}
    for session in dealt.sessions:
        rows = texts_of(session)
        assert [row.position for row in rows] == [1, 2, 3, 4, 5, 6]
        assert [row.passage.kind for row in rows] == ["reason"] * 4 + ["reply"] * 2
    one, two = ([row.passage_id for row in texts_of(session)] for session in dealt.sessions)
    assert one != two


def test_only_the_kinds_that_are_asked_for_are_dealt(study: Study) -> None:
    (one, _two) = invite(study, kinds=["reply"])

    assert {row.passage.kind for row in texts_of(one)} == {"reply"}


def test_a_later_call_deals_what_was_set_out_since_to_those_who_are_at_it(study: Study) -> None:
    one, two = begun(study)
    for place in (6, 7, 8):
        add_passage(study, place, "reason")

    dealt = planning.invite_coders(study=study, count=0, per_passage=2, now=NOW)

    assert (dealt.sessions, dealt.texts) == ([], 6)
    assert coders_per_text(study) == {2: 9}
    assert [row.position for row in texts_of(one)] == list(range(1, 10))
    assert planning.invite_coders(study=study, count=0, per_passage=2, now=NOW).texts == 0
    assert {row.passage.place for row in texts_of(two)[6:]} == {6, 7, 8}


@pytest.mark.parametrize(
    ("count", "per_passage", "labels", "said"),
    [
        (1, 2, [], "1 coders cannot be 2 for each text"),
        (2, 1, [], "at least 2 coders"),
        (101, 2, [], "at most 100 coders"),
        (-1, 2, [], "at most 100 coders"),
        (2, 2, ["a", "b", "c"], "3 labels for 2 coders"),
        (2, 2, ["x" * 121], "at most 120 characters"),
    ],
)
def test_what_cannot_be_is_refused_whole(
    study: Study, count: int, per_passage: int, labels: list[str], said: str
) -> None:
    with pytest.raises(planning.CannotInvite, match=said):
        invite(study, count, per_passage, labels=labels)
    assert not CodingSession.objects.exists()
    assert not Codebook.objects.exists()


def test_nobody_is_invited_to_no_texts_or_without_codes(study: Study) -> None:
    study.passages.all().delete()
    with pytest.raises(planning.CannotInvite, match="no texts to code"):
        invite(study)
    Code.objects.all().delete()
    with pytest.raises(planning.CannotInvite, match="codebook is empty"):
        invite(study)


def test_a_coder_who_would_have_nothing_to_do_is_not_invited(study: Study) -> None:
    invite(study)

    with pytest.raises(planning.CannotInvite, match="every text has 2 coders"):
        invite(study, 1, 2)
    assert CodingSession.objects.count() == 2

    (third,) = invite(study, 1, 3)
    assert coders_per_text(study) == {3: 6}
    assert len(texts_of(third)) == 6


def test_an_erased_text_is_dealt_to_nobody(study: Study) -> None:
    study.passages.filter(place=0).update(text="", erased_at=NOW)

    assert {row.passage.place for row in texts_of(invite(study)[0])} == {1, 2, 3, 4, 5}


def test_what_somebody_leaves_goes_to_those_who_do_not_have_it(study: Study) -> None:
    one, _two, _three = begun(study, 3)
    first, *others = texts_of(one)
    code(first, ["reframe"])

    dealt = planning.hand_over(session=one, now=NOW + timedelta(hours=1))

    assert (dealt.texts, dealt.left) == (3, 0)
    assert coders_per_text(study) == {2: 6}
    assert [row.released_at is None for row in texts_of(one)] == [True, False, False, False]
    assert len(others) == 3
    assert planning.hand_over(session=one, now=NOW + timedelta(hours=2)).texts == 0


def test_nobody_gets_a_text_twice_and_what_nobody_can_take_is_told(study: Study) -> None:
    one, two = begun(study)

    dealt = planning.hand_over(session=one, now=NOW)

    assert (dealt.texts, dealt.left) == (0, 6)
    assert len(texts_of(two)) == 6
    (third,) = invite(study, 1, 2)
    assert coders_per_text(study) == {2: 6}
    assert len(texts_of(third)) == 6


def test_whoever_gave_back_gets_nothing_more(study: Study) -> None:
    one, _two, _three = begun(study, 3)
    planning.hand_over(session=one, now=NOW)
    add_passage(study, 6, "reason")

    assert planning.invite_coders(study=study, count=0, per_passage=2, now=NOW).texts == 2

    assert "6" not in {str(row.passage.place) for row in texts_of(one)}


def test_a_coding_that_came_after_all_counts_so_that_no_third_coder_is_asked(study: Study) -> None:
    one, _two = begun(study)
    planning.hand_over(session=one, now=NOW)
    for row in texts_of(one):
        code(row, ["reframe"])

    with pytest.raises(planning.CannotInvite, match="would have nothing to do"):
        invite(study, 2, 2)


def test_a_coder_whose_text_was_erased_goes_on(study: Study) -> None:
    one, _two = begun(study)
    first = texts_of(one)[0]
    code(first, ["reframe"])
    forget_texts(study.passages.filter(pk=first.passage_id))
    add_passage(study, 6, "reason")

    assert planning.invite_coders(study=study, count=0, per_passage=2, now=NOW).texts == 2
    assert texts_of(one)[-1].passage.place == 6


def test_stopping_hands_over_and_forgets_drafts(study: Study) -> None:
    one, two, three = begun(study, 3)
    CodingAssignment.objects.filter(session=one).update(draft={"codes": ["reframe"]})

    taking_part.stop(session=one, now=NOW + timedelta(hours=1))
    taking_part.stop(session=one, now=NOW + timedelta(hours=2))

    one.refresh_from_db()
    assert one.stopped_at == NOW + timedelta(hours=1)
    assert coders_per_text(study) == {2: 6}
    assert len(texts_of(two)) + len(texts_of(three)) == 12
    assert all(row.draft == {} for row in texts_of(one))


def test_nobody_stops_before_the_beginning_nor_begins_after_the_end(study: Study) -> None:
    one, _two = invite(study)
    taking_part.stop(session=one, now=NOW)
    assert CodingSession.objects.get(pk=one.pk).stopped_at is None

    for minutes in (1, 2):
        taking_part.begin(session=one, now=NOW + timedelta(minutes=minutes))
    assert CodingSession.objects.get(pk=one.pk).started_at == NOW + timedelta(minutes=1)


def test_whoever_begins_gets_the_codebook_as_it_was_edited_last(study: Study) -> None:
    one, two = invite(study)
    Code.objects.filter(key="reframe").update(definition="Says it in another light.")

    taking_part.begin(session=one, now=NOW)

    assert [book.version for book in Codebook.objects.order_by("version")] == [1, 2]
    assert set(CodingSession.objects.values_list("codebook__version", flat=True)) == {2}
    one.refresh_from_db()
    code(texts_of(one)[0], ["reframe"])
    Code.objects.filter(key="reframe").update(definition="Something else.")
    taking_part.begin(session=two, now=NOW)
    assert CodingSession.objects.get(pk=two.pk).codebook.version == 2
