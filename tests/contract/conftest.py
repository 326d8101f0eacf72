"""One loopback server, one event loop and one real client library for all contract tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studies.llm.endpoints import EndpointPolicy
from studies.llm.library import LibraryClient
from studies.llm.loop import LoopThread
from studies.llm.port import Api, CallError, CallRequest, CallSettings, Completion, Endpoint, Message
from tests.contract.servers import Loopback, Traits, running

KEY_NAME = "HEARTSITE_TEST_KEY"
KEY = "planted/7f3a-Zq92_LmNoPq=="
MODELS: dict[Api, str] = {
    "openai": "gpt-4o-mini",
    "anthropic": "claude-haiku-4-5",
    "google": "gemini-2.5-flash",
}
SAID = (
    Message("system", "You listen to people."),
    Message("user", "I failed my exam."),
    Message("assistant", "I'm sorry. What happened?"),
    Message("user", "I froze — <b>completely</b>."),
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reason", "winner"],
    "properties": {
        "reason": {"type": "string"},
        "winner": {"type": "string", "enum": ["first", "second", "tie"]},
    },
}
Ask = Callable[..., Completion]
Fail = Callable[..., CallError]


@pytest.fixture(scope="session")
def server() -> Iterator[Loopback]:
    with running(Traits()) as loopback:
        yield loopback


@pytest.fixture(autouse=True)
def _fresh(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    server.forget()
    server.traits = Traits()
    monkeypatch.setenv(KEY_NAME, KEY)


@pytest.fixture(scope="session")
def loop() -> Iterator[LoopThread]:
    thread = LoopThread()
    yield thread
    thread.stop()


@pytest.fixture(scope="session")
def client(loop: LoopThread) -> Iterator[LibraryClient]:
    made = LibraryClient(policy=EndpointPolicy(allow_loopback=True))
    yield made
    loop.submit(made.close()).result(10)


@pytest.fixture
def ask(server: Loopback, loop: LoopThread, client: LibraryClient) -> Ask:
    """Make one call; mishap is what the server is to do, schema=SCHEMA asks for a verdict."""

    def one(api: Api, mishap: str = "", **changed: Any) -> Completion:
        return loop.submit(client.complete(request_for(server, api, mishap, **changed))).result(30)

    return one


@pytest.fixture
def fail(ask: Ask) -> Fail:
    """Make one call that must end in a CallError, and return that."""

    def one(api: Api, mishap: str = "", **changed: Any) -> CallError:
        with pytest.raises(CallError) as caught:
            ask(api, mishap, **changed)
        return caught.value

    return one


def request_for(
    server: Loopback,
    api: Api,
    mishap: str = "",
    *,
    model: str = "",
    schema: dict[str, Any] | None = None,
    key_name: str = KEY_NAME,
    base_url: str = "",
    **settings: Any,
) -> CallRequest:
    named = (model or MODELS[api]) + (f"--{mishap}" if mishap else "")
    asked = CallSettings(**({"max_tokens": 300, "timeout_seconds": 20.0} | settings))
    return CallRequest(Endpoint(api, base_url or server.base_urls[api], key_name), named, SAID, asked, schema)
