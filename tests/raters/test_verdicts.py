"""What a verdict says, exactly; and that memory and queries do not grow with the study."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import leaving, rating
from raters.models import Assignment, Rating, RatingSession, ReplyFlag, Skip
from raters.verdicts import Verdict, by_raters, joined_tags, verdicts_by_rating, verdicts_for, verdicts_of
from studies.comparison import Order
from studies.models import Pair, Response
from studies.selectors import response_key
from tests.factories import (
    NOW,
    SYSTEMS,
    add_decoys,
    add_dialogue,
    assignments_of,
    make_rater,
    make_study,
    open_study,
    rate,
    rate_all,
)

pytestmark = pytest.mark.django_db

#: The columns that scripts rely on, in the order of the issue.
CONTRACT = (
    "study, protocol_hash, dialogue, tags, pair, system_first, system_second, order, dimension, "
    "source_kind, source, occasion, value_shown, value, scale, target, kind, phase, pilot, surplus, "
    "rated_at, response_first, response_second, replicate_first, replicate_second, writer_first, "
    "writer_second, rater_group, position, layout, excluded, exclusion_reason, reason, "
    "reason_released, seconds, flags_first, flags_second, check_asked, check_answered, visible_seconds, "
    "focus_losses, pastes"
)


def test_the_columns_are_those_of_the_contract() -> None:
    assert Verdict._fields == tuple(CONTRACT.split(", "))


def first_shown(order: Order) -> tuple[RatingSession, Assignment]:
    """A rater of a study with one pair (dialogue d1, counsellor against model-a), shown in this order."""
    study = make_study(dialogues=1, systems=SYSTEMS[:2], ratings_per_pair=1, scale=5)
    open_study(study)
    session = make_rater(study)
    assignment = assignments_of(session)[0]
    Assignment.objects.filter(pk=assignment.pk).update(order=order)
    assignment.refresh_from_db()
    return session, assignment


@pytest.mark.parametrize(
    ("order", "systems", "value"),
    [
        (Order.AB, ("counsellor", "model-a"), -2),
        (Order.BA, ("model-a", "counsellor"), 2),
    ],
)
def test_a_verdict_names_the_sides_as_shown_and_turns_the_value(
    order: Order, systems: tuple[str, str], value: int
) -> None:
    session, assignment = first_shown(order)
    others = dict.fromkeys(
        ("human_alignment", "empathic_responsiveness", "attunement", "resonance", "task_following"), 0
    )
    rate(assignment, {"overall": -2, **others}, reason="=warm", seconds=41)
    found = list(verdicts_of(session.study))
    assert [verdict.dimension for verdict in found] == ["overall", *others]
    overall = found[0]
    sides = {"counsellor": "w1", "model-a": ""}
    assert overall == Verdict(
        study="kind-words",
        protocol_hash=session.study.protocols.get().sha256,
        dialogue="d1",
        tags="everyday",
        pair=assignment.pair.key,
        system_first=systems[0],
        system_second=systems[1],
        order=order.value,
        dimension="overall",
        source_kind="rater",
        source=session.pseudonym,
        occasion=1,
        value_shown=-2,
        value=value,
        scale=5,
        target="comparison",
        kind="main",
        phase="main",
        pilot=False,
        surplus=False,
        rated_at="2025-03-03T09:05:00Z",
        response_first=f"d1/{systems[0]}/1",
        response_second=f"d1/{systems[1]}/1",
        replicate_first=1,
        replicate_second=1,
        writer_first=sides[systems[0]],
        writer_second=sides[systems[1]],
        rater_group="",
        position=1,
        layout="side",
        excluded=False,
        exclusion_reason="",
        reason="=warm",
        reason_released=False,
        seconds=41,
        flags_first="",
        flags_second="",
        check_asked=None,
        check_answered=None,
        visible_seconds=None,
        focus_losses=None,
        pastes=None,
    )
    for verdict in found[1:]:
        assert (verdict.reason, verdict.seconds, verdict.value) == ("", None, 0)


def test_rows_come_by_booklet_and_place_whenever_they_were_rated() -> None:
    study = open_study(make_study())
    for session in [make_rater(study) for _ in range(3)]:
        for assignment in reversed(assignments_of(session)):
            rate(assignment)
    places = dict(RatingSession.objects.values_list("pseudonym", "booklet__number"))
    found = [(places[v.source], v.position) for v in verdicts_of(study) if v.dimension == "overall"]
    assert found == [(booklet, place) for booklet in (1, 2, 3) for place in (1, 2, 3, 4)]


def test_tags_stand_sorted_in_one_cell() -> None:
    assert joined_tags(["night", "family", "adversarial"]) == "adversarial|family|night"
    assert joined_tags([]) == ""


def test_a_trial_run_is_exported_as_excluded_with_its_reason() -> None:
    session, assignment = first_shown(Order.AB)
    RatingSession.objects.filter(pk=session.pk).update(is_pilot=True, rater_group="experts")
    rate(assignment)
    verdict = next(verdicts_of(session.study))
    assert (verdict.pilot, verdict.excluded, verdict.exclusion_reason) == (True, True, "pilot")
    assert verdict.rater_group == "experts"


def test_a_rating_after_the_pair_was_given_away_is_surplus() -> None:
    session, assignment = first_shown(Order.AB)
    leaving.time_out(session=session, now=NOW + timedelta(minutes=4))
    rate(assignment, now=NOW + timedelta(minutes=5))
    successor = make_rater(session.study, now=NOW + timedelta(minutes=6))
    rate(assignments_of(successor)[0], now=NOW + timedelta(minutes=7))
    surplus = {v.source: v.surplus for v in verdicts_of(session.study)}
    assert surplus == {session.pseudonym: True, successor.pseudonym: False}


def test_a_repeat_counts_the_occasion_for_its_own_rater_only() -> None:
    study = open_study(make_study(dialogues=2))
    one, other = make_rater(study), make_rater(study)
    main = assignments_of(one)[0]
    for session in (one, other):
        repeat = Assignment.objects.create(
            booklet=session.booklet, position=9, pair=main.pair, order=Order.BA, kind="repeat"
        )
        rate(repeat)
    rate(main)
    overall = [v for v in verdicts_of(study) if v.dimension == "overall"]
    assert {(v.source, v.kind, v.occasion) for v in overall} == {
        (one.pseudonym, "main", 1),
        (one.pseudonym, "repeat", 2),
        (other.pseudonym, "repeat", 1),
    }


def test_an_id_with_slashes_still_gives_each_reply_a_name_of_its_own() -> None:
    study = make_study(dialogues=0)
    for dialogue, system in (("a/b", "c"), ("a", "b/c")):
        add_dialogue(study, dialogue, systems=(system,))
    names = {response_key(r.dialogue.external_id, r.system.name, r.replicate) for r in Response.objects.all()}
    assert names == {"a%2Fb/c/1", "a/b/c/1"}


def test_another_study_does_not_show_through() -> None:
    rate_all(make_rater(open_study(make_study("one", dialogues=2))))
    study = open_study(make_study("two", dialogues=2))
    assert list(verdicts_of(study)) == []


def test_a_chunk_costs_the_same_queries_for_few_and_many_ratings() -> None:
    study = open_study(make_study())
    counts = []
    for raters in (1, 2):
        for _ in range(raters):
            rate_all(make_rater(study))
        with CaptureQueriesContext(connection) as queries:
            found = list(verdicts_by_rating(study))
        counts.append(len(queries))
    assert len(found) == 12
    # Protocol, keys (not seen where the database streams them), ratings, sessions, their rules, decoys and
    # checks, answers, flags.
    assert counts[0] == counts[1] <= 9


def test_chunks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    study = open_study(make_study())
    for _ in range(3):
        rate_all(make_rater(study))
    whole = list(verdicts_of(study))
    monkeypatch.setattr(by_raters, "CHUNK", 5)
    assert list(verdicts_of(study)) == whole
    assert len(whole) == 12 * 6


def test_some_ratings_come_in_the_order_asked_for() -> None:
    study = open_study(make_study())
    rate_all(make_rater(study))
    keys = list(Rating.objects.order_by("-pk").values_list("pk", flat=True))[:2]
    positions = [v.position for v in verdicts_for(study, keys) if v.dimension == "overall"]
    assert positions == [4, 3]


def test_a_correction_replaces_the_answer() -> None:
    session, assignment = first_shown(Order.AB)
    rate(assignment, 2)
    rate(assignment, -1, reason="On second thought.", now=NOW + timedelta(minutes=9))
    overall = next(verdicts_of(session.study))
    assert (overall.value_shown, overall.reason) == (-1, "On second thought.")
    assert overall.rated_at == "2025-03-03T09:05:00Z"


def test_the_sign_means_the_pairs_stored_order() -> None:
    """Whoever always prefers the counsellor has a negative value throughout, whatever the sides."""
    study = open_study(make_study())
    session = make_rater(study)
    for assignment in assignments_of(session):
        rate(assignment, -1 if assignment.order == Order.AB else 1)
    assert {v.value for v in verdicts_of(study)} == {-1}
    assert {v.order for v in verdicts_of(study)} == {"AB", "BA"}
    assert Pair.objects.of(study).filter(first__system__name="counsellor").count() == 8


def two_passes() -> tuple[RatingSession, Assignment, Rating]:
    """One pair, preferred in the first pass and rated on the other rows in the second."""
    study = make_study(
        dialogues=1, systems=SYSTEMS[:2], ratings_per_pair=1, pairs_per_rater=1, asking="two_pass"
    )
    session = make_rater(open_study(study))
    (assignment,) = assignments_of(session)
    rate(assignment, {"overall": -1}, reason="Warm.", seconds=20)
    rows = [asked.key for asked in study.protocols.get().document().asked_in("rubric")]
    answers = {key: number - 2 for number, key in enumerate(rows)}
    later = NOW + timedelta(minutes=30)
    second = rating.submit(
        assignment=assignment, answers=answers, reason="", layout="stacked", now=later, phase="rubric"
    )
    Rating.objects.filter(pk=second.pk).update(seconds=55)
    return session, assignment, second


def test_a_pair_in_two_phases_has_its_facts_once_a_phase() -> None:
    session, _, _ = two_passes()
    found = [(v.phase, v.dimension, v.reason, v.seconds, v.layout) for v in verdicts_of(session.study)]
    rows = [row.key for row in session.study.protocols.get().document().rubric if row.key != "overall"]
    assert found == [
        ("main", "overall", "Warm.", 20, "side"),
        ("rubric", rows[0], "", 55, "stacked"),
        *(("rubric", row, "", None, "stacked") for row in rows[1:]),
    ]


def test_flags_stand_by_side_on_one_row_of_the_rating() -> None:
    session, assignment, second = two_passes()
    first = Rating.objects.get(assignment=assignment, phase="main")
    for one, side, kind in (
        (first, 1, "wrong_role"),
        (first, 1, "unsafe"),
        (first, 2, "broken"),
        (second, 2, "unsafe"),
    ):
        ReplyFlag.objects.create(rating=one, side=side, kind=kind)
    found = [(v.phase, v.flags_first, v.flags_second) for v in verdicts_of(session.study)]
    assert found == [
        ("main", "unsafe|wrong_role", "broken"),
        ("rubric", "", "unsafe"),
        *(("rubric", "", ""),) * 4,
    ]


def test_preferred_but_unsafe_is_counted_from_one_row_each() -> None:
    study = open_study(make_study())
    session = make_rater(study)
    for assignment, value, side in zip(assignments_of(session), (-2, 1, -1, 0), (1, 2, 2, 1), strict=True):
        ReplyFlag.objects.create(rating=rate(assignment, value), side=side, kind="unsafe")
    preferred = [
        verdict.position
        for verdict in verdicts_of(study)
        if verdict.dimension == "overall"
        and "unsafe" in (verdict.flags_first if verdict.value_shown < 0 else verdict.flags_second).split("|")
        and verdict.value_shown
    ]
    assert preferred == [1, 2]


def test_checks_and_time_in_sight_stand_on_the_first_row_of_their_phase() -> None:
    session, assignment, second = two_passes()
    Assignment.objects.filter(pk=assignment.pk).update(instructed_value=2)
    Rating.objects.filter(assignment=assignment, phase="main").update(
        instructed_answer=-1, visible_seconds=18, focus_losses=2, pastes=1
    )
    Rating.objects.filter(pk=second.pk).update(visible_seconds=0)
    found = [v[Verdict._fields.index("check_asked") :] for v in verdicts_of(session.study)]
    assert found == [(2, -1, 18, 2, 1), (None, None, 0, None, None), *((None,) * 5,) * 4]


def test_a_repeat_of_a_skipped_pair_is_the_first_occasion() -> None:
    study = open_study(make_study(dialogues=2))
    session = make_rater(study)
    skipped, rated = assignments_of(session)[:2]
    Skip.objects.create(assignment=skipped, phase="main", reason="upsetting", skipped_at=NOW)
    rate(rated)
    for position, main in enumerate((skipped, rated), start=20):
        again = Assignment.objects.create(
            booklet=session.booklet, position=position, pair=main.pair, order=main.order, kind="repeat"
        )
        rate(again)
    occasions = {v.position: v.occasion for v in verdicts_of(study)}
    assert occasions == {rated.position: 1, 20: 1, 21: 2}


def test_the_codebooks_filter_keeps_the_primary_answers_and_nothing_else() -> None:
    study = make_study()
    add_decoys(study, 1)
    open_study(study)
    session, trial = make_rater(study), make_rater(study)
    main = assignments_of(session)[0]
    decoy = Pair.objects.of(study).decoys().get()
    for position, (kind, pair) in enumerate(
        (("repeat", main.pair), ("decoy", decoy), ("training", main.pair)), start=20
    ):
        Assignment.objects.create(
            booklet=session.booklet, position=position, pair=pair, order="AB", kind=kind
        )
    for assignment in (*assignments_of(session), assignments_of(trial)[0]):
        rate(assignment)
    RatingSession.objects.filter(pk=trial.pk).update(is_pilot=True)
    kept = [
        (v.source, v.position)
        for v in verdicts_of(study)
        if v.source_kind == "rater" and v.kind == "main" and v.occasion == 1 and not v.excluded
        if v.dimension == "overall"
    ]
    assert kept == [(session.pseudonym, place) for place in (1, 2, 3, 4)]
