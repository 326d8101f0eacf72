"""What comes back from each provider's wire format through the real client library."""

import hashlib
import json
from typing import Any

import pytest

from studies.llm.library import LibraryClient
from studies.llm.loop import LoopThread
from studies.llm.port import Api, Usage
from tests.contract.conftest import MODELS, SCHEMA, Ask, request_for
from tests.contract.servers import Loopback, Traits

pytestmark = pytest.mark.no_database

APIS: list[Api] = ["openai", "anthropic", "google"]
IDS = {"openai": "chatcmpl-1", "anthropic": "msg_1", "google": "resp-1"}
THOUGHT = {"openai": 4, "anthropic": None, "google": None}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_a_good_answer(api: Api, schema: dict[str, Any] | None, ask: Ask, server: Loopback) -> None:
    told = ask(api, schema=schema, temperature=0.3)
    assert len(server.requests) == 1
    assert (told.finish_reason, told.refusal) == ("stop", "")
    assert told.model_returned == MODELS[api]
    assert told.response_id == IDS[api]
    assert told.system_fingerprint == ("fp_loop" if api == "openai" else "")
    assert told.usage == Usage(100, 20, 10, THOUGHT[api])
    assert told.settings_sent == {"max_tokens": 300, "temperature": 0.3, "timeout_seconds": 20.0}
    assert told.settings_dropped == {}
    assert (told.wire.http_status, told.wire.request_id) == (200, "req-loop")
    assert told.wire.raw_sha256 == hashlib.sha256(told.wire.raw_body).hexdigest()
    assert not told.wire.raw_truncated
    if schema is None:
        assert told.output_mode == "text"
        assert told.text.startswith("[scripted reply ")
    else:
        assert told.output_mode == "native"
        assert json.loads(told.text)["winner"] in ("first", "second", "tie")


@pytest.mark.parametrize("api", APIS)
def test_the_model_reads_what_was_said(api: Api, ask: Ask, server: Loopback) -> None:
    ask(api)
    body = server.requests[0].body
    failed, sorry, froze = "I failed my exam.", "I'm sorry. What happened?", "I froze — <b>completely</b>."
    if api == "openai":
        assert [(turn["role"], turn["content"]) for turn in body["messages"]] == [
            ("system", "You listen to people."),
            ("user", failed),
            ("assistant", sorry),
            ("user", froze),
        ]
    elif api == "anthropic":
        assert "You listen to people." in json.dumps(body["system"])
        texts = [
            turn["content"] if isinstance(turn["content"], str) else turn["content"][0]["text"]
            for turn in body["messages"]
        ]
        assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
        assert texts == [failed, sorry, froze]
    else:
        assert body["systemInstruction"]["parts"] == [{"text": "You listen to people."}]
        assert [turn["role"] for turn in body["contents"]] == ["user", "model", "user"]
        assert [turn["parts"][0]["text"] for turn in body["contents"]] == [failed, sorry, froze]


@pytest.mark.parametrize("api", APIS)
def test_the_first_token_is_timed(api: Api, ask: Ask, server: Loopback) -> None:
    ask(api)  # the first call of all loads a few things
    server.traits = Traits(latency=0.6)
    told = ask(api)
    assert told.first_token_seconds is not None
    assert 0.19 <= told.first_token_seconds < 0.45
    assert 0.59 <= told.seconds < 1.2
    assert ask(api, schema=SCHEMA).first_token_seconds is None


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_refused_filtered_and_truncated_answers_are_answers(
    api: Api, schema: dict[str, Any] | None, ask: Ask, server: Loopback
) -> None:
    refused = ask(api, "refusal", schema=schema)
    if api == "openai":
        assert (refused.finish_reason, refused.refusal) == ("refusal", "I can't help with that.")
        assert refused.text == ""
    elif api == "anthropic":
        assert (refused.finish_reason, refused.text) == ("refusal", "I can't help with that.")
    else:
        assert (refused.finish_reason, refused.refusal) == ("content_filter", "I can't help with that.")
    filtered = ask(api, "content_filter", schema=schema)
    assert filtered.finish_reason == ("refusal" if api == "anthropic" else "content_filter")
    assert filtered.text == "I"
    cut = ask(api, "length", schema=schema)
    assert (cut.finish_reason, len(cut.text)) == ("length", 9)
    assert ask(api, "silent", schema=schema).text == ""
    assert len(server.requests) == 4


def test_a_prompt_that_a_filter_turns_down_is_an_answer_too(ask: Ask, server: Loopback) -> None:
    told = ask("openai", "filtered_prompt")
    assert (told.finish_reason, told.refusal) == ("content_filter", "content_policy_violation")
    assert told.usage == Usage(None, None, None, None)
    assert told.wire.http_status == 400
    assert len(server.requests) == 1


@pytest.mark.parametrize("api", APIS)
def test_what_a_judge_wrote_wrong_comes_back_as_it_was_written(api: Api, ask: Ask, server: Loopback) -> None:
    with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
        json.loads(ask(api, "malformed", schema=SCHEMA).text)
    assert ask(api, "fenced", schema=SCHEMA).text.startswith("```json\n{")
    assert json.loads(ask(api, "wrong_enum", schema=SCHEMA).text)["winner"] == "both"
    assert len(server.requests) == 3  # nothing was asked again


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_the_model_and_the_usage_are_the_answers_own(
    api: Api, schema: dict[str, Any] | None, ask: Ask
) -> None:
    assert ask(api, "other_model", schema=schema).model_returned == "quite-another-model"
    if schema is None or api != "openai":  # the library reads no whole answer of OpenAI's format without one
        assert ask(api, "no_model", schema=schema).model_returned == ""
    assert ask(api, "no_usage", schema=schema).usage == Usage(None, None, None, None)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_ten_megabytes_are_read_and_one_is_kept(api: Api, schema: dict[str, Any] | None, ask: Ask) -> None:
    told = ask(api, "large", schema=schema)
    assert told.finish_reason == "stop"
    assert told.wire.raw_truncated
    assert len(told.wire.raw_body) == 1 << 20
    assert told.wire.raw_sha256 != hashlib.sha256(told.wire.raw_body).hexdigest()
    if schema is None:
        assert len(told.text) > 11 << 20


@pytest.mark.parametrize(
    ("api", "model", "asked", "sent", "dropped"),
    [
        ("openai", "gpt-4o-mini", {"seed": 4, "top_p": 0.9}, {"seed": 4, "top_p": 0.9}, {}),
        ("openai", "gpt-5-mini", {"temperature": 0.3}, {}, {"temperature": 0.3}),
        ("openai", "gpt-5-mini", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}, {}),
        ("openai", "gpt-4o-mini", {"reasoning_effort": "low"}, {}, {"reasoning_effort": "low"}),
        ("anthropic", "claude-haiku-4-5", {"seed": 4}, {}, {"seed": 4}),
        ("anthropic", "claude-sonnet-5-5", {"temperature": 0.0}, {}, {"temperature": 0.0}),
        ("google", "gemini-2.5-flash", {"seed": 4}, {"seed": 4}, {}),
        (
            "google",
            "gemini-2.5-flash",
            {"reasoning_effort": "low"},
            {"reasoning_effort": {"include_thoughts": True, "thinking_budget": 2048}},
            {},
        ),
        ("google", "gemini-2.5-flash", {"reasoning_effort": "much"}, {}, {"reasoning_effort": "much"}),
    ],
)
@pytest.mark.filterwarnings("ignore:Sampling parameters")
def test_settings_are_reported_as_they_went_out(
    api: Api, model: str, asked: dict[str, Any], sent: dict[str, Any], dropped: dict[str, Any], ask: Ask
) -> None:
    told = ask(api, model=model, **asked)
    assert told.settings_sent == {"max_tokens": 300, "timeout_seconds": 20.0} | sent
    assert told.settings_dropped == dropped


def test_a_model_without_schemas_is_given_a_tool(ask: Ask, server: Loopback) -> None:
    told = ask("anthropic", model="claude-3-haiku-20240307", schema=SCHEMA)
    assert told.output_mode == "tool"
    assert (told.finish_reason, server.requests[0].tool) == ("stop", "answer")
    assert json.loads(told.text)["winner"] in ("first", "second", "tie")


def test_another_servers_models_get_the_limit_in_the_word_they_know(ask: Ask, server: Loopback) -> None:
    ask("openai", model="some-local-model")
    assert server.requests[0].body["max_tokens"] == 300
    assert "max_completion_tokens" not in server.requests[0].body


def test_many_calls_at_once_share_one_loop(server: Loopback, loop: LoopThread, client: LibraryClient) -> None:
    server.traits = Traits(latency=0.1)
    under_way = [
        loop.submit(client.complete(request_for(server, api, schema=SCHEMA)))
        for api in APIS
        for _ in range(20)
    ]
    assert [future.result(60).finish_reason for future in under_way] == ["stop"] * 60
    assert len(server.requests) == 60


def test_an_endpoint_of_ones_own_gets_the_schema_as_it_is_with_the_bound_of_a_text(
    ask: Ask, server: Loopback
) -> None:
    bounded = {**SCHEMA, "properties": {**SCHEMA["properties"], "note": {"type": "string", "maxLength": 9}}}
    bounded["required"] = list(bounded["properties"])
    ask("openai", schema=bounded)
    assert server.requests[0].schema == bounded
