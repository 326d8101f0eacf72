"""Decoy pairs in the database."""

from __future__ import annotations

import hashlib
import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies import pairing
from studies.judging.broken_pairs import Made
from studies.judging.decoy_pairs import CannotMakeDecoys, make_decoys
from studies.judging.decoys import INJECTIONS, SEEKER_VOICES
from studies.models import Pair, Response, Study, System
from tests import factories

pytestmark = pytest.mark.django_db

NAMES = ("decoy: off topic", "decoy: role swapped", "decoy: injected")


def make(study: Study, count: int, seed: int = 1) -> Made:
    return make_decoys(study=study, count=count, rng=random.Random(seed))


def decoys_of(study: Study) -> list[Pair]:
    rows = Pair.objects.of(study).decoys().select_related("dialogue", "first__system", "second__system")
    return list(rows.order_by("pk"))


def plan_of(study: Study) -> list[tuple[str, str, str, str]]:
    return [
        (pair.dialogue.external_id, pair.key, pair.first.system.name, pair.second.text)
        for pair in decoys_of(study)
    ]


def test_a_genuine_reply_stands_first_and_must_win() -> None:
    study = factories.make_study()

    assert make(study, 7) == Made(new=7, known=0)

    pairs = decoys_of(study)
    assert {(pair.kind, pair.expected) for pair in pairs} == {("decoy", -1)}
    assert {pair.first.system.name for pair in pairs} == {"counsellor"}
    assert [pair.second.system.name for pair in pairs] == [*NAMES, *NAMES, NAMES[0]]
    assert {(pair.second.system.kind, pair.second.import_batch) for pair in pairs} == {("decoy", None)}
    assert all(pair.first.dialogue_id == pair.second.dialogue_id == pair.dialogue_id for pair in pairs)


def test_each_kind_is_broken_in_its_way() -> None:
    study = factories.make_study()
    make(study, 3)

    off_topic, role_swapped, injected = decoys_of(study)
    elsewhere = Response.objects.exclude(dialogue=off_topic.dialogue).genuine()
    assert off_topic.second.text in elsewhere.values_list("text", flat=True)
    assert role_swapped.second.text in SEEKER_VOICES
    assert injected.second.text in [f"{injected.first.text} {order}" for order in INJECTIONS]


def test_no_dialogue_has_two_before_each_has_one_and_none_has_two_of_a_kind() -> None:
    study = factories.make_study(dialogues=4)
    make(study, 4)
    assert Counter(pair.dialogue_id for pair in decoys_of(study)).most_common(1)[0][1] == 1

    make(study, 12)
    assert len({(pair.dialogue_id, pair.second.system_id) for pair in decoys_of(study)}) == 12


def test_the_count_is_the_studys_and_not_the_calls() -> None:
    study = factories.make_study(dialogues=12)

    assert make(study, 20) == Made(new=20, known=0)
    assert make(study, 20) == make(study, 5) == Made(new=0, known=20)
    assert make(study, 30, seed=2) == Made(new=10, known=20)
    kinds = Counter(pair.second.system.name for pair in decoys_of(study))
    assert kinds == dict.fromkeys(NAMES, 10)


def test_more_than_the_dialogues_can_take_is_refused_whole() -> None:
    study = factories.make_study(dialogues=2)

    with pytest.raises(CannotMakeDecoys, match="ask for 6 at most, or import replies first"):
        make(study, 7)
    assert decoys_of(study) == []
    assert make(study, 6).new == 6


def test_replies_of_main_pairs_come_first_and_peoples_among_them() -> None:
    study = factories.make_study(dialogues=0)
    for name in ("d1", "d2", "d3"):
        factories.add_dialogue(study, name, systems=("person", "a-model", "b-model"))
    Response.objects.filter(dialogue__external_id="d1", system__name="person").delete()
    pairing.make_pairs(study=study, rng=random.Random(1), baseline="person")
    Pair.objects.filter(dialogue__external_id="d3").delete()
    factories.pair_up(study)
    Pair.objects.exclude(dialogue__external_id__in=("d1", "d2")).delete()

    make(study, 3)
    assert {(row[0], row[2]) for row in plan_of(study)} == {("d1", "a-model"), ("d2", "person")}
    make(study, 9)
    assert ("d3", "person") in {(row[0], row[2]) for row in plan_of(study)}


def test_a_draw_follows_the_seed_on_every_database() -> None:
    one, two = factories.make_study("one", dialogues=9), factories.make_study("two", dialogues=9)
    make(one, 9, seed=5)
    make(two, 9, seed=5)

    assert plan_of(one) == plan_of(two)
    assert hashlib.sha256(repr(plan_of(one)).encode()).hexdigest()[:16] == "6adaca343af86c13"


def test_an_off_topic_reply_is_never_the_genuine_text() -> None:
    study = factories.make_study(dialogues=2)
    Response.objects.update(text="I am here.")

    with pytest.raises(CannotMakeDecoys, match="an off-topic reply is taken from another dialogue"):
        make(study, 1)


@pytest.mark.parametrize(("count", "why"), [(0, "at least one"), (1, "import replies first")])
def test_what_cannot_be_made_is_said(count: int, why: str) -> None:
    with pytest.raises(CannotMakeDecoys, match=why):
        make(factories.make_study(dialogues=0), count)


def test_a_frozen_study_takes_no_decoys() -> None:
    with pytest.raises(CannotMakeDecoys, match="the study is frozen"):
        make(factories.open_study(factories.make_study()), 3)


def test_a_systems_name_that_is_taken_is_said() -> None:
    study = factories.make_study()
    System.objects.filter(name="model-a").update(name="decoy: injected")

    with pytest.raises(CannotMakeDecoys, match="'decoy: injected' is taken"):
        make(study, 3)


def test_decoys_are_never_paired_with_anything_else() -> None:
    study = factories.make_study(dialogues=3)
    make(study, 9)
    before = Pair.objects.main().count()

    factories.pair_up(study)

    assert Pair.objects.main().count() == before + 3
    assert not Pair.objects.main().filter(second__system__kind="decoy").exists()
    assert not Pair.objects.filter(first__system__kind="decoy").exists()
    with pytest.raises(pairing.PairingError, match="systems are: counsellor, model-a, model-b"):
        pairing.make_pairs(study=study, rng=random.Random(1), baseline=NAMES[0])


def test_removing_the_pairs_removes_the_decoys_replies_too() -> None:
    study = factories.make_study(dialogues=2)
    make(study, 6)

    assert pairing.remove_pairs(study=study) == 4 + 6
    assert Response.objects.count() == 6
    assert set(System.objects.values_list("kind", flat=True)) == {"human", "llm"}


def test_a_study_with_decoys_can_be_deleted_whole() -> None:
    study = factories.make_study()
    make(study, 3)
    study.delete()

    assert not Response.objects.exists()


def test_many_decoys_cost_the_queries_of_few() -> None:
    counts = []
    for slug, count in (("few", 3), ("many", 30)):
        study = factories.make_study(slug, dialogues=10)
        with CaptureQueriesContext(connection) as queries:
            make(study, count)
        counts.append(len(queries))

    assert counts[0] == counts[1]
