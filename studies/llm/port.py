"""The port to language models: messages go in, a completion or a typed error comes out.

One call is one HTTP attempt. Nothing behind the port retries: whoever calls writes down every attempt,
so it must see every attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

Role = Literal["system", "user", "assistant"]
Api = Literal["openai", "anthropic", "google", "scripted"]
FinishReason = Literal["stop", "length", "content_filter", "refusal", "other"]
OutputMode = Literal["text", "native", "tool", "prompted"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of what the model reads."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. "openai" also serves every OpenAI-compatible endpoint by its base_url.

    base_url "" is the provider's own address; key_name is the NAME of the environment variable that
    holds the key, never the key, and "" sends none.
    """

    api: Api
    base_url: str = ""
    key_name: str = ""


@dataclass(frozen=True, slots=True)
class CallSettings:
    """What is asked of the model. None and "" leave a setting to the provider; seconds are wall time."""

    max_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    reasoning_effort: str = ""
    timeout_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call. schema: a JSON schema that the answer must follow strictly; None asks for plain text."""

    endpoint: Endpoint
    model: str
    messages: tuple[Message, ...]
    settings: CallSettings
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it told nothing.

    cached_tokens are part of input_tokens, reasoning_tokens are part of output_tokens.
    """

    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None


@dataclass(frozen=True, slots=True)
class Wire:
    """What came over the wire: at most 1 MiB of the body is kept, raw_sha256 is over all that was read."""

    http_status: int | None
    request_id: str
    raw_body: bytes
    raw_sha256: str
    raw_truncated: bool


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model answered, whole. Truncations, refusals and content filters are completions too.

    text is the answer, for a schema the JSON as the model wrote it, unparsed and possibly wrong.
    settings_sent and settings_dropped have the names of CallSettings; sent are the values that stood in the
    request, dropped the ones asked for that did not. model_returned "" means that the provider named none.
    seconds and first_token_seconds count from just before the request; the first token is that of the text,
    and None for an answer under a schema, which is not streamed.
    """

    text: str
    finish_reason: FinishReason
    refusal: str
    model_returned: str
    response_id: str
    system_fingerprint: str
    usage: Usage
    settings_sent: Mapping[str, Any]
    settings_dropped: Mapping[str, Any]
    output_mode: OutputMode
    first_token_seconds: float | None
    seconds: float
    wire: Wire


class ErrorKind(StrEnum):
    """Why a call came to nothing."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER = "server"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    AUTHENTICATION = "authentication"
    QUOTA = "quota"
    UNKNOWN_MODEL = "unknown_model"
    CONTEXT_WINDOW = "context_window"
    BAD_REQUEST = "bad_request"
    BAD_RESPONSE = "bad_response"

    @property
    def is_transient(self) -> bool:
        """The same call may succeed later."""
        return self in _TRANSIENT

    @property
    def pauses_run(self) -> bool:
        """Every call of the run would fail alike until a person does something."""
        return self in _PAUSING


_TRANSIENT = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.OVERLOADED,
        ErrorKind.SERVER,
        ErrorKind.TIMEOUT,
        ErrorKind.CONNECTION,
        ErrorKind.BAD_RESPONSE,
    }
)
_PAUSING = frozenset({ErrorKind.AUTHENTICATION, ErrorKind.QUOTA, ErrorKind.UNKNOWN_MODEL})


class CallError(Exception):
    """A call that brought no completion.

    sentence is what a researcher understands, without any key in it; retry_after are the seconds that the
    provider asked to wait, None when it asked for nothing; wire is None when nothing came back.
    """

    def __init__(
        self,
        kind: ErrorKind,
        sentence: str,
        *,
        retry_after: float | None = None,
        seconds: float = 0.0,
        wire: Wire | None = None,
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.retry_after = retry_after
        self.seconds = seconds
        self.wire = wire


class Client(Protocol):
    """Asks models. The caller may have many calls under way in one event loop."""

    async def complete(self, request: CallRequest) -> Completion:
        """One attempt, never a second; raises CallError and nothing else."""
        ...
