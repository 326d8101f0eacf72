"""What went wrong in a call, in our words: every error of the library, its SDKs and the network."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from pydantic_ai import exceptions as library

from studies.llm.endpoints import EndpointRefused
from studies.llm.port import CallError, ErrorKind
from studies.llm.wire import Recording

LONGEST_QUOTE: Final = 300  # characters of a provider's own message

#: From the most specific class up: the first that fits is taken.
_KINDS: Final[tuple[tuple[type[BaseException], ErrorKind], ...]] = (
    (EndpointRefused, ErrorKind.BAD_REQUEST),
    (library.ModelQuotaExceededError, ErrorKind.QUOTA),
    (library.ModelRateLimitError, ErrorKind.RATE_LIMITED),
    (library.ModelUnavailableError, ErrorKind.OVERLOADED),
    (library.ModelServerError, ErrorKind.SERVER),
    (library.ModelTimeoutError, ErrorKind.TIMEOUT),
    (library.ModelRequestTimeout, ErrorKind.TIMEOUT),
    (library.ModelConnectionError, ErrorKind.CONNECTION),
    (library.ModelContextWindowExceededError, ErrorKind.CONTEXT_WINDOW),
    (library.ModelAuthenticationError, ErrorKind.AUTHENTICATION),
    (library.ModelNotFoundError, ErrorKind.UNKNOWN_MODEL),
    (library.ModelRequestRejectedError, ErrorKind.BAD_REQUEST),
    (library.UserError, ErrorKind.BAD_REQUEST),
    (httpx2.TimeoutException, ErrorKind.TIMEOUT),
    (httpx2.TransportError, ErrorKind.CONNECTION),
    (TimeoutError, ErrorKind.TIMEOUT),
    (OSError, ErrorKind.CONNECTION),
)
#: Statuses for which the library has no class of its own.
_STATUS_KINDS: Final = {
    408: ErrorKind.TIMEOUT,
    409: ErrorKind.SERVER,
    413: ErrorKind.CONTEXT_WINDOW,
    425: ErrorKind.SERVER,
}
_SENTENCES: Final = {
    ErrorKind.RATE_LIMITED: "{host} got too many requests and asks to wait.",
    ErrorKind.OVERLOADED: "{host} is overloaded right now and did not answer.",
    ErrorKind.SERVER: "{host} failed with an error of its own.",
    ErrorKind.CONNECTION: "{host} could not be reached, or the connection broke off during the answer.",
    ErrorKind.AUTHENTICATION: "{host} did not accept the key in {key_name}.",
    ErrorKind.QUOTA: "The account behind {key_name} has used up its credit or quota at {host}.",
    ErrorKind.UNKNOWN_MODEL: "{host} knows no model {model}, or the endpoint's address is wrong.",
    ErrorKind.CONTEXT_WINDOW: "The prompt is longer than {model} can read.",
    ErrorKind.BAD_REQUEST: "{host} refused the request as it was put.",
    ErrorKind.BAD_RESPONSE: "{host} sent an answer that could not be read.",
}
_FAULTS: Final = {
    "too_large": "{host} sent more than 16 MiB for one answer, so reading was stopped.",
    "compressed": "{host} sent a compressed answer although it was asked not to.",
    "second_request": "{host} wanted its answer fetched in more than one request, which is never done here.",
}
# What looks like a key, even partly starred out, in a message that a provider wrote.
_KEY_LIKE: Final = re.compile(
    r"\b(?:sk|pk|rk|key|AIza|gsk|xai)[-_]?(?=[A-Za-z_\-]*[0-9*])[A-Za-z0-9_*.\-]{8,}|\bBearer [^\s,'\"]+"
)


@dataclass(frozen=True, slots=True)
class Call:
    """What an error's sentence may name, and the key that it must not."""

    host: str
    model: str
    key_name: str
    key: str
    timeout_seconds: float


def call_error(error: BaseException, call: Call, recording: Recording, *, seconds: float) -> CallError:
    """The typed error for whatever a call raised; nothing of the key is left in it."""
    kind, template = _judged(error, recording)
    retry_after = getattr(error, "retry_after", None)
    if kind is ErrorKind.RATE_LIMITED and retry_after is not None:
        template = "{host} got too many requests and asks to wait " + f"{retry_after:.0f} seconds."
    quote = _quote(error, call.key) if kind in _QUOTED and not recording.fault else ""
    return CallError(
        kind,
        scrubbed(_sentence(template, call), call.key) + quote,
        retry_after=retry_after,
        seconds=seconds,
        wire=recording.wire(key=call.key),
    )


def bad_response(template: str, call: Call, recording: Recording, *, seconds: float) -> CallError:
    """The error for an answer that arrived and can't be used."""
    sentence = scrubbed(_sentence(template, call), call.key)
    return CallError(ErrorKind.BAD_RESPONSE, sentence, seconds=seconds, wire=recording.wire(key=call.key))


def scrubbed(text: str, key: str) -> str:
    """The text without this key and without anything that looks like one."""
    return _KEY_LIKE.sub("[key]", text.replace(key, "[key]") if key else text)


_QUOTED: Final = frozenset(
    {ErrorKind.BAD_REQUEST, ErrorKind.SERVER, ErrorKind.UNKNOWN_MODEL, ErrorKind.QUOTA}
)


def _judged(error: BaseException, recording: Recording) -> tuple[ErrorKind, str]:
    if recording.fault:
        return ErrorKind.BAD_RESPONSE, _FAULTS[recording.fault]
    if not recording.requests and not isinstance(error, TimeoutError | library.UserError):
        return (
            ErrorKind.BAD_REQUEST,
            f"The request to {{host}} could not be put together ({type(error).__name__}).",
        )
    refusal = _cause(error, EndpointRefused)
    if refusal is not None:
        return ErrorKind.BAD_REQUEST, str(refusal).replace("{", "(").replace("}", ")")
    kind = _kind(error, recording)
    if kind is ErrorKind.TIMEOUT:
        return kind, _timeout_sentence(recording)
    if kind is ErrorKind.BAD_RESPONSE:
        return kind, unreadable(recording)
    return kind, _SENTENCES[kind]


def _kind(error: BaseException, recording: Recording) -> ErrorKind:
    for error_class, kind in _KINDS:
        if isinstance(error, error_class):
            return kind
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _STATUS_KINDS.get(status, ErrorKind.BAD_REQUEST)
    return ErrorKind.BAD_RESPONSE


def _cause(error: BaseException | None, wanted: type[BaseException]) -> BaseException | None:
    """The error of this class that another one was raised from."""
    while error is not None and not isinstance(error, wanted):
        error = error.__cause__ or error.__context__
    return error


def _timeout_sentence(recording: Recording) -> str:
    if recording.status is None:
        return "{host} did not answer within {timeout} seconds."
    return "{host} began to answer but had not finished after {timeout} seconds."


def unreadable(recording: Recording) -> str:
    """Why an answer could not be read, as a template."""
    if recording.status is not None and 300 <= recording.status < 400:
        return "{host} sends callers elsewhere, which is never followed; correct the endpoint's address."
    if not recording.length:
        return "{host} sent an empty answer."
    if "html" in recording.content_type or bytes(recording.kept[:200]).lstrip()[:1] == b"<":
        return "{host} answered with a web page instead of a model's reply; check the endpoint's address."
    if recording.is_streamed and "event-stream" not in recording.content_type:
        return "{host} did not stream its answer, so it could not be read; check the endpoint's address."
    return _SENTENCES[ErrorKind.BAD_RESPONSE]


def _sentence(template: str, call: Call) -> str:
    return template.format(
        host=call.host,
        model=call.model,
        key_name=call.key_name or "no variable",
        timeout=f"{call.timeout_seconds:g}",
    )


def _quote(error: BaseException, key: str) -> str:
    """The provider's own words, scrubbed, then shortened: a key cut in two would not be found."""
    said = _message(getattr(error, "body", None))
    if not said and isinstance(error, library.UserError):
        said = str(error)
    said = scrubbed(" ".join(said.split()), key)
    if len(said) > LONGEST_QUOTE:
        said = said[: LONGEST_QUOTE - 1] + "…"
    return f" It said: “{said}”" if said else ""


def _message(body: Any) -> str:
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except ValueError:
            return "" if body.lstrip().startswith("<") else body
    while isinstance(body, dict):
        body = body.get("error") or body.get("message") or body.get("detail") or ""
    return body if isinstance(body, str) else ""
