"""ESConv and its variants."""

import json
from typing import Any

import pytest

from tests.studies.importing.material import bad, good

CHAT = [
    ("seeker", "Hi\n"),
    ("supporter", "Hello\n"),
    ("seeker", "I lost my job."),
    ("seeker", "Yesterday."),
    ("supporter", "Oh no.\n"),
    ("supporter", "What happened?"),
    ("seeker", "Bye"),
]


def conversation(chat: list[tuple[str, str]] = CHAT, key: str = "content", **more: Any) -> dict[str, Any]:
    return {"emotion_type": "fear", "dialog": [{"speaker": s, key: t} for s, t in chat], **more}


def test_the_last_supporter_turn_after_a_seeker_turn_is_the_reply() -> None:
    (record,) = good("esconv", json.dumps([conversation(survey_score={"seeker": {"empathy": "4"}})]))
    assert [turn.text for turn in record.turns] == ["Hi", "Hello", "I lost my job.", "Yesterday."]
    (reply,) = record.replies
    assert (reply.system, reply.kind, reply.text) == ("human", "human", "Oh no.")
    assert (record.merged, record.dropped) == (0, 2)
    assert record.meta == {"emotion_type": "fear", "survey_score": {"seeker": {"empathy": "4"}}}


def test_merging_joins_the_reply_too_and_keeps_the_id() -> None:
    (apart,) = good("esconv", json.dumps([conversation()]))
    (joined,) = good("esconv", json.dumps([conversation()]), merge_turns=True)
    assert joined.turns[-1].text == "I lost my job.\nYesterday."
    assert joined.replies[0].text == "Oh no.\nWhat happened?"
    assert joined.external_id == apart.external_id
    assert (joined.merged, joined.dropped) == (2, 1)


def test_another_cut_is_another_dialogue() -> None:
    (first,) = good("esconv", json.dumps([conversation()]), cut=1)
    (second,) = good("esconv", json.dumps([conversation()]), cut=2)
    assert (first.replies[0].text, second.replies[0].text) == ("Hello", "Oh no.")
    assert first.external_id != second.external_id
    assert bad("esconv", json.dumps([conversation()]), cut=3)[0].why == (
        "--cut 3: fewer supporter turns than that follow a seeker turn"
    )


def test_the_speaker_and_listener_variant() -> None:
    chat = [("speaker", "Hi"), ("listener", "Hello"), ("speaker", "Hm"), ("listener", "Yes?")]
    (record,) = good("esconv", json.dumps([conversation(chat, survey_score={})]))
    assert record.aliases == (("speaker → seeker", 2), ("listener → supporter", 2))
    assert record.replies[0].text == "Yes?"


def test_the_lines_variant_with_usr_and_sys() -> None:
    chat = [("usr", "Hi"), ("sys", "Hello")]
    content = "\n" + json.dumps(conversation(chat, "text")) + "\n" + json.dumps(conversation(chat, "text"))
    first, second = good("esconv", content)
    assert (first.where, second.where) == ("line 2", "line 3")
    assert first.external_id == second.external_id


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ({"dialog": []}, "dialog must be a list of at least one turn"),
        ({"dialog": ["Hi"]}, "a turn must be an object, not text"),
        (conversation([("seeker", "Hi")]), "no supporter turn follows a seeker turn"),
        (conversation([("supporter", "Hi"), ("seeker", "Yo")]), "no supporter turn follows a seeker turn"),
        (conversation([("A", "Hi"), ("B", "Yo")]), "unknown speaker 'A'"),
        ({"dialog": [{"speaker": "usr"}]}, "a turn's content must be text, not null"),
    ],
)
def test_what_is_wrong_is_named(item: dict[str, Any], why: str) -> None:
    assert [record.why for record in bad("esconv", json.dumps([item]))] == [why]
