from __future__ import annotations

import random
from collections import Counter

import pytest

from studies import pairing
from studies.models import Generation, LLMCall, Pair, Provider, Response, Run, Study, System
from tests import factories

pytestmark = pytest.mark.django_db


def unpaired(*, dialogues: int = 3, systems: tuple[str, ...] = ("human", "m1", "m2")) -> Study:
    study = factories.make_study(dialogues=0)
    for number in range(dialogues):
        factories.add_dialogue(study, f"d{number}", systems=systems)
    return study


def make(study: Study, **design: object) -> pairing.Paired:
    return pairing.make_pairs(study=study, rng=random.Random(1), **design)  # type: ignore[arg-type]


def systems_of(study: Study) -> Counter[tuple[str, str]]:
    return Counter(
        Pair.objects.of(study).values_list("first__system__name", "second__system__name").iterator()
    )


def test_a_baseline_meets_every_other_system_and_is_stored_first() -> None:
    study = unpaired()

    assert make(study, baseline="m2") == pairing.Paired(new=6, known=0, dialogues=3)
    assert systems_of(study) == {("m2", "human"): 3, ("m2", "m1"): 3}


def test_all_against_all() -> None:
    study = unpaired()
    make(study)

    assert systems_of(study) == {("human", "m1"): 3, ("human", "m2"): 3, ("m1", "m2"): 3}


def test_a_sample_is_balanced_over_pairs_of_systems() -> None:
    study = unpaired(dialogues=9, systems=("a", "b", "c", "d"))
    make(study, sample=2)

    assert systems_of(study).total() == 18
    assert set(systems_of(study).values()) == {3}


def test_a_sample_follows_the_seed() -> None:
    keys = []
    for name in ("one", "two"):
        study = factories.make_study(name, dialogues=0)
        for number in range(5):
            factories.add_dialogue(study, f"d{number}", systems=("a", "b", "c"))
        make(study, sample=1)
        keys.append(sorted(Pair.objects.of(study).values_list("key", flat=True)))

    assert keys[0] == keys[1]


@pytest.mark.parametrize(("replicates", "pairs"), [("first", 1), ("random", 1), ("all", 3)])
def test_replicates_take_part_as_asked_and_never_meet_each_other(replicates: str, pairs: int) -> None:
    study = unpaired(dialogues=1, systems=("human", "m1"))
    first = Response.objects.get(system__name="human")
    for number in (2, 3):
        Response.objects.create(
            dialogue=first.dialogue,
            system=first.system,
            replicate=number,
            text=f"Another {number}",
            import_batch=first.import_batch,
        )

    make(study, replicates=replicates)

    assert systems_of(study) == {("human", "m1"): pairs}
    if replicates == "first":
        assert Pair.objects.get().first == first


def test_making_the_same_pairs_again_changes_nothing() -> None:
    study = unpaired()
    make(study, baseline="human")

    assert make(study, baseline="human") == pairing.Paired(new=0, known=6, dialogues=3)
    assert make(study) == pairing.Paired(new=3, known=6, dialogues=3)


def test_a_missing_reply_makes_no_pair() -> None:
    study = unpaired()
    Response.objects.filter(dialogue__external_id="d0", system__name="m1").delete()
    make(study, baseline="human")

    assert systems_of(study) == {("human", "m1"): 2, ("human", "m2"): 3}


def test_an_unknown_baseline_names_the_systems_there_are() -> None:
    with pytest.raises(pairing.PairingError, match="systems are: human, m1, m2"):
        make(unpaired(), baseline="gpt")


def test_nothing_to_pair_says_what_to_do() -> None:
    with pytest.raises(pairing.PairingError, match="import replies first"):
        make(factories.make_study(dialogues=0))


def test_a_frozen_study_keeps_its_pairs() -> None:
    study = factories.open_study(factories.make_study())

    with pytest.raises(pairing.PairingError, match="frozen"):
        make(study)


def test_a_pairs_key_is_the_same_on_every_database() -> None:
    study = unpaired(dialogues=1, systems=("human", "m1"))
    make(study)

    assert Pair.objects.get().key == "4b685ac1a061"
    assert System.objects.count() == 2


def test_pairs_can_be_taken_back_until_freezing() -> None:
    study = unpaired()
    make(study)
    assert pairing.remove_pairs(study=study) == 9
    assert not Pair.objects.exists()

    opened = factories.open_study(factories.make_study("opened"))
    with pytest.raises(pairing.PairingError, match="frozen"):
        pairing.remove_pairs(study=opened)


def test_a_sample_of_nothing_is_refused() -> None:
    with pytest.raises(pairing.PairingError, match="at least one pair"):
        make(unpaired(), sample=0)


def fetched(study: Study, outcome: str, dialogue: str) -> None:
    """Makes m2's reply to a dialogue one that was fetched and came to this outcome."""
    reply = Response.objects.get(system__name="m2", dialogue__external_id=dialogue)
    provider, _ = Provider.objects.get_or_create(name="p", api="scripted", for_trial=True)
    number = study.runs.count() + 1
    run = Run.objects.create(
        study=study,
        number=number,
        kind="generate",
        created_at=factories.NOW,
        design={},
        design_sha256="",
    )
    row = Generation.objects.create(
        run=run, provider=provider, dialogue=reply.dialogue, system=reply.system, not_before=factories.NOW
    )
    call = LLMCall.objects.create(
        run=run,
        generation=row,
        attempt=1,
        provider=provider,
        reserved_tokens=1,
        reserved_micros=0,
        queued_at=factories.NOW,
        started_at=factories.NOW,
    )
    done = {"status": "done", "outcome": outcome, "finished_at": factories.NOW}
    Generation.objects.filter(pk=row.pk).update(call=call, response=reply, **done)


def test_fetched_replies_that_are_none_take_part_only_where_they_are_asked_for() -> None:
    study = unpaired()
    for outcome, dialogue in (("ok", "d0"), ("truncated", "d1"), ("wrong_role", "d2")):
        fetched(study, outcome, dialogue)

    made = make(study, baseline="human")
    assert (made.new, made.left_out) == (4, {"truncated": 1, "wrong_role": 1})
    made = make(study, baseline="human", keep=["truncated"])
    assert (made.new, made.left_out) == (1, {"wrong_role": 1})
    made = make(study, baseline="human", keep=["truncated", "wrong_role"])
    assert (made.new, made.known, made.left_out) == (1, 5, {})
