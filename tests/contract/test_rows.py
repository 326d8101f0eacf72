"""Every mishap of every wire format, from the claim to the row: an outcome or a sentence, and never a key."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

import pytest

from studies.generation.planning import plan_replies
from studies.judging.jury import JuryDesign
from studies.judging.planning import plan_judgments
from studies.llm.library import LibraryClient
from studies.llm.loop import LoopThread
from studies.llm.port import Api
from studies.models import Generation, Judge, Judgment, LLMCall, Provider, Response, Run, System
from tests import factories, machines
from tests.contract.conftest import KEY, MODELS
from tests.contract.servers import Loopback
from tests.contract.test_errors import APIS, CASES
from tests.factories import NOW

pytestmark = pytest.mark.django_db
KEY_NAME = "PLANTED_API_KEY"
PAUSING = ("unauthorized", "quota", "not_found")
HOLDING = ("retry_90",)
GIVEN_UP = ("context", "bad_request")
REPLIES: dict[str, tuple[str, str]] = {
    "ok": ("ok", ""),
    "other_model": ("ok", ""),
    "no_usage": ("ok", ""),
    # The three formats do not all tell one from the other.
    "refusal": ("refused", "re"),
    "content_filter": ("refused", "re"),
    "length": ("truncated", "The reply was cut off at the most tokens that it may have."),
    "silent": ("empty", "The model answered without a text."),
}
VERDICTS: dict[str, tuple[str, str, int]] = {
    "ok": ("ok", "ok", 1),
    "other_model": ("ok", "ok", 1),
    "fenced": ("ok", "fenced", 1),
    "large": ("ok", "ok", 1),
    "malformed": ("unparseable", "invalid_json", 3),
    "wrong_enum": ("unparseable", "schema", 3),
    "silent": ("unparseable", "empty", 3),
    "refusal": ("refused", "refusal", 1),
    "content_filter": ("refused", "refusal", 1),
    "length": ("truncated", "truncated", 1),
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_NAME, KEY)


def provider_at(server: Loopback, api: Api) -> Provider:
    return machines.make_provider(
        "real", api=api, base_url=server.base_urls[api], key_name=KEY_NAME, for_trial=False
    )


def named(api: Api, mishap: str) -> str:
    return MODELS[api] if mishap == "ok" else f"{MODELS[api]}--{mishap}"


def fetched(server: Loopback, api: Api, mishaps: Any, loop: LoopThread, client: LibraryClient) -> Run:
    """A run of one reply for each mishap, worked on once."""
    study = factories.make_study(dialogues=1)
    provider = provider_at(server, api)
    systems = [
        machines.make_writer(
            study,
            provider=provider,
            name=mishap,
            model_id=named(api, mishap),
            timeout_seconds=1 if mishap in ("hanging", "stalled") else 30,
        )
        for mishap in mishaps
    ]
    run = machines.started(plan_replies(study=study, systems=systems, now=NOW))
    machines.work(run, client, submit=loop.submit)
    run.refresh_from_db()
    return run


def holds_no_key() -> None:
    tables: tuple[Any, ...] = (LLMCall, Generation, Judgment, Response, Run, Provider, System, Judge)
    rows = [row for table in tables for row in table.objects.values()]
    packed = [row[name] for row in rows for name in ("prompt", "raw") if row.get(name) is not None]
    everything = repr(rows).encode() + b"".join(zlib.decompress(one)[:100_000] for one in packed)
    assert KEY.encode() not in everything
    assert len(rows) > 3


@pytest.mark.parametrize("api", APIS)
def test_every_reply_has_an_outcome(
    api: Api, server: Loopback, loop: LoopThread, client: LibraryClient
) -> None:
    run = fetched(server, api, REPLIES, loop, client)
    for mishap, (outcome, words) in REPLIES.items():
        row = Generation.objects.get(system__name=mishap)
        assert (mishap, row.status, row.outcome) == (mishap, "done", outcome)
        assert words in row.error
        assert (row.error != "") == (outcome != "ok")
        assert (row.response is not None) == (outcome in ("ok", "truncated"))
        call = row.calls.get()
        assert (call.result, call.http_status, call.output_mode) == ("answered", 200, "text")
        assert zlib.decompress(call.raw or b"") != b""
        returned = "quite-another-model" if mishap == "other_model" else MODELS[api]
        assert call.model_returned == returned
        assert (call.input_tokens is None) == (mishap == "no_usage")
        assert (call.cost_micros is None) == bool(call.cost_reason)
    assert (run.reserved_tokens, run.reserved_micros, run.calls) == (0, 0, len(REPLIES))
    holds_no_key()


@pytest.mark.parametrize("api", APIS)
def test_every_failure_has_a_type_and_a_sentence_in_its_row(
    api: Api, server: Loopback, loop: LoopThread, client: LibraryClient
) -> None:
    cases = {case[0]: case for case in CASES if case[0] not in (*PAUSING, *HOLDING)}
    run = fetched(server, api, ["ok", "echo_key", *cases], loop, client)
    for mishap, (_, kind, words, is_answered) in cases.items():
        row = Generation.objects.get(system__name=mishap)
        call = row.calls.get()
        wanted = words.replace("0.5 seconds", "1 seconds").replace("HEARTSITE_TEST_KEY", KEY_NAME)
        assert (mishap, row.error_kind, row.failures) == (mishap, kind.value, 1)
        assert row.status == ("failed" if mishap in GIVEN_UP else "pending")
        assert wanted in row.error == call.error
        assert (call.result, call.raw is not None) == ("failed", is_answered)
    assert run.state == "running"
    assert run.reserved_tokens == 0
    echoed = LLMCall.objects.get(generation__system__name="echo_key")
    assert b"[key]" in zlib.decompress(echoed.raw or b"")
    holds_no_key()


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mishap", PAUSING)
def test_what_every_call_would_meet_pauses_the_run(
    api: Api, mishap: str, server: Loopback, loop: LoopThread, client: LibraryClient
) -> None:
    run = fetched(server, api, [mishap], loop, client)
    row, call = Generation.objects.get(), LLMCall.objects.get()
    assert (run.state, run.pause_reason) == ("paused", call.error)
    assert (row.status, row.failures, call.result) == ("pending", 0, "failed")
    assert "127.0.0.1" in call.error
    holds_no_key()


@pytest.mark.parametrize("api", APIS)
def test_a_long_wait_holds_the_provider_and_nobody_sleeps(
    api: Api, server: Loopback, loop: LoopThread, client: LibraryClient
) -> None:
    fetched(server, api, HOLDING, loop, client)
    provider, row = Provider.objects.get(), Generation.objects.get()
    assert provider.held_until == row.not_before == NOW + timedelta(seconds=90)
    assert row.error.endswith("got too many requests and asks to wait 90 seconds.")


@pytest.mark.parametrize("api", APIS)
def test_every_verdict_is_read_or_is_none(
    api: Api, server: Loopback, loop: LoopThread, client: LibraryClient
) -> None:
    study = machines.make_frozen_study(dialogues=1)
    provider = provider_at(server, api)
    for mishap in VERDICTS:
        machines.make_judges(study, provider=provider, families=[mishap], model_id=named(api, mishap))
    design = JuryDesign(preset="paper-panel", consistency_share=0)
    judges = list(study.judges.all())
    run = machines.started(
        plan_judgments(study=study, judges=judges, now=NOW, design=design, pilot=0), cap_calls=1000
    )
    machines.work(run, client, submit=loop.submit)

    for mishap, (outcome, reading, calls) in VERDICTS.items():
        rows = Judgment.objects.filter(judge__family=mishap)
        assert rows.count() == 4
        for row in rows:
            assert (mishap, row.status, row.outcome) == (mishap, "done", outcome)
            assert row.scores.exists() == (outcome == "ok")
            assert (row.error == "") == (outcome == "ok")
            made = row.calls.order_by("attempt")
            assert (mishap, [call.reading for call in made]) == (mishap, [reading] * calls)
            assert len({call.prompt_sha256 for call in made}) == 1
            assert row.call == made[len(made) - 1]
            assert made[0].raw_truncated == (mishap == "large")
    run.refresh_from_db()
    assert (run.reserved_tokens, run.calls) == (0, LLMCall.objects.count())
    holds_no_key()
