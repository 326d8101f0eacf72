"""Training pairs in the database."""

from __future__ import annotations

import random

import pytest

from studies import pairing
from studies.judging.broken_pairs import Made
from studies.judging.decoys import SEEKER_VOICES
from studies.models import Pair, Response, Study, System
from studies.training_pairs import (
    CannotChangeFeedback,
    CannotMakeTraining,
    make_training,
    set_feedback,
)
from tests import factories

pytestmark = pytest.mark.django_db


def make(study: Study, count: int) -> Made:
    return make_training(study=study, count=count, rng=random.Random(1))


def training_of(study: Study) -> list[Pair]:
    rows = Pair.objects.of(study).training().select_related("dialogue", "first__system", "second__system")
    return list(rows.order_by("pk"))


def test_a_genuine_reply_stands_beside_one_that_a_person_sees_is_wrong() -> None:
    study = factories.make_study()

    assert make(study, 3) == Made(new=3, known=0)

    off_topic, role_swapped, third = training_of(study)
    assert {(pair.kind, pair.expected) for pair in training_of(study)} == {("training", -1)}
    assert {pair.first.system.name for pair in training_of(study)} == {"counsellor"}
    elsewhere = Response.objects.exclude(dialogue=off_topic.dialogue).genuine()
    assert off_topic.second.text in elsewhere.values_list("text", flat=True)
    assert role_swapped.second.text in SEEKER_VOICES
    assert [pair.second.system.name for pair in training_of(study)] == [
        "training: off topic",
        "training: role swapped",
        "training: off topic",
    ]
    assert third.second.system.kind == "decoy"


def test_the_feedback_says_what_was_wrong_and_names_no_letter() -> None:
    study = factories.make_study()
    make(study, 2)

    off_topic, role_swapped = (pair.feedback for pair in training_of(study))
    assert off_topic.startswith("One of the two replies answers another conversation")
    assert role_swapped.startswith("One of the two replies speaks as if the supporter were the one")
    assert not {"A", "B"} & set(f"{off_topic} {role_swapped}".replace(".", " ").split())


def test_dialogues_that_nobody_rates_come_first() -> None:
    study = factories.make_study(dialogues=3)
    for name in ("x1", "x2"):
        factories.add_dialogue(study, name)

    make(study, 4)
    assert {pair.dialogue.external_id for pair in training_of(study)} == {"x1", "x2"}
    make(study, 5)
    assert training_of(study)[4].dialogue.external_id in {"d1", "d2", "d3"}


def test_the_count_is_the_studys_and_decoys_are_none_of_them() -> None:
    study = factories.make_study()
    factories.add_decoys(study, 6)

    assert make(study, 2) == Made(new=2, known=0)
    assert make(study, 2) == make(study, 1) == Made(new=0, known=2)
    assert make(study, 3) == Made(new=1, known=2)
    assert Pair.objects.decoys().count() == 6
    assert Pair.objects.decoys_for_raters().count() == 4


def test_training_replies_are_never_paired_and_go_with_the_pairs() -> None:
    study = factories.make_study(dialogues=2)
    make(study, 2)

    factories.pair_up(study)

    assert not Pair.objects.main().filter(second__system__kind="decoy").exists()
    assert pairing.remove_pairs(study=study) == 6 + 2
    assert Response.objects.count() == 6
    assert set(System.objects.values_list("kind", flat=True)) == {"human", "llm"}


@pytest.mark.parametrize(("count", "why"), [(0, "at least one training pair"), (9, "ask for 8 at most")])
def test_what_cannot_be_made_is_said(count: int, why: str) -> None:
    with pytest.raises(CannotMakeTraining, match=why):
        make(factories.make_study(), count)


def test_without_another_dialogue_nothing_is_off_topic() -> None:
    with pytest.raises(CannotMakeTraining, match="taken from another dialogue"):
        make(factories.make_study(dialogues=1), 1)


def test_a_frozen_study_takes_no_training_and_keeps_its_feedback() -> None:
    study = factories.make_study()
    make(study, 1)
    (pair,) = training_of(study)
    assert set_feedback(pair=pair, feedback="Read again.").feedback == "Read again."
    factories.open_study(study)

    with pytest.raises(CannotMakeTraining, match="the study is frozen"):
        make(study, 2)
    with pytest.raises(CannotChangeFeedback, match="the study is frozen"):
        set_feedback(pair=pair, feedback="Too late.")


def test_only_training_pairs_have_feedback() -> None:
    factories.make_study()
    pair = Pair.objects.main().first()
    assert pair is not None

    with pytest.raises(CannotChangeFeedback, match="only training pairs"):
        set_feedback(pair=pair, feedback="Well done.")
