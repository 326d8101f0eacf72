"""What is reserved before a call is never too little, whatever tokenizer counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.calling import estimating
from studies.llm.port import CallRequest, CallSettings, Endpoint, Message

ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
SAYS = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), ANY_TEXT), min_size=1, max_size=5)


def request(*texts: str, schema: dict[str, Any] | None = None, max_tokens: int = 100) -> CallRequest:
    messages = tuple(Message("user", text) for text in texts)
    return CallRequest(Endpoint("scripted"), "scripted-a", messages, CallSettings(max_tokens), schema)


@given(SAYS)
def test_no_tokenizer_that_makes_a_token_of_each_byte_counts_more(said: list[Any]) -> None:
    messages = tuple(Message(role, text) for role, text in said)
    asked = CallRequest(Endpoint("scripted"), "scripted-a", messages, CallSettings(1))
    sent = sum(len(text.encode("utf-8", "surrogatepass")) for _, text in said)
    assert estimating.most_input_tokens(asked) >= sent + 64 * len(messages)


@pytest.mark.parametrize(
    ("text", "most"), [("", 64), ("abc", 67), ("ä", 66), ("家", 67), ("\U0001f600", 68), ("\ud800", 67)]
)
def test_every_byte_counts(text: str, most: int) -> None:
    assert estimating.most_input_tokens(request(text)) == most


@given(st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=5))
def test_a_schema_counts_with_all_it_can_be_written_as(schema: dict[str, str]) -> None:
    plain = estimating.most_input_tokens(request("a"))
    written = json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    assert estimating.most_input_tokens(request("a", schema=schema)) - plain >= len(written)


def test_input_and_output_are_reserved_together() -> None:
    assert estimating.most_tokens(request("abc", max_tokens=100)) == 167


def test_what_is_likely_follows_from_the_length_and_from_the_limit_on_words() -> None:
    assert estimating.likely_input_tokens(request("x" * 400)) == 100
    assert estimating.likely_reply_tokens(None) == estimating.likely_reply_tokens(500) == 122
    assert estimating.likely_reply_tokens(40) == 54
    assert estimating.likely_verdict_tokens(6, has_evidence=True) == 358
    assert estimating.likely_verdict_tokens(1, has_evidence=False) == 48
