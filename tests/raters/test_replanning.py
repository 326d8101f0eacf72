"""What comes back into the plan: remainders, skipped pairs, themes, returned places."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from raters import arriving, claiming, leaving, planning, replanning, selectors
from raters.channels import Arrival
from raters.models import Assignment, Booklet, RatingSession, Skip
from raters.sides import Imbalance
from studies.models import Dialogue, Study
from studies.protocol import MAIN
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def whole_study(**fields: object) -> Study:
    """Booklets of 12 main pairs with training, decoys, a check and two repeats."""
    values = {
        "dialogues": 12,
        "systems": ("counsellor", "model-a"),
        "pairs_per_rater": 12,
        "training_pairs": 1,
        "decoys_per_rater": 2,
        "checks_per_rater": 1,
        "repeats_percent": 10,
        "reason_percent": 50,
    }
    study = factories.make_study(**{**values, **fields})  # type: ignore[arg-type]
    factories.add_training(study, 1)
    factories.add_decoys(study, 6)
    return factories.open_study(study)


def themed_study(hard: int, **fields: object) -> Study:
    """The first `hard` dialogues are on loss."""
    study = factories.make_study(themes="loss | grief and loss", **fields)  # type: ignore[arg-type]
    names = [f"d{number}" for number in range(1, hard + 1)]
    Dialogue.objects.filter(external_id__in=names).update(tags=["loss", "everyday"])
    return factories.open_study(study)


def arrive(study: Study) -> RatingSession:
    return arriving.arrive(study=study, arrival=Arrival(), known_token=None, now=NOW)


def as_drawn(assignments: list[Assignment]) -> list[tuple[object, ...]]:
    return [(a.kind, a.pair_id, a.order, a.asks_reason, a.instructed_value) for a in assignments]


def kinds_of(booklet: Booklet) -> Counter[str]:
    return Counter(booklet.assignments.values_list("kind", flat=True))


def contents(booklet: Booklet) -> list[Assignment]:
    return list(booklet.assignments.order_by("position"))


def remainders(study: Study) -> list[Booklet]:
    own = Booklet.objects.filter(protocol__study=study, remainder_of__isnull=False)
    return list(own.order_by("number"))


def assert_planned_as_often_as_asked(study: Study) -> None:
    live = Assignment.objects.filter(booklet__protocol__study=study).live().main()
    counts = Counter(live.values_list("pair", flat=True))
    assert set(counts.values()) == {study.ratings_per_pair}
    assert len({(a.pair_id, a.booklet_id) for a in live}) == live.count()


def test_a_booklet_holds_all_that_the_journey_says() -> None:
    study = whole_study()

    assert [kinds_of(booklet) for booklet in Booklet.objects.all()] == [
        {"training": 1, "main": 12, "decoy": 2, "repeat": 1}
    ] * 2
    checked = Assignment.objects.filter(instructed_value__isnull=False)
    assert [(a.kind, a.instructed_value != 0) for a in checked] == [("main", True)] * 2
    asked = Assignment.objects.filter(asks_reason=True)
    assert Counter(asked.values_list("kind", flat=True))["main"] == 12
    assert planning.realised_plan(study.protocols.get()) == planning.Plan(
        booklets=2, assignments=24, shortest=12, longest=12, imbalance=Imbalance(pair=0, rater=0, system=0)
    )


def test_progress_and_imbalance_count_main_pairs_in_the_first_pass() -> None:
    study = whole_study(asking="two_pass")
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment, {"overall": 1})

    progress = selectors.progress_of(study)
    assert (progress.planned, progress.rated, progress.surplus) == (24, 12, 0)
    assert selectors.realised_imbalance(study) == Imbalance(pair=1, rater=0, system=0)
    assert selectors.pairs_rated(session) == 16


def test_a_remainder_keeps_what_is_left_over_and_all_training() -> None:
    session = factories.make_rater(whole_study())
    own = factories.assignments_of(session)
    (repeat,) = [a for a in own if a.kind == "repeat"]
    done = next(place for place, a in enumerate(own, start=1) if a.pair_id == repeat.pair_id)
    for assignment in own[:done]:
        factories.rate(assignment)

    leaving.stop(session=session, now=NOW)

    (remainder,) = remainders(session.study)
    left_over = [a for a in own[done:] if a.kind != "repeat"]
    assert as_drawn(contents(remainder)) == as_drawn([own[0], *left_over])
    assert kinds_of(remainder)["training"] == 1
    assert remainder.dimension_keys == session.booklet.dimension_keys
    assert_planned_as_often_as_asked(session.study)


def test_a_repeat_comes_along_only_with_its_pair() -> None:
    session = factories.make_rater(whole_study())
    training, *rest = factories.assignments_of(session)
    factories.rate(training)

    leaving.stop(session=session, now=NOW)

    assert as_drawn(contents(remainders(session.study)[0])) == as_drawn([training, *rest])


def test_a_repeat_that_would_come_too_early_does_not_come_along() -> None:
    session = factories.make_rater(whole_study())
    own = factories.assignments_of(session)
    (repeat,) = [a for a in own if a.kind == "repeat"]
    original = next(a for a in own if a.pair_id == repeat.pair_id)
    between = [a for a in own if original.position < a.position < repeat.position]
    for assignment in between[: len(between) - 9]:
        factories.rate(assignment)

    leaving.stop(session=session, now=NOW)

    (remainder,) = remainders(session.study)
    assert original.pair_id in remainder.assignments.values_list("pair", flat=True)
    assert kinds_of(remainder)["repeat"] == 0


def test_decoys_alone_are_no_booklet() -> None:
    session = factories.make_rater(whole_study())
    for assignment in factories.assignments_of(session):
        if assignment.kind == "main":
            factories.rate(assignment)

    leaving.stop(session=session, now=NOW)

    assert remainders(session.study) == []


def skip(assignment: Assignment, reason: str = Skip.Reason.UPSETTING) -> None:
    Skip.objects.create(assignment=assignment, phase=MAIN, reason=reason, skipped_at=NOW)
    leaving.release(assignment=assignment, now=NOW)


def test_a_skipped_pair_begins_a_booklet_with_training_and_others_join_it() -> None:
    study = whole_study(repeats_percent=0)
    one, other = factories.make_rater(study), factories.make_rater(study)
    training, *own = factories.assignments_of(one)
    first, second = [a for a in own if a.kind == "main"][:2]
    same = next(a for a in factories.assignments_of(other) if a.pair_id == first.pair_id)

    for assignment in (first, second, same):
        skip(assignment)

    begun, another = remainders(study)
    assert as_drawn(contents(begun)) == as_drawn([training, first, second])
    assert as_drawn(contents(another))[1:] == as_drawn([same])
    assert [a.position for a in contents(begun)] == [1, 2, 3]
    first.refresh_from_db()
    assert first.released_at == NOW
    assert_planned_as_often_as_asked(study)


def test_releasing_twice_gives_back_once() -> None:
    study = whole_study(repeats_percent=0)
    first = next(a for a in factories.assignments_of(factories.make_rater(study)) if a.kind == "main")
    skip(first)

    leaving.release(assignment=first, now=NOW + timedelta(minutes=1))

    (begun,) = remainders(study)
    assert kinds_of(begun)["main"] == 1
    first.refresh_from_db()
    assert first.released_at == NOW


@pytest.mark.parametrize("kind", ["decoy", "repeat", "training"])
def test_nothing_but_main_pairs_goes_back(kind: str) -> None:
    study = whole_study()
    skipped = next(a for a in factories.assignments_of(factories.make_rater(study)) if a.kind == kind)

    skip(skipped)

    assert remainders(study) == []
    skipped.refresh_from_db()
    assert skipped.released_at == NOW


def test_a_skipped_pair_does_not_come_back_as_a_repeat() -> None:
    session = factories.make_rater(whole_study())
    (repeat,) = [a for a in factories.assignments_of(session) if a.kind == "repeat"]
    original = next(a for a in factories.assignments_of(session) if a.pair_id == repeat.pair_id)

    skip(original)

    assert Skip.objects.get(assignment=repeat).reason == "upsetting"
    assert repeat not in selectors.open_assignments(session, MAIN)


def test_a_claimed_remainder_takes_no_more_pairs() -> None:
    study = factories.open_study(factories.make_study(dialogues=8, pairs_per_rater=8))
    sessions = [factories.make_rater(study) for _ in range(4)]
    first, second = factories.assignments_of(sessions[0])[:2]
    skip(first)
    heir = factories.make_rater(study)

    skip(second)

    assert [a.pair_id for a in factories.assignments_of(heir)] == [first.pair_id]
    assert [kinds_of(booklet)["main"] for booklet in remainders(study)] == [1, 1]


def test_a_pooled_booklet_keeps_the_studys_limits() -> None:
    study = factories.open_study(
        factories.make_study(dialogues=4, ratings_per_pair=1, pairs_per_rater=4, max_pairs_per_dialogue=1)
    )
    sessions = [factories.make_rater(study) for _ in range(2)]
    for session in sessions:
        for assignment in factories.assignments_of(session):
            skip(assignment)

    assert [kinds_of(booklet)["main"] for booklet in remainders(study)] == [4, 4]
    for booklet in remainders(study):
        assert len({a.pair.dialogue_id for a in contents(booklet)}) == 4
    assert_planned_as_often_as_asked(study)


def test_all_of_a_returned_place_goes_back_once() -> None:
    session = factories.make_rater(whole_study())
    own = factories.assignments_of(session)
    for assignment in own:
        factories.rate(assignment)

    leaving.give_back_all(session=session, now=NOW + timedelta(hours=1))
    leaving.give_back_all(session=session, now=NOW + timedelta(hours=2))

    (remainder,) = remainders(session.study)
    assert as_drawn(contents(remainder)) == as_drawn(own)
    RatingSession.objects.filter(pk=session.pk).update(returned_at=NOW)
    progress = selectors.progress_of(session.study)
    assert (progress.planned, progress.rated, progress.surplus) == (24, 0, 0)
    assert selectors.realised_imbalance(session.study) == Imbalance(0, 0, 0)
    assert_planned_as_often_as_asked(session.study)


def test_what_was_given_back_before_is_not_given_back_again() -> None:
    session = factories.make_rater(whole_study())
    own = factories.assignments_of(session)
    for assignment in own[:6]:
        factories.rate(assignment)
    leaving.stop(session=session, now=NOW)

    leaving.give_back_all(session=session, now=NOW)

    assert [kinds_of(booklet)["training"] for booklet in remainders(session.study)] == [1, 1]
    assert sum(kinds_of(booklet)["main"] for booklet in remainders(session.study)) == 12
    assert_planned_as_often_as_asked(session.study)


def test_a_surplus_rating_leaves_the_realised_sides_alone() -> None:
    study = factories.open_study(factories.make_study())
    session = factories.make_rater(study)
    leaving.time_out(session=session, now=NOW)
    factories.rate(factories.assignments_of(session)[0])

    assert selectors.progress_of(study).surplus == 1
    assert selectors.realised_imbalance(study) == Imbalance(0, 0, 0)


def test_only_the_protocols_themes_are_taken_and_nothing_else_changes() -> None:
    study = themed_study(0)

    session = arriving.consent(session=arrive(study), now=NOW, opted_out=["everyday", "loss", "<b>"])

    assert session.opted_out == ["loss"]
    assert session.booklet.number == 1
    assert not Skip.objects.exists()


def test_who_opts_out_gets_the_booklet_with_least_of_it_and_the_rest_goes_back() -> None:
    study = themed_study(3, dialogues=6, ratings_per_pair=2, pairs_per_rater=4)
    hard = {
        booklet.pk: booklet.assignments.filter(pair__dialogue__external_id__in=("d1", "d2", "d3")).count()
        for booklet in Booklet.objects.order_by("number")
    }

    session = arriving.consent(session=arrive(study), now=NOW, opted_out=["loss"])

    least = min(hard.values())
    assert session.booklet.pk == next(pk for pk, count in hard.items() if count == least)
    skipped = Skip.objects.filter(assignment__booklet__session=session)
    assert list(skipped.values_list("phase", "reason")) == [("main", "theme")] * least
    open_ones = selectors.open_assignments(session, MAIN)
    assert {tag for a in open_ones for tag in a.pair.dialogue.tags} == {"everyday"}
    assert least > 0
    assert sum(kinds_of(booklet)["main"] for booklet in remainders(study)) == least
    assert_planned_as_often_as_asked(study)


def test_where_everything_is_on_the_theme_the_study_is_full_for_that_rater() -> None:
    study = themed_study(4)
    session = arrive(study)

    with pytest.raises(arriving.StudyFull):
        arriving.consent(session=session, now=NOW, opted_out=["loss"])

    session.refresh_from_db()
    assert (session.consented_at, session.opted_out) == (None, [])
    assert arriving.consent(session=session, now=NOW).booklet.number == 1


def test_a_bearable_booklet_is_found_however_far_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "LOOKED_AT", 1)
    study = factories.make_study(themes="loss", dialogues=4, ratings_per_pair=1, pairs_per_rater=1)
    Dialogue.objects.exclude(external_id="d3").update(tags=["loss"])
    factories.open_study(study)

    session = arriving.consent(session=arrive(study), now=NOW, opted_out=["loss"])

    assert {a.pair.dialogue.external_id for a in factories.assignments_of(session)} == {"d3"}


def test_training_repeats_and_decoys_on_a_theme_are_skipped_too() -> None:
    study = factories.make_study(
        themes="loss", dialogues=12, systems=("counsellor", "model-a"), pairs_per_rater=12, decoys_per_rater=3
    )
    factories.add_decoys(study, 6)
    Dialogue.objects.exclude(external_id="d1").update(tags=["loss"])
    factories.open_study(study)

    session = arriving.consent(session=arrive(study), now=NOW, opted_out=["loss"])

    own = factories.assignments_of(session)
    spared = [a for a in own if a.pair.dialogue.external_id == "d1"]
    assert list(selectors.open_assignments(session, MAIN)) == spared
    assert Skip.objects.count() == len(own) - len(spared)


@pytest.mark.parametrize("verb", ["opt_out", "skip"])
def test_three_pairs_go_back_for_the_queries_of_one(verb: str) -> None:
    counts = []
    for hard in (1, 3):
        study = themed_study(hard, slug=f"s{hard}", systems=("h", "m"), ratings_per_pair=1)
        session = arrive(study)
        if verb == "skip":
            arriving.consent(session=session, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            if verb == "skip":
                replanning.release(assignments=factories.assignments_of(session)[:hard], now=NOW)
            else:
                arriving.consent(session=session, now=NOW, opted_out=["loss"])
        counts.append(len(queries))
        assert [kinds_of(booklet)["main"] for booklet in remainders(study)] == [hard]

    assert counts[0] == counts[1]


def single_pairs(study: Study, *places: int) -> list[RatingSession]:
    """One rater for each place; each skips the pair there, with nowhere to put it but a new booklet."""
    raters = [factories.make_rater(study) for _ in places]
    for rater, place in zip(raters, places, strict=True):
        skipped = factories.assignments_of(rater)[place]
        given = replanning._begun(rater.booklet)
        replanning._append(given, [skipped])
        Assignment.objects.filter(pk=skipped.pk).update(released_at=NOW)
    return raters


def test_a_small_remainder_is_no_place_while_a_full_booklet_is_free() -> None:
    study = factories.open_study(factories.make_study())
    (skipper,) = single_pairs(study, 0)
    leaver = factories.make_rater(study)
    factories.rate(factories.assignments_of(leaver)[0])
    leaving.stop(session=leaver, now=NOW)

    claimed = [factories.make_rater(study).booklet for _ in range(4)]

    small, half = remainders(study)
    assert [booklet.number for booklet in claimed] == [3, 4, half.number, small.number]
    assert (small.remainder_of, half.remainder_of) == (skipper.booklet, leaver.booklet)
    with pytest.raises(arriving.StudyFull):
        factories.make_rater(study)


def test_small_remainders_are_merged_when_the_last_ones_are_claimed() -> None:
    study = factories.open_study(factories.make_study(training_pairs=0, dialogues=8, pairs_per_rater=8))
    raters = single_pairs(study, 0, 1, 2, 3)
    given = [factories.assignments_of(rater)[place] for place, rater in enumerate(raters)]
    first, *others = remainders(study)

    successor = factories.make_rater(study)

    own = factories.assignments_of(successor)
    assert successor.booklet == first
    assert own[0].pair_id == given[0].pair_id
    fitting = fitting_of(given)
    assert [(a.position, a.pair_id, a.order) for a in own] == [
        (place, a.pair_id, a.order) for place, a in enumerate(fitting, start=1)
    ]
    assert len(own) > 1
    assert remainders(study) == [
        first,
        *(b for b, a in zip(others, given[1:], strict=True) if a not in fitting),
    ]
    assert_planned_as_often_as_asked(study)


def fitting_of(given: list[Assignment]) -> list[Assignment]:
    """Those of different dialogues, the first of each."""
    fitting: dict[int, Assignment] = {}
    for one in given:
        fitting.setdefault(one.pair.dialogue_id, one)
    return list(fitting.values())


def test_merging_keeps_one_training_and_no_more_decoys_than_planned() -> None:
    study = whole_study()
    for _ in range(2):
        leaver = factories.make_rater(study)
        for one in factories.assignments_of(leaver):
            if one.kind in ("training", "main") and one.position <= 10:
                factories.rate(one)
        leaving.stop(session=leaver, now=NOW)
    counts = [kinds_of(booklet) for booklet in remainders(study)]
    assert all(count["main"] < 6 for count in counts)

    merged = factories.make_rater(study).booklet

    assert kinds_of(merged)["training"] == 1
    assert kinds_of(merged)["decoy"] == 2
    assert_planned_as_often_as_asked(study)


def test_what_is_on_a_theme_is_not_merged_for_somebody_who_opted_out_of_it() -> None:
    study = factories.make_study(themes="loss", dialogues=8, pairs_per_rater=8)
    factories.open_study(study)
    given = [factories.assignments_of(rater)[0] for rater in single_pairs(study, 0, 0, 0, 0)]
    first, *others = given
    hard = [a for a in others if a.pair.dialogue_id != first.pair.dialogue_id]
    Dialogue.objects.filter(pk__in=[a.pair.dialogue_id for a in hard]).update(tags=["loss"])
    assert len(hard) > 1

    session = arriving.consent(session=arrive(study), now=NOW, opted_out=["loss"])

    assert [a.pair_id for a in factories.assignments_of(session)] == [first.pair_id]
    assert not Skip.objects.exists()
