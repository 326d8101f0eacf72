"""Setting texts out to be coded: which ones, in what order, and what adding to them leaves alone."""

from __future__ import annotations

from collections import Counter

import pytest

from raters import passages
from raters.models import RaterPassage, Rating, RatingSession
from raters.passages import CannotSetOut, PassageDesign, PassagesSetOut
from studies.coding.passages import spread
from studies.models import Judgment, Pair, Passage, Provider, Study
from tests import factories
from tests.coded_studies import EMPHASES, coded_study, emphasis_of, reasoned_study

pytestmark = pytest.mark.django_db
REASONS = PassageDesign(replies=False)
KEY_OF_A_REPLY = "ac9f65537d72"


@pytest.fixture
def study() -> Study:
    """Four dialogues, eight pairs, two raters' reasons on each, six judges."""
    return reasoned_study()


def counts(study: Study) -> Counter[tuple[str, str]]:
    return Counter(study.passages.values_list("source_kind", "variant"))


def test_all_reasons_and_replies_are_set_out(study: Study) -> None:
    assert passages.would_set_out(study=study, design=PassageDesign()) == PassagesSetOut(16, 48, 12, 0)
    assert not study.passages.exists()

    assert passages.set_out(study=study, design=PassageDesign()) == PassagesSetOut(16, 48, 12, 0)

    assert counts(study) == {
        ("rater", "main"): 16,
        ("judge", "rubric"): 24,
        ("judge", "no_rubric"): 24,
        ("system", ""): 12,
    }
    rows = list(study.passages.order_by("place"))
    assert [row.place for row in rows] == list(range(1, 77))
    assert len({row.key for row in rows}) == 76
    first = Counter(row.source_kind for row in rows[:25])
    assert len(first) == 3, "the draw mixes the kinds"
    assert RaterPassage.objects.count() == 16
    for link in RaterPassage.objects.select_related("passage", "rating__assignment__booklet__session"):
        assert link.rating is not None
        assert emphasis_of(link.passage.text) == emphasis_of(link.rating.reason)
        assert link.passage.source == link.rating.assignment.booklet.session.pseudonym  # type: ignore[union-attr]


def test_nothing_that_names_a_reply_is_left_in_a_reason(study: Study) -> None:
    passages.set_out(study=study, design=REASONS)
    slots = {
        slot for row in Judgment.objects.values_list("call__slot_first", "call__slot_second") for slot in row
    }

    for text in study.passages.values_list("text", flat=True):
        assert not any(slot in text for slot in slots if slot)
        assert text.count("[one reply]") == text.count("[the other reply]") == 1
        assert emphasis_of(text) in EMPHASES


def test_once_more_adds_what_is_new_and_leaves_the_rest(study: Study) -> None:
    passages.set_out(study=study, design=PassageDesign())
    before = list(study.passages.order_by("place").values())
    rating = Rating.objects.order_by("pk")[0]
    Rating.objects.filter(pk=rating.pk).update(reason="Corrected.")
    late = factories.make_study("late", dialogues=1)
    assert late.passages.count() == 0

    assert passages.set_out(study=study, design=PassageDesign()) == PassagesSetOut(0, 0, 0, 76)

    assert list(study.passages.order_by("place").values()) == before


def test_what_comes_later_gets_later_places(study: Study) -> None:
    passages.set_out(study=study, design=REASONS)
    told = passages.set_out(study=study, design=PassageDesign())

    assert told == PassagesSetOut(0, 0, 12, 64)
    assert set(study.passages.filter(kind="reply").values_list("place", flat=True)) == set(range(65, 77))


def test_of_a_judge_one_reason_a_pair_for_good(study: Study) -> None:
    orders = Counter(
        study.passages.filter(source_kind="judge").values_list("source", "pair")
        if passages.set_out(study=study, design=REASONS)
        else ()
    )
    assert set(orders.values()) == {1}
    drawn = Counter(study.passages.filter(source_kind="judge").values_list("order", flat=True))
    assert min(drawn.values()) > 10
    # The judgment whose reason was drawn is gone: the other order does not take its place beside it.
    passage = study.passages.filter(source_kind="judge").order_by("place")[0]
    Judgment.objects.filter(judge__name=passage.source, pair=passage.pair, order=passage.order).update(
        reason=""
    )

    assert passages.set_out(study=study, design=REASONS).new == 0


def test_pairs_are_drawn_so_that_dialogues_spread(study: Study) -> None:
    passages.set_out(study=study, design=PassageDesign(replies=False, pairs=4))
    drawn = set(study.passages.values_list("pair", flat=True))

    assert len(drawn) == 4
    assert Pair.objects.filter(pk__in=drawn).values("dialogue").distinct().count() == 4
    assert passages.set_out(study=study, design=PassageDesign(replies=False, pairs=4)).new == 0
    passages.set_out(study=study, design=PassageDesign(replies=False, pairs=6))
    more = set(study.passages.values_list("pair", flat=True))
    assert drawn < more
    assert len(more) == 6


def test_reasons_a_pair_can_be_limited(study: Study) -> None:
    told = passages.set_out(study=study, design=PassageDesign(replies=False, per_pair=1))

    assert (told.raters, told.judges) == (8, 16)
    assert set(Counter(study.passages.values_list("pair", "source_kind", "variant")).values()) == {1}


def test_replies_to_some_dialogues(study: Study) -> None:
    told = passages.set_out(study=study, design=PassageDesign(reasons=False, dialogues=2))

    assert told == PassagesSetOut(0, 0, 6, 0)
    assert study.passages.values("dialogue").distinct().count() == 2
    assert set(study.passages.values_list("source", flat=True)) == set(factories.SYSTEMS)


def test_slices_have_their_share_of_the_drawn_dialogues() -> None:
    tags = {f"d{number}": ("hard",) if number < 10 else ("plain",) for number in range(40)}

    order = spread(tags, seed=1)

    for taken in (4, 8, 20):
        hard = sum(tags[name] == ("hard",) for name in order[:taken])
        assert abs(hard - taken / 4) <= 1


def test_what_the_analysis_leaves_out_is_not_coded(study: Study) -> None:
    returned, pilot, *_ = RatingSession.objects.order_by("pk")
    RatingSession.objects.filter(pk=returned.pk).update(returned_at=factories.NOW)
    RatingSession.objects.filter(pk=pilot.pk).update(is_pilot=True)

    assert passages.set_out(study=study, design=REASONS).raters == 8


def test_decoys_repeats_and_blank_reasons_are_not_coded() -> None:
    study = factories.make_study(decoys_per_rater=1)
    factories.add_decoys(study)
    factories.open_study(study)
    session = factories.make_rater(study)
    for assignment in factories.assignments_of(session):
        factories.rate(assignment, reason="  " if assignment.position == 1 else "B listens.")
    main = [row for row in factories.assignments_of(session) if row.kind == "main"]
    blank = main[0].position == 1

    told = passages.set_out(study=study, design=PassageDesign())

    assert told.raters == len(main) - blank
    assert set(study.passages.filter(kind="reply").values_list("source", flat=True)) == set(factories.SYSTEMS)


@pytest.mark.parametrize("may_leave", [True, False])
def test_raters_words_may_leave_where_their_protocol_says_so(may_leave: bool) -> None:
    study = coded_study(words_may_leave=may_leave, dialogues=2)
    # What the study says by now is not what they agreed to.
    Study.objects.filter(pk=study.pk).update(words_may_leave=not may_leave)

    leaving = {kind: set(study.passages.filter(source_kind=kind).values_list("may_leave", flat=True))
               for kind in ("rater", "judge", "system")}  # fmt: skip
    assert leaving == {"rater": {may_leave}, "judge": {True}, "system": {True}}


def test_replies_are_read_without_the_typography_that_tells_a_model() -> None:
    study = factories.make_study(dialogues=0)
    factories.add_dialogue(study, "d1", texts={"model-a": "**Hi** \u2014 reply A is \u201cyou\u201d."})
    factories.pair_up(study)
    factories.open_study(study)

    passages.set_out(study=study, design=PassageDesign(reasons=False))

    assert study.passages.get(source="model-a").text == 'Hi - reply A is "you".'


def test_keys_of_machines_are_the_same_on_every_database(study: Study) -> None:
    passages.set_out(study=study, design=PassageDesign())

    assert study.passages.get(source="model-a", dialogue__external_id="d1").key == KEY_OF_A_REPLY


def test_judges_for_trial_are_set_out_too(study: Study) -> None:
    Provider.objects.update(for_trial=True)

    assert passages.set_out(study=study, design=REASONS).judges == 48


@pytest.mark.parametrize(
    ("design", "told"),
    [
        (PassageDesign(reasons=False, replies=False), "choose reasons, replies or both"),
        (PassageDesign(pairs=0), "a limit is at least 1"),
        (REASONS, "there is no text to set out"),
    ],
)
def test_what_cannot_be_set_out_says_why(design: PassageDesign, told: str) -> None:
    study = factories.make_study(dialogues=1)
    with pytest.raises(CannotSetOut, match="not frozen"):
        passages.set_out(study=study, design=PassageDesign())
    factories.open_study(study)

    with pytest.raises(CannotSetOut, match=told):
        passages.set_out(study=study, design=design)
    assert not Passage.objects.exists()
