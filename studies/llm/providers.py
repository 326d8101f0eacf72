"""How the library is set up for an endpoint, what is asked of it, and what its requests then really said."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai import messages
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.profiles import merge_profile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers import Provider
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from studies.llm.endpoints import address_of
from studies.llm.port import Api, CallSettings, Endpoint, Message, OutputMode

ANSWER: Final = "answer"  # the name that a schema or a tool gets where one is needed
NO_KEY: Final = "no-key"  # the libraries insist on one; the transport takes it out again
_EFFORTS: Final = ("minimal", "low", "medium", "high", "xhigh", "max")
#: Where each setting stands in a request body, the first that is there counts.
_PLACES: Final[dict[Api, dict[str, tuple[str, ...]]]] = {
    "openai": {
        "max_tokens": ("max_completion_tokens", "max_tokens"),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "seed": ("seed",),
        "reasoning_effort": ("reasoning_effort",),
    },
    "anthropic": {
        "max_tokens": ("max_tokens",),
        "temperature": ("temperature",),
        "top_p": ("top_p",),
        "reasoning_effort": ("output_config.effort", "thinking"),
    },
    "google": {
        "max_tokens": ("generationConfig.maxOutputTokens",),
        "temperature": ("generationConfig.temperature",),
        "top_p": ("generationConfig.topP",),
        "seed": ("generationConfig.seed",),
        "reasoning_effort": ("generationConfig.thinkingConfig",),
    },
}


def provider_for(endpoint: Endpoint, key: str, http_client: httpx2.AsyncClient) -> Provider[Any]:
    """The library's provider for an endpoint, with all retries off."""
    address = address_of(endpoint)
    key = key or NO_KEY
    if endpoint.api == "anthropic":
        return AnthropicProvider(
            anthropic_client=AsyncAnthropic(
                api_key=key, base_url=address, max_retries=0, http_client=http_client
            )
        )
    if endpoint.api == "google":
        return GoogleProvider(api_key=key, base_url=address, http_client=http_client)
    client = AsyncOpenAI(api_key=key, base_url=address, max_retries=0, http_client=http_client)
    if endpoint.base_url:
        return OpenAICompatibleProvider("openai-compatible", openai_client=client)
    return OpenAIProvider(openai_client=client)


def model_for(endpoint: Endpoint, provider: Provider[Any], model: str) -> Model[Any]:
    """The library's model object; making one costs no request."""
    if endpoint.api == "anthropic":
        return AnthropicModel(model, provider=provider)
    if endpoint.api == "google":
        return GoogleModel(model, provider=provider)
    chat = OpenAIChatModel(model, provider=provider)
    if endpoint.base_url and not chat.profile.get("openai_supports_reasoning", False):
        # Some compatible servers overlook max_completion_tokens and write without end. The schema goes there
        # as it is: made fit for OpenAI itself, it would lose the bound of a text.
        own = OpenAIModelProfile(
            openai_chat_supports_max_completion_tokens=False, json_schema_transformer=None
        )
        profile = merge_profile(None, own)
        chat = OpenAIChatModel(model, provider=provider, profile=profile)
    return chat


def history_of(said: tuple[Message, ...]) -> list[messages.ModelMessage]:
    """The messages as the library wants them: everything between two replies is one request."""
    history: list[messages.ModelMessage] = []
    parts: list[messages.ModelRequestPart] = []
    for message in said:
        if message.role == "assistant":
            if parts:
                history.append(messages.ModelRequest(parts=parts))
            history.append(messages.ModelResponse(parts=[messages.TextPart(message.text)]))
            parts = []
        elif message.role == "system":
            parts.append(messages.SystemPromptPart(message.text))
        else:
            parts.append(messages.UserPromptPart(message.text))
    if parts:
        history.append(messages.ModelRequest(parts=parts))
    return history


def output_mode_for(model: Model[Any], schema: Mapping[str, Any] | None) -> OutputMode:
    """How this model can be held to a schema: by itself, by a tool's arguments, or by asking for it."""
    if schema is None:
        return "text"
    if model.profile.get("supports_json_schema_output", False):
        return "native"
    return "tool" if model.profile.get("supports_tools", True) else "prompted"


def parameters_for(mode: OutputMode, schema: Mapping[str, Any] | None) -> ModelRequestParameters:
    """The library's parameters for an output mode."""
    if schema is None or mode == "text":
        return ModelRequestParameters()
    if mode == "tool":
        tool = ToolDefinition(name=ANSWER, parameters_json_schema=dict(schema), kind="output", strict=True)
        return ModelRequestParameters(output_mode="tool", output_tools=[tool], allow_text_output=False)
    output = OutputObjectDefinition(json_schema=dict(schema), name=ANSWER, strict=True)
    return ModelRequestParameters(output_mode=mode, output_object=output)


def settings_for(settings: CallSettings) -> ModelSettings:
    """The settings in the library's words. An effort that it does not know is left out, and so dropped."""
    asked: dict[str, Any] = {
        name: value
        for name in ("max_tokens", "temperature", "top_p", "seed")
        if (value := getattr(settings, name)) is not None
    }
    if settings.reasoning_effort == "none":
        asked["thinking"] = False
    elif settings.reasoning_effort in _EFFORTS:
        asked["thinking"] = settings.reasoning_effort
    return cast(ModelSettings, asked)


def sent_and_dropped(api: Api, settings: CallSettings, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Which settings stood in the request, with the values that went out, and which of the asked did not."""
    asked = {
        name: value
        for name in ("max_tokens", "temperature", "top_p", "seed", "reasoning_effort")
        if (value := getattr(settings, name)) not in (None, "")
    }
    try:
        written = json.loads(body)
    except ValueError:
        written = {}
    sent = {
        name: value
        for name, places in _PLACES.get(api, {}).items()
        if (value := next((found for place in places if (found := _at(written, place)) is not None), None))
        is not None
    }
    dropped = {name: value for name, value in asked.items() if name not in sent}
    return sent | {"timeout_seconds": settings.timeout_seconds}, dropped


def _at(body: Any, place: str) -> Any:
    for name in place.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body
