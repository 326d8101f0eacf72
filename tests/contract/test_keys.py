"""Keys come from the environment, go into one header, and turn up nowhere else."""

import base64
import logging
import traceback

import pytest

from studies.llm.errors import scrubbed
from studies.llm.port import Api, ErrorKind
from tests.contract.conftest import KEY, KEY_NAME, Ask, Fail
from tests.contract.servers import Loopback

pytestmark = pytest.mark.no_database

APIS: list[Api] = ["openai", "anthropic", "google"]


@pytest.mark.parametrize("api", APIS)
def test_the_key_is_sent(api: Api, ask: Ask, server: Loopback) -> None:
    ask(api)
    assert any(KEY in value for value in server.headers[0].values())


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mishap", ["echo_key", "unauthorized", "truncated", "html", "hanging"])
def test_no_error_repeats_the_key(
    api: Api, mishap: str, fail: Fail, caplog: pytest.LogCaptureFixture
) -> None:
    """The server sends every header back in its message; everything is logged that can be."""
    caplog.set_level(logging.DEBUG)
    error = fail(api, mishap, timeout_seconds=0.5)
    shown = "".join(traceback.format_exception(error)) + repr(error) + error.sentence + repr(error.wire)
    secret = (KEY, KEY[:12], KEY[-12:], base64.b64encode(KEY.encode()).decode())
    assert not [text for text in secret if text in shown]
    assert not [text for text in secret if text in caplog.text]
    if mishap == "echo_key":
        assert error.wire is not None
        assert b"[key]" in error.wire.raw_body


@pytest.mark.parametrize("api", APIS)
def test_a_missing_key_is_named(
    api: Api, fail: Fail, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_NAME)
    error = fail(api)
    assert error.kind is ErrorKind.AUTHENTICATION
    assert error.sentence == (
        f"The environment variable {KEY_NAME}, which should hold the key for 127.0.0.1:{server.port}, "
        "is not set where the workers run."
    )
    assert server.requests == []


def test_a_changed_key_is_used_from_the_next_call_on(
    ask: Ask, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("openai")
    monkeypatch.setenv(KEY_NAME, "another-key-entirely")
    ask("openai")
    assert [seen["authorization"] for seen in server.headers] == [
        f"Bearer {KEY}",
        "Bearer another-key-entirely",
    ]


@pytest.mark.parametrize("api", APIS)
def test_an_endpoint_without_a_key_gets_none(
    api: Api, ask: Ask, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the one that the providers' libraries look for by themselves, nor their addresses."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, "found-lying-about")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    # An address that no other test uses: the client keeps what it made.
    ask(api, key_name="", base_url=server.base_urls[api].replace("127.0.0.1", "localhost"))
    sent = server.headers[0]
    assert {"authorization", "x-api-key", "x-goog-api-key"}.isdisjoint(sent)
    assert "found-lying-about" not in repr(sent)
    assert sent["host"] == f"localhost:{server.port}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Incorrect API key provided: sk-proj-abc***********wxyz", "Incorrect API key provided: [key]"),
        ("No monkey business: keystrokes-recorded", "No monkey business: keystrokes-recorded"),
        ("Bearer abcdefghijkl is invalid", "[key] is invalid"),
        ("AIzaSyA-1234567890abcdef is disabled", "[key] is disabled"),
        ("The keyboard is fine", "The keyboard is fine"),
        ("It is planted twice: planted.", "It is [key] twice: [key]."),
    ],
)
def test_what_looks_like_a_key_goes_too(text: str, shown: str) -> None:
    assert scrubbed(text, "planted") == shown
