"""The provider without a model says what it is, and the same thing twice."""

import asyncio
import json
import random
from dataclasses import replace
from typing import Any

import pytest

from studies.llm.port import (
    CallError,
    CallRequest,
    CallSettings,
    Completion,
    Endpoint,
    ErrorKind,
    Message,
)
from studies.llm.scripted import ScriptedClient, value_for

REQUEST = CallRequest(
    Endpoint("scripted"), "scripted-a", (Message("user", "I failed my exam."),), CallSettings(100)
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "evidence": {"type": "array", "items": {"type": "string", "maxLength": 20}},
        "empathy": {"$ref": "#/$defs/verdict"},
        "overall": {"$ref": "#/$defs/verdict"},
        "confidence": {"type": "integer", "minimum": 1, "maximum": 5},
        "share": {"type": "number"},
        "sure": {"type": "boolean"},
        "kind": {"const": "pair"},
        "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
    },
    "$defs": {"verdict": {"type": "string", "enum": ["first", "second", "tie"]}},
}


def ask(request: CallRequest) -> Completion:
    return asyncio.run(ScriptedClient().complete(request))


def test_a_reply_says_what_it_is_and_repeats_itself() -> None:
    told = ask(REQUEST)
    assert told.text == ask(REQUEST).text
    assert told.text.startswith(f"[scripted reply {told.response_id[9:13]}] ")
    assert told.text != ask(replace(REQUEST, messages=(Message("user", "I passed."),))).text
    assert (told.model_returned, told.finish_reason, told.output_mode) == ("scripted-a", "stop", "text")
    assert (told.usage.input_tokens, told.wire.raw_body) == (4, told.text.encode())


def test_a_verdict_keeps_to_its_schema() -> None:
    told = ask(replace(REQUEST, schema=SCHEMA))
    value = json.loads(told.text)
    assert list(value) == list(SCHEMA["properties"])
    assert value["kind"] == "pair"
    assert {value["empathy"], value["overall"]} <= {"first", "second", "tie"}
    assert told.output_mode == "native"


def test_every_value_of_an_enum_comes_up() -> None:
    drawn = [value_for(SCHEMA, random.Random(seed)) for seed in range(60)]
    assert {value["overall"] for value in drawn} == {"first", "second", "tie"}
    assert {value["confidence"] for value in drawn} == {1, 2, 3, 4, 5}
    assert all(len(text) <= 20 for value in drawn for text in value["evidence"])


@pytest.mark.parametrize(
    ("model", "kind", "retry_after"),
    [
        ("scripted-429", ErrorKind.RATE_LIMITED, 5.0),
        ("scripted-500", ErrorKind.SERVER, None),
        ("scripted-529", ErrorKind.OVERLOADED, None),
        ("scripted-401", ErrorKind.AUTHENTICATION, None),
        ("scripted-quota", ErrorKind.QUOTA, None),
        ("scripted-unknown", ErrorKind.UNKNOWN_MODEL, None),
        ("scripted-unreachable", ErrorKind.CONNECTION, None),
        ("gpt-4o-mini", ErrorKind.UNKNOWN_MODEL, None),
    ],
)
def test_models_that_fail(model: str, kind: ErrorKind, retry_after: float | None) -> None:
    with pytest.raises(CallError) as caught:
        ask(replace(REQUEST, model=model))
    assert (caught.value.kind, caught.value.retry_after) == (kind, retry_after)


def test_models_that_answer_badly() -> None:
    refused = ask(replace(REQUEST, model="scripted-refuses"))
    assert (refused.finish_reason, refused.text) == ("refusal", "")
    assert refused.refusal.startswith("[scripted refusal]")
    assert ask(replace(REQUEST, model="scripted-truncates")).finish_reason == "length"
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(ask(replace(REQUEST, model="scripted-garbage", schema=SCHEMA)).text)
