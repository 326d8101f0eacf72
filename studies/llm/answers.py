"""A completion from what the library read and what the wire said."""

from itertools import islice
from typing import Final

from pydantic_ai import messages
from pydantic_ai.exceptions import ModelRequestRejectedError
from pydantic_ai.usage import RequestUsage

from studies.llm.port import CallRequest, Completion, FinishReason, OutputMode, Usage, Wire
from studies.llm.providers import sent_and_dropped
from studies.llm.wire import Recording

#: Codes with which a provider refuses a prompt for what it says: a result, not a failure.
FILTER_CODES: Final = frozenset({"content_filter", "content_policy_violation", "invalid_prompt"})
_FINISHES: Final[dict[str | None, FinishReason]] = {
    "stop": "stop",
    "tool_call": "stop",
    "length": "length",
    "content_filter": "content_filter",
}


def finish_of(response: messages.ModelResponse) -> tuple[FinishReason | None, str]:
    """Why the model stopped, and what it or its filter said about a refusal; None when it never said so.

    The library takes a missing reason for "stop": then a stream that just ended would look complete.
    """
    details = response.provider_details or {}
    said = str(details.get("refusal") or "")
    raw = details.get("finish_reason")
    if said or raw == "refusal":
        return "refusal", said
    if response.finish_reason == "content_filter":
        return "content_filter", str(
            details.get("block_reason_message") or details.get("block_reason") or raw or ""
        )
    if raw is None:
        return None, ""
    return _FINISHES.get(response.finish_reason, "other"), ""


def completion_of(
    request: CallRequest,
    record: Recording,
    wire: Wire,
    *,
    mode: OutputMode,
    response: messages.ModelResponse | None,
    finish: FinishReason,
    refusal: str,
    first_token_seconds: float | None,
    seconds: float,
    key: str,
) -> Completion:
    """Put a completion together; response is None when a filter turned the prompt down before any answer.

    A key that the server echoed is taken out of what was said.
    """
    sent, dropped = sent_and_dropped(request.endpoint.api, request.settings, record.sent)
    model_returned, fingerprint = _named(record)
    return Completion(
        text=without(_text(response, mode), key) if response else "",
        finish_reason=finish,
        refusal=without(refusal, key),
        model_returned=model_returned,
        response_id=(response.provider_response_id or "") if response else "",
        system_fingerprint=fingerprint,
        usage=_usage(response.usage if response else RequestUsage(unmeasured_requests=1)),
        settings_sent=sent,
        settings_dropped=dropped,
        output_mode=mode,
        first_token_seconds=first_token_seconds,
        seconds=seconds,
        wire=wire,
    )


def filtered(
    request: CallRequest, error: Exception, record: Recording, key: str, seconds: float
) -> Completion | None:
    """A prompt that a provider's filter turned down with an error status, as the completion that it is."""
    wire = record.wire(key=key)
    if (
        wire is None
        or not isinstance(error, ModelRequestRejectedError)
        or error.provider_error_code not in FILTER_CODES
    ):
        return None
    return completion_of(
        request,
        record,
        wire,
        mode="text" if request.schema is None else "native",
        response=None,
        finish="content_filter",
        refusal=str(error.provider_error_code),
        first_token_seconds=None,
        seconds=seconds,
        key=key,
    )


def without(text: str, key: str) -> str:
    """The text, a key that was sent taken out of it."""
    return text.replace(key, "[key]") if key else text


def _text(response: messages.ModelResponse, mode: OutputMode) -> str:
    """The answer as it was written; in tool mode the arguments, or what was said instead of a call."""
    if mode == "tool":
        for part in response.parts:
            if isinstance(part, messages.ToolCallPart):
                return part.args if isinstance(part.args, str) else part.args_as_json_str()
    return "".join(part.content for part in response.parts if isinstance(part, messages.TextPart))


def _named(record: Recording) -> tuple[str, str]:
    """The model and the fingerprint that the answer itself names.

    Read from the wire: the library fills a missing model in with the one asked for, and for Anthropic always.
    """
    model = fingerprint = ""
    for event in islice(record.objects(), 8):
        inner = event.get("message")
        named = event.get("model") or event.get("modelVersion")
        if not named and isinstance(inner, dict):
            named = inner.get("model")
        model = model or str(named or "")
        fingerprint = fingerprint or str(event.get("system_fingerprint") or "")
        if model and fingerprint:
            break
    return model, fingerprint


def _usage(usage: RequestUsage) -> Usage:
    if usage.unmeasured_requests or not (usage.input_tokens or usage.output_tokens):
        return Usage(None, None, None, None)
    details = usage.details or {}
    reasoning = details.get("reasoning_tokens", details.get("thoughts_tokens"))
    return Usage(usage.input_tokens, usage.cache_read_tokens, usage.output_tokens, reasoning)
