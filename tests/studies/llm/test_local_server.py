"""The small model on this machine: asked for when `make local` was run, else only spoken about."""

from pathlib import Path

import pytest

from studies.llm import local_server
from studies.llm.endpoints import EndpointPolicy
from studies.llm.loop import LoopThread
from studies.llm.port import CallRequest, CallSettings, Completion, Endpoint, Message
from tests.small_model import small_model

pytestmark = pytest.mark.no_database

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["winner"],
    "properties": {"winner": {"type": "string", "enum": ["first", "second"]}},
}


def test_a_missing_model_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_server, "_WEIGHTS", "no-such-package")
    assert not local_server.is_installed()
    with pytest.raises(local_server.NotInstalled, match="make local"):
        local_server.weights()


@pytest.mark.skipif(not local_server.is_installed(), reason="make local has not been run")
def test_it_answers_and_judges(tmp_path: Path) -> None:
    with small_model(tmp_path) as port:
        reply, verdict = _asked(port)
    assert reply.text
    assert reply.model_returned == local_server.MODEL
    assert reply.first_token_seconds is not None
    assert verdict.text.strip() in ('{"winner": "first"}', '{"winner": "second"}') or "winner" in verdict.text
    assert (verdict.output_mode, verdict.finish_reason) == ("native", "stop")


def _asked(port: int) -> tuple[Completion, Completion]:
    from studies.llm.library import LibraryClient  # two seconds, for this test alone

    loop = LoopThread()
    client = LibraryClient(policy=EndpointPolicy(allow_loopback=True))
    endpoint = Endpoint("openai", f"http://127.0.0.1:{port}/v1")
    said = (Message("user", "I failed my exam. Say one kind sentence."),)
    settings = CallSettings(40, temperature=0.0, timeout_seconds=120)
    made = [
        loop.submit(
            client.complete(CallRequest(endpoint, local_server.MODEL, said, settings, schema))
        ).result(120)
        for schema in (None, SCHEMA)
    ]
    loop.submit(client.close()).result(10)
    loop.stop()
    return made[0], made[1]
