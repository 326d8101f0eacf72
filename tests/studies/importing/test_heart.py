"""The released HEART shapes."""

import json
from typing import Any

import pytest

from studies.importing.records import ReplyRecord
from studies.importing.roles import NO_SPEAKERS
from tests.studies.importing.material import bad, good

HISTORY = ["hello there", "hi, I failed my exam", "oh no"]
LISTED = {
    "dialogue_history": HISTORY,
    "prev_speakers": ["supporter", "seeker", "supporter"],
    "emotion_type": "sadness",
    "problem_type": "academic pressure",
    "situation": "I failed.",
    "turn": 3,
    "vanilla_completion": "Do you want to talk?",
}
ADVERSARIAL = {**LISTED, "prev_speakers": None, "situation": None, "vanilla_completion": None}


def array(*items: Any) -> str:
    return json.dumps(list(items), indent=1)


def test_a_listed_dialogue() -> None:
    (record,) = good("heart", array(LISTED))
    assert [turn.speaker for turn in record.turns] == ["supporter", "seeker", "supporter"]
    assert record.external_id == "3d2c3b0cf0ce7e86"  # of the turns as compact JSON
    assert record.tags == ("regular",)
    assert record.replies == (ReplyRecord("vanilla_completion", 1, "Do you want to talk?", "", "human"),)
    assert record.meta == {
        "emotion_type": "sadness",
        "problem_type": "academic pressure",
        "situation": "I failed.",
        "turn": 3,
    }


def test_the_wide_file_has_one_key_per_system() -> None:
    wide = {
        **LISTED,
        "source": "adversarial_rating3",
        "rating_user": "user1",
        "chosen_likert": 3,
        "comparison_ids": ["ADV_a_vs_b"],
        "pair_id": "p1",
        "human_completion_1": "One.",
        "human_completion_5": "Five.",
        "405b_completion": "Model.",
        "gpt5": None,
    }
    (record,) = good("heart", array(wide))
    assert [(reply.system, reply.replicate, reply.kind) for reply in record.replies] == [
        ("vanilla_completion", 1, "human"),
        ("human_completion", 1, "human"),
        ("human_completion", 5, "human"),
        ("405b_completion", 1, "llm"),
    ]
    assert record.tags == ("adversarial",)
    assert record.meta["comparison_ids"] == ["ADV_a_vs_b"]


def test_one_dialogue_has_one_id_in_both_files_and_whoever_is_said_to_begin() -> None:
    wide = {**ADVERSARIAL, "source": "adversarial_rating3", "gpt5": "Hm."}
    del wide["prev_speakers"]
    ids = {
        good("heart", array(item), first_speaker=first)[0].external_id
        for item in (ADVERSARIAL, wide)
        for first in ("seeker", "supporter")
    }
    assert len(ids) == 1
    assert good("heart", array(LISTED))[0].external_id not in ids


def test_merging_does_not_change_the_id() -> None:
    item = {**LISTED, "prev_speakers": ["seeker", "seeker", "supporter"]}
    apart, joined = (good("heart", array(item), merge_turns=merge)[0] for merge in (False, True))
    assert apart.external_id == joined.external_id
    assert (len(apart.turns), len(joined.turns)) == (3, 2)


def test_dialogues_without_speakers_are_refused_each() -> None:
    records = bad("heart", array(LISTED, ADVERSARIAL, ADVERSARIAL))
    assert [(record.where, record.why) for record in records] == [
        ("item 2 (line 19)", NO_SPEAKERS),
        ("item 3 (line 32)", NO_SPEAKERS),
    ]


@pytest.mark.parametrize(
    ("item", "tag"),
    [
        (ADVERSARIAL, "adversarial"),
        ({**ADVERSARIAL, "source": "regular_x"}, "regular"),
        ({**ADVERSARIAL, "situation": "x"}, "regular"),
        ({"dialogue_history": HISTORY}, "regular"),
    ],
)
def test_the_subset_is_told_by_source_or_by_the_lists_own_shape(item: dict[str, Any], tag: str) -> None:
    assert good("heart", array(item), first_speaker="supporter")[0].tags == (tag,)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"dialogue_history": "hi"}, "dialogue_history must be a list of at least one text"),
        ({"dialogue_history": ["a", 1, "b"]}, "a turn of dialogue_history must be text, not a number"),
        ({"prev_speakers": ["seeker"]}, "prev_speakers names 1 speakers for 3 turns"),
        ({"prev_speakers": "seeker"}, "prev_speakers must be a list or null, not text"),
        ({"score": 4}, "the unknown key 'score' holds a number, which is no reply"),
        ({"extra": {"a": 1}}, "the unknown key 'extra' holds an object, which is no reply"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], why: str) -> None:
    assert [record.why for record in bad("heart", array({**LISTED, **changes}))] == [why]
