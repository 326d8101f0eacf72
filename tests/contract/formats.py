"""What OpenAI, Anthropic and Google write over the wire, as their loopback stand-ins need it.

Written from the providers' documentation, not from what the client library happens to accept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from studies.llm.port import Api

Ending = Literal["stop", "length", "content_filter", "refusal", "continued"]
JSON = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request as a server reads it. schema: what the answer must follow; tool: by way of this tool."""

    api: Api
    model: str
    text: str
    schema: Mapping[str, Any] | None
    tool: str
    is_streamed: bool
    body: JSON


@dataclass(frozen=True)
class Reply:
    """An answer before it is put into a wire format. model "" names none; tokens: input, cached, output."""

    text: str
    model: str
    ending: Ending = "stop"
    tool: str = ""
    tokens: tuple[int, int, int] | None = (100, 20, 10)
    with_end: bool = True


def asked_of(path: str, body: JSON) -> Asked:
    """Read a request by its path."""
    if path.startswith("/v1beta/models/"):
        return _google_asked(path, body)
    if path.startswith("/v1/messages"):
        return _anthropic_asked(body)
    return _openai_asked(body)


def events_of(asked: Asked, reply: Reply) -> list[bytes]:
    """The server-sent events of an answer: what comes with the first token, the middle, the end."""
    makers = {"openai": _openai_events, "anthropic": _anthropic_events, "google": _google_events}
    return makers[asked.api](reply)


def whole_of(asked: Asked, reply: Reply) -> JSON:
    """The body of an answer that is not streamed."""
    makers = {"openai": _openai_whole, "anthropic": _anthropic_whole, "google": _google_whole}
    return makers[asked.api](reply)


def error_of(asked: Asked, kind: str) -> tuple[int, JSON]:
    """Status and body of an error as the provider documents it."""
    if asked.api == "anthropic":
        status, code, message = _ANTHROPIC_ERRORS[kind]
        return status, {"type": "error", "error": {"type": code, "message": message}, "request_id": "req_1"}
    if asked.api == "google":
        status, code, message = _GOOGLE_ERRORS[kind]
        error: JSON = {"code": status, "message": message, "status": code}
        if kind == "quota":
            error["details"] = [
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
                }
            ]
        return status, {"error": error}
    status, openai_code, message = _OPENAI_ERRORS[kind]
    said = {"message": message, "type": "invalid_request_error", "param": None, "code": openai_code}
    return status, {"error": said}


_OPENAI_ERRORS = {
    "bad_request": (400, "unsupported_value", "temperature does not support 0.3 with this model."),
    "context": (400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
    "unauthorized": (401, "invalid_api_key", "Incorrect API key provided."),
    "not_found": (404, "model_not_found", "The model `x` does not exist or you do not have access to it."),
    "rate_limited": (429, "rate_limit_exceeded", "Rate limit reached for requests."),
    "quota": (429, "insufficient_quota", "You exceeded your current quota, please check your plan."),
    "server_error": (500, None, "The server had an error while processing your request."),
    "overloaded": (503, "overloaded", "The engine is currently overloaded, please try again later."),
    "filtered_prompt": (400, "content_policy_violation", "Your request was rejected by our safety system."),
}
_ANTHROPIC_ERRORS = {
    "bad_request": (400, "invalid_request_error", "temperature does not support 0.3 with this model."),
    "context": (400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "unauthorized": (401, "authentication_error", "invalid x-api-key"),
    "not_found": (404, "not_found_error", "model: x"),
    "rate_limited": (429, "rate_limit_error", "This request would exceed your rate limit."),
    "quota": (400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    "server_error": (500, "api_error", "Internal server error"),
    "overloaded": (529, "overloaded_error", "Overloaded"),
}
_GOOGLE_ERRORS = {
    "bad_request": (400, "INVALID_ARGUMENT", "temperature does not support 0.3 with this model."),
    "context": (
        400,
        "INVALID_ARGUMENT",
        "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
    ),
    "unauthorized": (403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."),
    "not_found": (404, "NOT_FOUND", "models/x is not found for API version v1beta."),
    "rate_limited": (429, "RESOURCE_EXHAUSTED", "Resource has been exhausted."),
    "quota": (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    "server_error": (500, "INTERNAL", "An internal error has occurred."),
    "overloaded": (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def _openai_asked(body: JSON) -> Asked:
    tools = body.get("tools") or []
    form = body.get("response_format") or {}
    schema = form.get("json_schema", {}).get("schema")
    tool = ""
    if tools:
        tool, schema = tools[0]["function"]["name"], tools[0]["function"]["parameters"]
    text = json.dumps(body["messages"], ensure_ascii=False)
    return Asked("openai", body["model"], text, schema, tool, bool(body.get("stream")), body)


def _openai_events(reply: Reply) -> list[bytes]:
    def chunk(choices: list[JSON], **more: Any) -> bytes:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1790000000}
        named = {"model": reply.model} if reply.model else {}
        return _event({**head, **named, "system_fingerprint": "fp_loop", "choices": choices, **more})

    def delta(finish: str | None = None, **said: Any) -> bytes:
        return chunk([{"index": 0, "delta": said, "finish_reason": finish}])

    pieces = [delta(role="assistant", content="")]
    if reply.ending == "refusal":
        pieces.append(delta(refusal=reply.text))
    elif reply.tool:
        call = {"index": 0, "id": "call_1", "type": "function"}
        pieces.append(delta(tool_calls=[{**call, "function": {"name": reply.tool, "arguments": ""}}]))
        pieces += [
            delta(tool_calls=[{"index": 0, "function": {"arguments": part}}]) for part in _parts(reply.text)
        ]
    else:
        pieces += [delta(content=part) for part in _parts(reply.text)]
    if not reply.with_end:
        return pieces
    finish = "stop" if reply.ending == "refusal" else reply.ending
    pieces.append(delta("tool_calls" if reply.tool else finish))
    if reply.tokens:
        pieces.append(chunk([], usage=_openai_usage(*reply.tokens)))
    return [*pieces, b"data: [DONE]\n\n"]


def _openai_whole(reply: Reply) -> JSON:
    message: JSON = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.ending == "refusal":
        message |= {"content": None, "refusal": reply.text}
    elif reply.tool:
        called = {"name": reply.tool, "arguments": reply.text}
        message |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": called}],
        }
    finish = "stop" if reply.ending == "refusal" else reply.ending
    choice: JSON = {"index": 0, "message": message, "finish_reason": "tool_calls" if reply.tool else finish}
    if not reply.with_end:
        choice["finish_reason"] = None
    whole: JSON = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1790000000}
    whole |= {"model": reply.model} if reply.model else {}
    whole |= {"system_fingerprint": "fp_loop", "choices": [choice]}
    return whole | ({"usage": _openai_usage(*reply.tokens)} if reply.tokens else {})


def _openai_usage(told: int, cached: int, wrote: int) -> JSON:
    return {
        "prompt_tokens": told,
        "completion_tokens": wrote,
        "total_tokens": told + wrote,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": 4},
    }


def _anthropic_asked(body: JSON) -> Asked:
    tools = body.get("tools") or []
    form = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    tool, schema = "", form.get("schema")
    if tools:
        tool, schema = tools[0]["name"], tools[0]["input_schema"]
    text = json.dumps([body.get("system"), body["messages"]], ensure_ascii=False)
    return Asked("anthropic", body["model"], text, schema, tool, bool(body.get("stream")), body)


def _anthropic_events(reply: Reply) -> list[bytes]:
    told, cached, wrote = reply.tokens or (0, 0, 0)
    usage = {"input_tokens": told - cached, "cache_read_input_tokens": cached, "output_tokens": 1}
    message: JSON = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
    message |= {"model": reply.model, "stop_reason": None, "stop_sequence": None, "usage": usage}
    block: JSON = {"type": "text", "text": ""}
    if reply.tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": reply.tool, "input": {}}
    pieces = [
        _named("message_start", {"message": message}),
        _named("content_block_start", {"index": 0, "content_block": block}),
    ]
    for part in _parts(reply.text):
        said = (
            {"type": "input_json_delta", "partial_json": part}
            if reply.tool
            else {"type": "text_delta", "text": part}
        )
        pieces.append(_named("content_block_delta", {"index": 0, "delta": said}))
    if not reply.with_end:
        return pieces
    why: JSON = {"stop_reason": _anthropic_reason(reply), "stop_sequence": None}
    pieces.append(_named("content_block_stop", {"index": 0}))
    pieces.append(_named("message_delta", {"delta": why, "usage": {"output_tokens": wrote}}))
    return [*pieces, _named("message_stop", {})]


def _anthropic_whole(reply: Reply) -> JSON:
    told, cached, wrote = reply.tokens or (0, 0, 0)
    block: JSON = {"type": "text", "text": reply.text}
    if reply.tool:
        block = {"type": "tool_use", "id": "toolu_1", "name": reply.tool, "input": json.loads(reply.text)}
    whole: JSON = {"id": "msg_1", "type": "message", "role": "assistant", "content": [block]}
    whole |= {"stop_reason": _anthropic_reason(reply) if reply.with_end else None, "stop_sequence": None}
    whole |= {"model": reply.model} if reply.model else {}
    usage = {"input_tokens": told - cached, "cache_read_input_tokens": cached, "output_tokens": wrote}
    return whole | {"usage": usage}


def _anthropic_reason(reply: Reply) -> str:
    reasons = {"length": "max_tokens", "stop": "end_turn", "content_filter": "refusal", "refusal": "refusal"}
    return "tool_use" if reply.tool else reasons[reply.ending]


def _google_asked(path: str, body: JSON) -> Asked:
    model = path.removeprefix("/v1beta/models/").partition(":")[0]
    form = body.get("generationConfig") or {}
    schema = form.get("responseJsonSchema") or form.get("responseSchema")
    tool = ""
    if tools := body.get("tools"):
        declared = tools[0]["functionDeclarations"][0]
        tool = declared["name"]
        schema = declared.get("parametersJsonSchema") or declared.get("parameters")
    text = json.dumps([body.get("systemInstruction"), body["contents"]], ensure_ascii=False)
    return Asked("google", model, text, schema, tool, ":stream" in path, body)


def _google_events(reply: Reply) -> list[bytes]:
    head: JSON = {"responseId": "resp-1"} | ({"modelVersion": reply.model} if reply.model else {})
    if reply.ending == "refusal":
        blocked = {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": reply.text}
        return [_event({**head, "promptFeedback": blocked, "usageMetadata": {"promptTokenCount": 100}})]
    parts: list[JSON] = [{"text": part} for part in _parts(reply.text)]
    if reply.tool:
        parts = [{"functionCall": {"name": reply.tool, "args": json.loads(reply.text)}}]
    pieces = [
        _event({**head, "candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}}]})
        for part in parts
    ]
    if not reply.with_end:
        return pieces
    candidate: JSON = {"index": 0, "finishReason": _GOOGLE_REASONS[reply.ending]}
    if reply.ending == "continued":
        candidate["continuationToken"] = "bmV4dA=="
    last: JSON = {"candidates": [candidate]}
    return [*pieces, _event({**head, **last, **_google_usage(reply)})]


_GOOGLE_REASONS = {
    "stop": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
    "continued": "CONTINUATION",
}


def _google_whole(reply: Reply) -> JSON:
    head: JSON = {"responseId": "resp-1"} | ({"modelVersion": reply.model} if reply.model else {})
    if reply.ending == "refusal":
        blocked = {"blockReason": "PROHIBITED_CONTENT", "blockReasonMessage": reply.text}
        return {**head, "promptFeedback": blocked, "usageMetadata": {"promptTokenCount": 100}}
    part: JSON = {"text": reply.text}
    if reply.tool:
        part = {"functionCall": {"name": reply.tool, "args": json.loads(reply.text)}}
    candidate: JSON = {"index": 0, "content": {"role": "model", "parts": [part]}}
    if reply.with_end:
        candidate["finishReason"] = _GOOGLE_REASONS[reply.ending]
    return {**head, "candidates": [candidate], **_google_usage(reply)}


def _google_usage(reply: Reply) -> JSON:
    if not reply.tokens:
        return {}
    told, cached, wrote = reply.tokens
    return {
        "usageMetadata": {
            "promptTokenCount": told,
            "cachedContentTokenCount": cached,
            "candidatesTokenCount": wrote,
            "totalTokenCount": told + wrote,
        }
    }


def _parts(text: str) -> list[str]:
    """A text in three pieces, the first one short, as streams come."""
    middle = (len(text) + 3) // 2
    return [part for part in (text[:3], text[3:middle], text[middle:]) if part]


def _event(body: JSON) -> bytes:
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def _named(name: str, body: JSON) -> bytes:
    return b"event: " + name.encode() + b"\n" + _event({"type": name, **body})
