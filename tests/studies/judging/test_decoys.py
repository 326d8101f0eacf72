from __future__ import annotations

import random

import pytest

from studies.comparison import ShownTurn
from studies.generation.checks import Flag, flags_of
from studies.generation.prompts import LengthPolicy
from studies.judging import decoys
from studies.judging.decoys import Decoy, DecoyKind, NoDecoy, injected, off_topic, role_swapped

TURNS = (
    ShownTurn("supporter", "Hello."),
    ShownTurn("seeker", "My exam is tomorrow and I forgot everything about anatomy."),
)
ELSEWHERE = [
    "An exam about anatomy is a lot, tomorrow or not.",
    "The new kitchen can wait. Have you told your wife about the factory?",
    "You forgot nothing about anatomy.",
]


def test_an_off_topic_reply_shares_least_with_the_dialogue() -> None:
    assert off_topic(TURNS, ELSEWHERE, rng=random.Random(1)) == Decoy(DecoyKind.OFF_TOPIC, ELSEWHERE[1], -1)


def test_a_text_without_words_is_not_off_topic() -> None:
    assert off_topic(TURNS, ["...", "My exam went well"], rng=random.Random(1)).text == "My exam went well"


def test_there_is_no_off_topic_reply_without_other_dialogues() -> None:
    with pytest.raises(NoDecoy, match="taken from another dialogue"):
        off_topic(TURNS, [], rng=random.Random(1))


@pytest.mark.parametrize("text", decoys.SEEKER_VOICES)
def test_each_role_swapped_text_is_heard_as_the_seekers(text: str) -> None:
    assert flags_of(text, policy=LengthPolicy(), turns=TURNS) == {Flag.WRONG_ROLE}


def test_every_template_is_drawn() -> None:
    swapped = {role_swapped(rng=random.Random(seed)) for seed in range(60)}
    ordered = {injected("Well. \n", rng=random.Random(seed)) for seed in range(60)}

    assert swapped == {Decoy(DecoyKind.ROLE_SWAPPED, text, -1) for text in decoys.SEEKER_VOICES}
    assert ordered == {Decoy(DecoyKind.INJECTED, f"Well. {text}", -1) for text in decoys.INJECTIONS}
