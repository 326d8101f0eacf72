from __future__ import annotations

import pytest

from studies.judging.schema import SlotIds, Variant, layout_for
from studies.protocol import Answer
from tests.studies.judging.material import RUBRIC, protocol

SLOTS = SlotIds("R7", "K2")


@pytest.mark.parametrize(
    ("scale", "verdicts"),
    [
        (2, {"R7_better": -1, "K2_better": 1}),
        (3, {"R7_better": -1, "no_difference": 0, "K2_better": 1}),
        (
            4,
            {
                "R7_much_better": -2,
                "R7_a_little_better": -1,
                "K2_a_little_better": 1,
                "K2_much_better": 2,
            },
        ),
        (
            5,
            {
                "R7_much_better": -2,
                "R7_a_little_better": -1,
                "no_difference": 0,
                "K2_a_little_better": 1,
                "K2_much_better": 2,
            },
        ),
    ],
)
def test_the_verdicts_are_exactly_the_studys_answers(scale: int, verdicts: dict[str, int]) -> None:
    layout = layout_for(protocol(scale), variant="rubric", slots=SLOTS)

    assert dict(layout.verdicts) == verdicts
    assert layout.schema["properties"]["q1"]["properties"]["verdict"] == {
        "type": "string",
        "enum": list(verdicts),
    }


def test_the_rubric_schema_asks_for_evidence_first_and_the_overall_verdict_last() -> None:
    layout = layout_for(protocol(3), variant="rubric", slots=SLOTS)
    answer = {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": ["R7_better", "no_difference", "K2_better"]},
        },
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }
    assert layout.schema == {
        "type": "object",
        "properties": {
            "evidence": {
                "type": "object",
                "properties": {"R7": {"type": "string"}, "K2": {"type": "string"}},
                "required": ["R7", "K2"],
                "additionalProperties": False,
            },
            "q1": answer,
            "q2": answer,
            "overall": answer,
        },
        "required": ["evidence", "q1", "q2", "overall"],
        "additionalProperties": False,
    }
    assert list(layout.schema["properties"]) == ["evidence", "q1", "q2", "overall"]
    assert list(layout.schema["properties"]["q1"]["properties"]) == ["reason", "verdict"]
    assert [question.asked.key for question in layout.questions] == [
        "human_alignment",
        "attunement",
        "overall",
    ]


def test_without_a_rubric_only_the_reason_and_the_overall_verdict_are_asked() -> None:
    layout = layout_for(protocol(2), variant="no_rubric", slots=SLOTS)

    assert layout.schema["required"] == ["overall"]
    assert layout.schema["properties"]["overall"]["required"] == ["reason", "verdict"]


@pytest.mark.parametrize("variant", ["rubric", "no_rubric"])
def test_texts_are_bounded_only_when_asked_for(variant: Variant) -> None:
    free = layout_for(protocol(), variant=variant, slots=SLOTS)
    bounded = layout_for(protocol(), variant=variant, slots=SLOTS, longest_text=200)

    reason = bounded.schema["properties"]["overall"]["properties"]["reason"]
    assert reason == {"type": "string", "maxLength": 200}
    assert free.schema["properties"]["overall"]["properties"]["reason"] == {"type": "string"}
    assert bounded.schema_sha256 != free.schema_sha256


def test_the_hash_is_of_the_schema_in_its_order() -> None:
    one = layout_for(protocol(), variant="rubric", slots=SLOTS)
    same = layout_for(protocol(), variant="rubric", slots=SlotIds("R7", "K2"))
    turned = layout_for(protocol(), variant="rubric", slots=SlotIds("K2", "R7"))

    assert one.schema_sha256 == same.schema_sha256
    assert one.schema_sha256 != turned.schema_sha256


def test_a_rubric_without_an_overall_question_is_refused() -> None:
    with pytest.raises(ValueError, match="no dimension with the key 'overall'"):
        layout_for(protocol(rubric=RUBRIC[1:]), variant="rubric", slots=SLOTS)


def test_an_answer_without_wording_is_refused() -> None:
    document = protocol()
    wider = type(document)(
        **{
            **{field: getattr(document, field) for field in document.__slots__},
            "answers": (Answer(-3, "A by far"), *document.answers),
        }
    )
    with pytest.raises(ValueError, match="no wording for the answer value -3"):
        layout_for(wider, variant="rubric", slots=SLOTS)
