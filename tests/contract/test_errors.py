"""Everything that goes wrong is one typed error, one sentence and one request."""

import socket
import time
from typing import Any

import pytest

from studies.llm.port import Api, ErrorKind
from tests.contract.conftest import KEY_NAME, MODELS, SCHEMA, Ask, Fail
from tests.contract.servers import Loopback

pytestmark = pytest.mark.no_database

APIS: list[Api] = ["openai", "anthropic", "google"]
E = ErrorKind
# What the server does, the kind of error, how the sentence goes after the host, whether something came back.
CASES = [
    ("rate_limited", E.RATE_LIMITED, "got too many requests and asks to wait.", True),
    ("retry_90", E.RATE_LIMITED, "got too many requests and asks to wait 90 seconds.", True),
    ("overloaded", E.OVERLOADED, "is overloaded right now and did not answer.", True),
    ("server_error", E.SERVER, "failed with an error of its own. It said: “", True),
    ("unauthorized", E.AUTHENTICATION, f"did not accept the key in {KEY_NAME}.", True),
    ("quota", E.QUOTA, "It said: “You", True),
    ("not_found", E.UNKNOWN_MODEL, "or the endpoint's address is wrong.", True),
    ("context", E.CONTEXT_WINDOW, "The prompt is longer than ", True),
    ("bad_request", E.BAD_REQUEST, "It said: “temperature does not support 0.3 with this model.”", True),
    ("empty", E.BAD_RESPONSE, "sent an empty answer.", True),
    ("html", E.BAD_RESPONSE, "answered with a web page instead of a model's reply", True),
    ("redirect", E.BAD_RESPONSE, "sends callers elsewhere, which is never followed", True),
    ("noise", E.BAD_RESPONSE, "sent an answer that could not be read.", True),
    ("unfinished", E.BAD_RESPONSE, "broke off in the middle of its answer.", True),
    ("compressed", E.BAD_RESPONSE, "sent a compressed answer although it was asked not to.", True),
    ("huge", E.BAD_RESPONSE, "sent more than 16 MiB for one answer", True),
    ("truncated", E.CONNECTION, "or the connection broke off during the answer.", True),
    ("hanging", E.TIMEOUT, "did not answer within 0.5 seconds.", False),
    ("stalled", E.TIMEOUT, "began to answer but had not finished after 0.5 seconds.", True),
]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("schema", [None, SCHEMA], ids=["text", "verdict"])
@pytest.mark.parametrize(("mishap", "kind", "words", "is_answered"), CASES, ids=[case[0] for case in CASES])
def test_every_mishap_has_a_type_and_a_sentence(
    api: Api,
    schema: dict[str, Any] | None,
    mishap: str,
    kind: ErrorKind,
    words: str,
    is_answered: bool,
    fail: Fail,
    server: Loopback,
) -> None:
    error = fail(
        api, mishap, schema=schema, timeout_seconds=0.5 if mishap in ("hanging", "stalled") else 20.0
    )
    assert (error.kind, len(server.requests)) == (kind, 1)
    assert words in error.sentence
    assert error.retry_after == (90.0 if mishap == "retry_90" else None)
    assert (error.wire is not None) == is_answered
    assert str(error) == error.sentence
    assert error.__cause__ is None


@pytest.mark.parametrize("api", APIS)
def test_a_long_wait_is_handed_on_at_once(api: Api, fail: Fail) -> None:
    began = time.perf_counter()
    assert fail(api, "retry_90").retry_after == 90.0
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("api", APIS)
def test_after_a_mishap_the_next_call_works(api: Api, ask: Ask, fail: Fail) -> None:
    for mishap in ("hanging", "truncated", "huge", "html"):
        fail(api, mishap, timeout_seconds=0.5 if mishap == "hanging" else 20.0)
        assert ask(api).finish_reason == "stop"


@pytest.mark.parametrize("api", APIS)
def test_a_stream_that_was_asked_for_must_come(api: Api, fail: Fail) -> None:
    error = fail(api, "no_stream")
    assert error.kind is E.BAD_RESPONSE
    assert "did not stream its answer" in error.sentence


def test_nobody_listening(fail: Fail) -> None:
    error = fail("openai", base_url="http://127.0.0.1:9/v1")
    assert error.kind is E.CONNECTION
    assert error.sentence.startswith("127.0.0.1:9 could not be reached")
    assert error.wire is None


@pytest.mark.parametrize("api", APIS)
def test_a_forbidden_address_is_not_called(api: Api, fail: Fail) -> None:
    error = fail(api, base_url="https://192.0.2.7/v1")
    assert error.kind is E.BAD_REQUEST
    assert error.sentence.startswith("The host 192.0.2.7 is not on this installation's list")
    assert error.wire is None


def test_an_address_that_is_none(fail: Fail) -> None:
    error = fail("openai", base_url="https://[::1/v1")
    assert error.kind is E.BAD_REQUEST
    assert "could not be put together" in error.sentence


def test_an_answer_in_instalments_is_not_fetched_further(fail: Fail, server: Loopback) -> None:
    """Google's library goes on by itself when an answer comes with a token for the next part."""
    error = fail("google", "continued")
    assert error.kind is E.BAD_RESPONSE
    assert "fetched in more than one request" in error.sentence
    assert len(server.requests) == 1


def test_what_may_be_tried_again_and_what_stops_a_run() -> None:
    transient = {E.RATE_LIMITED, E.OVERLOADED, E.SERVER, E.TIMEOUT, E.CONNECTION, E.BAD_RESPONSE}
    pausing = {E.AUTHENTICATION, E.QUOTA, E.UNKNOWN_MODEL}
    assert {kind for kind in E if kind.is_transient} == transient
    assert {kind for kind in E if kind.pauses_run} == pausing
    assert set(E) - transient - pausing == {E.CONTEXT_WINDOW, E.BAD_REQUEST}
    assert set(MODELS) == set(APIS)


def test_a_name_that_moves_into_the_network_is_no_way_in(
    ask: Ask, fail: Fail, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: every call looks the name up, and connects to the very address that it checked."""
    addresses = iter(["127.0.0.1", "10.9.8.7"])
    real = socket.getaddrinfo

    def moving(host: Any, *more: Any, **named: Any) -> Any:
        return real(next(addresses) if host == "moving.invalid" else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", moving)
    base_url = f"http://moving.invalid:{server.port}/v1"
    assert ask("openai", base_url=base_url).finish_reason == "stop"
    assert server.headers[0]["host"] == f"moving.invalid:{server.port}"
    error = fail("openai", base_url=base_url)
    assert error.kind is E.BAD_REQUEST
    assert "moving.invalid" in error.sentence
    assert len(server.requests) == 1
