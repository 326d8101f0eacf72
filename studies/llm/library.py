"""The port's client for OpenAI, Anthropic, Google and whatever speaks OpenAI's format, on pydantic-ai.

Importing this module costs two seconds and 130 MB: only workers do. The library's low-level calls are used,
never its agents: those ask a model again behind the caller's back.
"""

import asyncio
import logging
import os
import time
import warnings
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from pydantic_ai import direct, messages
from pydantic_ai.models import Model
from pydantic_ai.providers import Provider

from studies.llm.answers import completion_of, filtered, finish_of
from studies.llm.endpoints import EndpointPolicy, address_of, host_of
from studies.llm.errors import Call, bad_response, call_error, unreadable
from studies.llm.port import (
    CallError,
    CallRequest,
    Completion,
    Endpoint,
    ErrorKind,
    OutputMode,
)
from studies.llm.providers import (
    history_of,
    model_for,
    output_mode_for,
    parameters_for,
    provider_for,
    settings_for,
)
from studies.llm.scripted import ScriptedClient
from studies.llm.wire import Recording, RecordingTransport, recording

#: The most tokens of an answer that is not streamed: for longer ones connections may be dropped as idle.
LONGEST_WHOLE: Final = 8192

# Settings that the library leaves out are in the completion; its remark about them belongs in no log.
warnings.filterwarnings("ignore", message="Sampling parameters", category=UserWarning)
# At a lower level they write a line for every call, with what was sent.
for _name in ("anthropic", "google_genai", "httpcore2", "httpx2", "openai"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(slots=True)
class _Answer:
    """What the library made of an answer."""

    response: messages.ModelResponse
    first_token_at: float | None


class LibraryClient:
    """Asks real models, one HTTP request per call. Use it from one event loop only.

    policy: what custom endpoints this installation allows. Keys are read from the environment for every call.
    """

    def __init__(self, *, policy: EndpointPolicy) -> None:
        self._policy = policy
        self._scripted = ScriptedClient()
        self._providers: dict[tuple[Endpoint, str], tuple[Provider[Any], httpx2.AsyncClient]] = {}
        self._models: dict[tuple[Endpoint, str, str], Model[Any]] = {}

    async def complete(self, request: CallRequest) -> Completion:
        """One attempt; raises CallError and nothing else."""
        if request.endpoint.api == "scripted":
            return await self._scripted.complete(request)
        call = _call(request)
        began = time.perf_counter()
        with recording() as record:
            try:
                return await self._attempt(request, call, record, began)
            except CallError:
                raise
            except Exception as error:  # noqa: BLE001  the port promises typed errors only
                seconds = time.perf_counter() - began
                if (refused := filtered(request, error, record, call.key, seconds)) is not None:
                    return refused
                # Nothing of the original error may reach a log: it can hold the headers that were sent.
                raise call_error(error, call, record, seconds=seconds) from None

    async def close(self) -> None:
        """Close all connections, in the loop that used them."""
        for _, http_client in self._providers.values():
            await http_client.aclose()
        self._providers.clear()
        self._models.clear()

    async def _attempt(self, request: CallRequest, call: Call, record: Recording, began: float) -> Completion:
        model = self._model(request, call.key)
        mode = output_mode_for(model, request.schema)
        async with asyncio.timeout(request.settings.timeout_seconds):
            record.is_streamed = mode == "text" or request.settings.max_tokens > LONGEST_WHOLE
            answer = await (_streamed if record.is_streamed else _whole)(request, model, mode)
        seconds = time.perf_counter() - began
        finish, refusal = finish_of(answer.response)
        if finish is None:
            why = (
                unreadable(record)
                if not answer.response.parts
                else "{host} broke off in the middle of its answer."
            )
            raise bad_response(why, call, record, seconds=seconds)
        wire = record.wire(key=call.key)
        assert wire is not None  # something was answered
        first = None if answer.first_token_at is None else answer.first_token_at - began
        return completion_of(
            request,
            record,
            wire,
            mode=mode,
            response=answer.response,
            finish=finish,
            refusal=refusal,
            first_token_seconds=first,
            seconds=seconds,
            key=call.key,
        )

    def _model(self, request: CallRequest, key: str) -> Model[Any]:
        """The model object for a request; one provider and connection pool for each endpoint and key."""
        endpoint = request.endpoint
        found = self._models.get((endpoint, key, request.model))
        if found is None:
            if (endpoint, key) not in self._providers:
                self._providers[endpoint, key] = self._connected(endpoint, key)
            found = model_for(endpoint, self._providers[endpoint, key][0], request.model)
            self._models[endpoint, key, request.model] = found
        return found

    def _connected(self, endpoint: Endpoint, key: str) -> tuple[Provider[Any], httpx2.AsyncClient]:
        policy = self._policy if endpoint.base_url else None
        transport = RecordingTransport(policy=policy, has_key=bool(key))
        http_client = httpx2.AsyncClient(transport=transport, timeout=600, follow_redirects=False)
        return provider_for(endpoint, key, http_client), http_client


def _call(request: CallRequest) -> Call:
    """The call's names and its key; raises CallError when the key is missing."""
    endpoint = request.endpoint
    key = os.environ.get(endpoint.key_name, "").strip() if endpoint.key_name else ""
    if endpoint.key_name and not key:
        raise CallError(
            ErrorKind.AUTHENTICATION,
            f"The environment variable {endpoint.key_name}, which should hold the key for "
            f"{host_of(endpoint)}, is not set where the workers run.",
        )
    if not endpoint.key_name and not endpoint.base_url:
        raise CallError(
            ErrorKind.AUTHENTICATION,
            f"{host_of(endpoint)} needs a key: name the environment variable that holds it.",
        )
    return Call(
        host=host_of(endpoint) or address_of(endpoint),
        model=request.model,
        key_name=endpoint.key_name,
        key=key,
        timeout_seconds=request.settings.timeout_seconds,
    )


async def _whole(request: CallRequest, model: Model[Any], mode: OutputMode) -> _Answer:
    """Ask without a stream, as is done under a schema.

    A stream costs about a millisecond for each token, so thirty judges at once would keep a process busy with
    nothing else; and when a verdict's first brace arrived is of no use to anybody.
    """
    response = await direct.model_request(
        model,
        history_of(request.messages),
        model_settings=settings_for(request.settings),
        model_request_parameters=parameters_for(mode, request.schema),
    )
    return _Answer(response, None)


async def _streamed(request: CallRequest, model: Model[Any], mode: OutputMode) -> _Answer:
    """Read a stream to its end, and note when the first of the answer's own text came."""
    first: float | None = None
    opened = direct.model_request_stream(
        model,
        history_of(request.messages),
        model_settings=settings_for(request.settings),
        model_request_parameters=parameters_for(mode, request.schema),
    )
    async with opened as stream:
        async for event in stream:
            if first is None and _holds_text(event):
                first = time.perf_counter()
        return _Answer(stream.get(), first)


def _holds_text(event: messages.ModelResponseStreamEvent) -> bool:
    if isinstance(event, messages.PartStartEvent):
        return isinstance(event.part, messages.TextPart | messages.ToolCallPart)
    return isinstance(event, messages.PartDeltaEvent) and isinstance(
        event.delta, messages.TextPartDelta | messages.ToolCallPartDelta
    )
