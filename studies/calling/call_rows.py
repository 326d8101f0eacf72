"""The row of a call as it is written down before the call is made."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any, Final

from studies.calling.budget import Amount
from studies.calling.craft import Ask
from studies.llm.endpoints import host_of
from studies.llm.port import Api
from studies.models import LLMCall, Provider, Run

#: The libraries behind each provider's wire format.
LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("pydantic-ai-slim", "openai"),
    "anthropic": ("pydantic-ai-slim", "anthropic"),
    "google": ("pydantic-ai-slim", "google-genai"),
    "scripted": (),
}


def call_row(
    run: Run, provider: Provider, ask: Ask, amount: Amount, *, worker: str, now: datetime, **row: Any
) -> LLMCall:
    """Not stored yet. `row`: the generation, judgment or coding it is for, its attempt counted."""
    (work,) = row.values()
    said = [[message.role, message.text] for message in ask.request.messages]
    prompt = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return LLMCall(
        run=run,
        attempt=work.attempts,
        provider=provider,
        api=provider.api,
        host=host_of(provider.endpoint),
        model_requested=ask.request.model,
        family=ask.family,
        template_version=ask.template_version,
        template_sha256=ask.template_sha256,
        prompt=zlib.compress(prompt.encode("utf-8", "surrogatepass"), 1),
        prompt_sha256=ask.prompt_sha256,
        schema_sha256=ask.schema_sha256,
        slot_first=ask.slot_first,
        slot_second=ask.slot_second,
        client=_client(provider.endpoint.api),
        worker=worker,
        reserved_tokens=amount.tokens,
        reserved_micros=amount.micros,
        queued_at=work.not_before,
        started_at=now,
        **row,
    )


@cache
def _client(api: Api) -> str:
    """The libraries that make the call, with their versions."""
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES[api]) or "scripted"
