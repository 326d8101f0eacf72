"""A provider without a model: for tests and first steps. Every reply says what it is.

Model ids start with "scripted-". What is written depends on the request alone, so that a run can be repeated.
"""

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from studies.llm.port import (
    CallError,
    CallRequest,
    Completion,
    ErrorKind,
    FinishReason,
    Usage,
    Wire,
)
from studies.llm.scripted_codes import codes_answer

PREFIX: Final = "scripted-"
SLOW_SECONDS: Final = 1.0
_OPENINGS: Final = (
    "That sounds like a lot to carry.",
    "Thank you for telling me about this.",
    "I can hear how much this matters to you.",
    "It makes sense that you feel this way.",
)
_QUESTIONS: Final = (
    "What has been the hardest part so far?",
    "Who could be beside you in this?",
    "What would help you most tonight?",
    "What did you need when it happened?",
)
_WORDS: Final = ("listens", "asks", "reassures", "advises", "reflects", "waits")


@dataclass(frozen=True, slots=True)
class _Mishap:
    kind: ErrorKind
    sentence: str
    status: int | None = None
    retry_after: float | None = None


_MISHAPS: Final = {
    "scripted-429": _Mishap(ErrorKind.RATE_LIMITED, "The scripted provider asks to wait.", 429, 5.0),
    "scripted-500": _Mishap(ErrorKind.SERVER, "The scripted provider failed, as its name says.", 500),
    "scripted-529": _Mishap(ErrorKind.OVERLOADED, "The scripted provider is overloaded.", 529),
    "scripted-401": _Mishap(ErrorKind.AUTHENTICATION, "The scripted provider did not accept the key.", 401),
    "scripted-quota": _Mishap(ErrorKind.QUOTA, "The scripted provider's credit is used up.", 429),
    "scripted-unknown": _Mishap(ErrorKind.UNKNOWN_MODEL, "The scripted provider knows no such model.", 404),
    "scripted-unreachable": _Mishap(ErrorKind.CONNECTION, "The scripted provider could not be reached."),
}


class ScriptedClient:
    """The port without a network.

    scripted-refuses, scripted-truncates, scripted-garbage, scripted-slow (takes SLOW_SECONDS) and the ids in
    _MISHAPS misbehave as they are named; every other id answers.
    """

    async def complete(self, request: CallRequest) -> Completion:
        """Answer at once, from a hash of the request."""
        began = time.perf_counter()
        if request.model == "scripted-slow":
            await asyncio.sleep(SLOW_SECONDS)
        seed = fingerprint(request)
        if not request.model.startswith(PREFIX):
            raise CallError(ErrorKind.UNKNOWN_MODEL, "The scripted provider's models are called scripted-…")
        if (mishap := _MISHAPS.get(request.model)) is not None:
            raise _raised(mishap, time.perf_counter() - began)
        text, finish, refusal = _spoken(request, seed)
        return _completion(request, text, finish, refusal, seed, time.perf_counter() - began)


def fingerprint(request: CallRequest) -> str:
    """The hexadecimal hash that decides an answer: of model, messages, schema and seed."""
    said = [[message.role, message.text] for message in request.messages]
    whole = json.dumps([request.model, said, request.schema, request.settings.seed], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()


def reply_for(seed: str) -> str:
    """A reply that can't be mistaken for a model's."""
    rng = random.Random(seed)
    return f"[scripted reply {seed[:4]}] {rng.choice(_OPENINGS)} {rng.choice(_QUESTIONS)}"


def value_for(schema: Mapping[str, Any], rng: random.Random, root: Mapping[str, Any] | None = None) -> Any:
    """A value that a JSON schema allows, drawn from rng; knows what providers' strict schemas may hold."""
    root = schema if root is None else root
    if "$ref" in schema:
        return value_for(_referred(schema["$ref"], root), rng, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(list(schema["enum"]))
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return value_for(rng.choice(list(options)), rng, root)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: value_for(inner, rng, root) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        count = max(schema.get("minItems", 1), 1)
        return [value_for(schema.get("items", {"type": "string"}), rng, root) for _ in range(count)]
    return _plain(kind, schema, rng)


def _plain(kind: str, schema: Mapping[str, Any], rng: random.Random) -> Any:
    if kind == "integer":
        return rng.randint(schema.get("minimum", 0), schema.get("maximum", 9))
    if kind == "number":
        return round(rng.uniform(schema.get("minimum", 0.0), schema.get("maximum", 1.0)), 3)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "null":
        return None
    text = f"[scripted] one reply {rng.choice(_WORDS)}, the other {rng.choice(_WORDS)}."
    return text[: schema.get("maxLength", len(text))]


def _referred(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    assert isinstance(found, Mapping)
    return found


def _written(request: CallRequest, seed: str) -> str:
    """A reply, codes, or what else the schema asks for."""
    if request.schema is None:
        return reply_for(seed)
    codes = codes_answer(request.messages[-1].text, request.schema)
    return codes or json.dumps(value_for(request.schema, random.Random(seed)), ensure_ascii=False)


def _spoken(request: CallRequest, seed: str) -> tuple[str, FinishReason, str]:
    """Text, finish reason and refusal."""
    if request.model == "scripted-refuses":
        return "", "refusal", "[scripted refusal] This was asked for by the model's name."
    if request.model == "scripted-garbage":
        return '[scripted garbage] {"overall": ', "stop", ""
    text = _written(request, seed)
    if request.model == "scripted-truncates":
        return text[: len(text) // 2], "length", ""
    return text, "stop", ""


def _completion(
    request: CallRequest, text: str, finish: FinishReason, refusal: str, seed: str, seconds: float
) -> Completion:
    settings = request.settings
    asked = {
        name: value
        for name in ("max_tokens", "temperature", "top_p", "seed", "reasoning_effort", "timeout_seconds")
        if (value := getattr(settings, name)) not in (None, "")
    }
    words = sum(len(message.text.split()) for message in request.messages)
    return Completion(
        text=text,
        finish_reason=finish,
        refusal=refusal,
        model_returned=request.model,
        response_id=f"scripted-{seed[:16]}",
        system_fingerprint="scripted",
        usage=Usage(words, 0, len(text.split()), 0),
        settings_sent=asked,
        settings_dropped={},
        output_mode="text" if request.schema is None else "native",
        first_token_seconds=seconds,
        seconds=seconds,
        wire=_wire(200, text.encode()),
    )


def _raised(mishap: _Mishap, seconds: float) -> CallError:
    wire = None if mishap.status is None else _wire(mishap.status, mishap.sentence.encode())
    return CallError(mishap.kind, mishap.sentence, retry_after=mishap.retry_after, seconds=seconds, wire=wire)


def _wire(status: int, body: bytes) -> Wire:
    return Wire(status, "", body, hashlib.sha256(body).hexdigest(), raw_truncated=False)
