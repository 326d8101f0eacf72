"""What one call sends and receives, as bytes: recorded, capped, and never more than one request.

An HTTP transport that stands between the client library and the network. The library's retries are off, and
this is what holds it to that.
"""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import httpx2

from studies.llm.endpoints import EndpointPolicy, check_endpoint
from studies.llm.port import Wire

LARGEST_KEPT: Final = 1 << 20  # bytes of a body that are stored
LARGEST_READ: Final = 16 << 20  # bytes of a body after which nobody reads on
CONNECT_SECONDS: Final = 10.0
_REQUEST_ID_HEADERS: Final = ("x-request-id", "request-id", "x-goog-request-id")
_KEY_HEADERS: Final = ("authorization", "x-api-key", "x-goog-api-key")


class Stopped(httpx2.TransportError):
    """This side ended the exchange; the recording says why."""


@dataclass(slots=True)
class Recording:
    """One call on the wire. fault: why this side ended it, "" when it did not."""

    requests: int = 0
    is_streamed: bool = False
    sent: bytes = b""
    status: int | None = None
    content_type: str = ""
    request_id: str = ""
    kept: bytearray = field(default_factory=bytearray)
    length: int = 0
    fault: str = ""
    _digest: Any = field(default_factory=hashlib.sha256)

    def add(self, chunk: bytes) -> None:
        """Note a piece of the body; raises Stopped when there is too much of it."""
        self._digest.update(chunk)
        self.length += len(chunk)
        if (room := LARGEST_KEPT - len(self.kept)) > 0:
            self.kept += chunk[:room]
        if self.length > LARGEST_READ:
            self.stop("too_large")

    def stop(self, fault: str) -> NoReturn:
        self.fault = fault
        raise Stopped(fault)

    def wire(self, *, key: str) -> Wire | None:
        """What came back, without the key should the other side have repeated it; None when nothing came."""
        if self.status is None:
            return None
        body = bytes(self.kept)
        return Wire(
            http_status=self.status,
            request_id=self.request_id[:200],
            raw_body=body.replace(key.encode(), b"[key]") if key else body,
            raw_sha256=self._digest.hexdigest(),
            raw_truncated=self.length > len(self.kept),
        )

    def objects(self) -> Iterator[dict[str, Any]]:
        """The JSON objects of the body, one for each event of a stream, as far as they were kept."""
        body = bytes(self.kept)
        is_stream = "event-stream" in self.content_type
        texts = [line[5:] for line in body.splitlines() if line.startswith(b"data:")] if is_stream else [body]
        for text in texts:
            try:
                found = json.loads(text)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


_current: ContextVar[Recording] = ContextVar("studies.llm.wire")


@contextmanager
def recording() -> Iterator[Recording]:
    """Record what the transport does for the code inside."""
    kept = Recording()
    token = _current.set(kept)
    try:
        yield kept
    finally:
        _current.reset(token)


class RecordingTransport(httpx2.AsyncBaseTransport):
    """Sends one request per recording.

    policy: for a custom endpoint, whose host is looked up and checked anew for every call; the connection
    goes to the very address that was checked, so a name that changes in between (DNS rebinding) is no way in.
    has_key: without a key no header pretends to hold one.
    """

    def __init__(self, *, policy: EndpointPolicy | None, has_key: bool) -> None:
        self._policy = policy
        self._has_key = has_key
        self._checked = ""  # a host that is an address itself, and allowed: nothing about it can change
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=30)
        self._inner = httpx2.AsyncHTTPTransport(retries=0, limits=limits)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        record = _current.get()
        record.requests += 1
        if record.requests > 1:
            record.stop("second_request")
        record.sent = await request.aread()
        self._prepare(request)
        if self._policy is not None and request.url.host != self._checked:
            await self._pin(request, self._policy)
        response = await self._inner.handle_async_request(request)
        _note_head(record, response)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _RecordedStream(response.stream, record)
        return response

    def _prepare(self, request: httpx2.Request) -> None:
        # What is recorded must be readable, and a small body that unpacks to gigabytes has no way in.
        request.headers["Accept-Encoding"] = "identity"
        if not self._has_key:
            for name in _KEY_HEADERS:
                request.headers.pop(name, None)
        # The caller limits the whole call; between two tokens of a slow model there is no other limit.
        request.extensions = {
            **request.extensions,
            "timeout": {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None},
        }

    async def _pin(self, request: httpx2.Request, policy: EndpointPolicy) -> None:
        """Check the host and have the connection go to an address that was checked."""
        url = request.url
        base = str(url.copy_with(query=None, fragment=None))
        if not _is_name(url.host):
            _allowed(base, policy)
            self._checked = url.host
            return
        found = await asyncio.to_thread(_allowed, base, policy)
        # IPv4 first: a machine without IPv6 would wait for its time limit.
        request.url = url.copy_with(host=min(found, key=lambda text: ":" in text))
        request.extensions = {**request.extensions, "sni_hostname": url.host}

    async def aclose(self) -> None:
        await self._inner.aclose()


class _RecordedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream, record: Recording) -> None:
        self._inner = inner
        self._record = record

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self._record.add(chunk)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _note_head(record: Recording, response: httpx2.Response) -> None:
    record.status = response.status_code
    record.content_type = response.headers.get("content-type", "")
    named = (response.headers.get(name, "") for name in _REQUEST_ID_HEADERS)
    record.request_id = next(filter(None, named), "")
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        record.stop("compressed")


def _is_name(host: str) -> bool:
    return not (":" in host or host.replace(".", "").isdigit())


def _allowed(base_url: str, policy: EndpointPolicy) -> list[str]:
    return check_endpoint(
        base_url,
        allowed_hosts=policy.allowed_hosts,
        allow_private=policy.allow_private,
        allow_loopback=policy.allow_loopback,
    )
