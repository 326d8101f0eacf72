from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.calling.strict_json import Kind, Unparseable
from studies.judging.parsing import Parsed, parse
from studies.judging.schema import Variant
from tests.studies.judging.material import asked

pytestmark = pytest.mark.no_database

PROMPT = asked()
ONE, TWO = PROMPT.slots.first, PROMPT.slots.second


def answer(**changes: Any) -> dict[str, Any]:
    """A whole answer; a change of None leaves the key out."""
    whole = {
        "evidence": {ONE: "asks for his name", TWO: "sends her to bed"},
        "q1": {"reason": "It sounds like a friend.", "verdict": f"{ONE}_a_little_better"},
        "q2": {"reason": "Both are short.", "verdict": "no_difference"},
        "overall": {"reason": "It stays with the dog.", "verdict": f"{ONE}_much_better"},
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def read(value: object) -> Parsed:
    return parse(json.dumps(value), prompt=PROMPT)


def refused(text: str) -> Unparseable:
    with pytest.raises(Unparseable) as caught:
        parse(text, prompt=PROMPT)
    return caught.value


def test_a_whole_answer() -> None:
    assert read(answer()) == Parsed(
        values={"human_alignment": -1, "attunement": 0, "overall": -2},
        reason="It stays with the dog.",
        reasons={
            "human_alignment": "It sounds like a friend.",
            "attunement": "Both are short.",
            "overall": "It stays with the dog.",
        },
        evidence=("asks for his name", "sends her to bed"),
        fenced=False,
    )


@pytest.mark.parametrize(("scale", "values"), [(2, [-1, 1]), (3, [-1, 0, 1]), (4, [-2, -1, 1, 2])])
@pytest.mark.parametrize("variant", ["rubric", "no_rubric"])
def test_every_verdict_offered_is_read_as_its_value(scale: int, values: list[int], variant: Variant) -> None:
    prompt = asked(variant, scale=scale)
    got = []
    for verdict in prompt.layout.verdicts:
        whole: dict[str, Any] = {
            question.field: {"reason": "so", "verdict": verdict} for question in prompt.layout.questions
        }
        if variant == "rubric":
            whole["evidence"] = {ONE: "", TWO: ""}
        parsed = parse(json.dumps(whole), prompt=prompt)
        assert len(set(parsed.values.values())) == 1
        got.append(parsed.values["overall"])

    assert got == values


@pytest.mark.parametrize(
    "frame", ["```json\n%s\n```", "```\n%s\n```", " ```JSON\n%s```\n", "\ufeff%s", "\n %s \n"]
)
def test_a_fence_is_taken_off_and_noted(frame: str) -> None:
    parsed = parse(frame % json.dumps(answer(), indent=1), prompt=PROMPT)

    assert parsed.values["overall"] == -2
    assert parsed.fenced is ("```" in frame)


def test_a_fence_inside_a_reason_is_text() -> None:
    told = answer(overall={"reason": "```json\n{}\n```", "verdict": "no_difference"})

    assert read(told).reason == "```json\n{}\n```"
    assert not read(told).fenced


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("", Kind.EMPTY, "the answer is empty"),
        (" \n\t", Kind.EMPTY, "the answer is empty"),
        ("```json\n```", Kind.INVALID_JSON, "the answer is no JSON"),
        ("I prefer the first.", Kind.INVALID_JSON, "the answer is no JSON"),
        ("<html><body>502</body></html>", Kind.INVALID_JSON, "the answer is no JSON"),
        ("Here it is: {}", Kind.INVALID_JSON, "the answer is no JSON"),
        ('{"evidence": {', Kind.INVALID_JSON, "the answer is no JSON"),
        ("[" * 100_000, Kind.INVALID_JSON, "the JSON is nested too deeply"),
        ("1" * 10_000, Kind.INVALID_JSON, "the answer is no JSON"),
        ('{"q1": NaN}', Kind.INVALID_JSON, "NaN is no JSON"),
        ("{} and more", Kind.TRAILING, "the JSON is followed by 'and more'"),
        ("{}{}", Kind.TRAILING, "the JSON is followed by '{}'"),
        ("```json\n{}\n```\n```json\n{}\n```", Kind.TRAILING, "the JSON is followed by"),
        ('{"q1": 1, "q1": 2}', Kind.SCHEMA, "the key 'q1' stands there twice"),
        ("[]", Kind.SCHEMA, "the answer is no object but a list"),
        ("null", Kind.SCHEMA, "the answer is no object but None"),
        ("{}", Kind.SCHEMA, "the answer lacks evidence, q1, q2, overall"),
    ],
)
def test_what_is_no_answer(text: str, kind: Kind, detail: str) -> None:
    error = refused(text)

    assert error.kind == kind
    assert error.detail.startswith(detail)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"q2": None}, "the answer lacks q2"),
        ({"confidence": "high"}, "the answer has a key that was not asked for: 'confidence'"),
        ({"evidence": {ONE: "a"}}, f"evidence lacks {TWO}"),
        ({"evidence": "both"}, "evidence is no object but 'both'"),
        ({"evidence": {ONE: "a", TWO: ["b"]}}, f"the evidence of {TWO} is no text but a list"),
        ({"q1": {"verdict": "no_difference"}}, "q1 lacks reason"),
        ({"q1": {"reason": 3, "verdict": "no_difference"}}, "the reason of q1 is no text but 3"),
        ({"q1": "no_difference"}, "q1 is no object but 'no_difference'"),
        ({"q1": {"reason": "a\0b", "verdict": "no_difference"}}, "the reason of q1 holds a NUL character"),
        ({"q1": {"reason": "\ud83d", "verdict": "no_difference"}}, "the reason of q1 holds a NUL character"),
    ],
)
def test_another_form_than_asked_for(changes: dict[str, Any], detail: str) -> None:
    error = refused(json.dumps(answer(**changes)))

    assert error.kind == Kind.SCHEMA
    assert error.detail.startswith(detail)


@pytest.mark.parametrize(
    "verdict",
    [
        *(
            "A_better",
            "first",
            "tie",
            "",
            "X1_much_better",
            "No_difference",
            "no_difference ",
            f"{ONE}_better",
        ),
        *(f"{ONE.lower()}_much_better", f"{ONE} much better", 0, 1, None, True, ["no_difference"]),
    ],
)
def test_a_verdict_never_offered_is_neither_a_tie_nor_a_win(verdict: object) -> None:
    error = refused(json.dumps(answer(overall={"reason": "so", "verdict": verdict})))

    assert error.kind == Kind.SCHEMA
    assert error.detail.startswith("the verdict of overall was never offered: ")


def test_no_difference_is_not_offered_on_a_scale_without_it() -> None:
    prompt = asked("no_rubric", scale=4)
    with pytest.raises(Unparseable, match="never offered: 'no_difference'"):
        parse('{"overall": {"reason": "", "verdict": "no_difference"}}', prompt=prompt)


def test_a_verdict_of_another_call_is_not_taken() -> None:
    other = next(
        prompt
        for seed in range(99)
        if ONE not in (prompt := asked(seed=seed)).layout.schema["properties"]["evidence"]["properties"]
    )
    with pytest.raises(Unparseable):
        parse(json.dumps(answer()), prompt=other)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
VERDICTS = st.sampled_from([*PROMPT.layout.verdicts, "tie", "", "A"])
NEARLY = st.fixed_dictionaries(
    {},
    optional={
        "evidence": JSON_VALUES | st.fixed_dictionaries({ONE: st.text(), TWO: st.text()}),
        **{
            field: JSON_VALUES | st.fixed_dictionaries({"reason": st.text(), "verdict": VERDICTS})
            for field in ("q1", "q2", "overall", "more")
        },
    },
)


def check_alone(text: str) -> None:
    """Either values that were offered, for every question; or Unparseable."""
    with suppress(Unparseable):
        parsed = parse(text, prompt=PROMPT)
        assert set(parsed.values) == {"human_alignment", "attunement", "overall"}
        assert set(parsed.values.values()) <= {-2, -1, 0, 1, 2}


@given(st.text())
def test_any_text_is_read_or_unparseable(text: str) -> None:
    check_alone(text)


@given(NEARLY | JSON_VALUES)
def test_any_json_is_read_or_unparseable(value: object) -> None:
    check_alone(json.dumps(value))
    check_alone(f"```json\n{json.dumps(value, ensure_ascii=False)}\n```")


@given(st.integers(0, 400), st.text(max_size=5))
def test_a_damaged_answer_is_read_or_unparseable(cut: int, put: str) -> None:
    whole = json.dumps(answer())
    check_alone(whole[:cut])
    check_alone(whole[:cut] + put + whole[cut:])
