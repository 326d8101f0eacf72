"""Loopback servers that speak the three providers' wire formats, and misbehave when asked to.

A model id may end in "--" and the name of a mishap: "gpt-4o-mini--html". One port serves all three formats.

    python -m tests.contract.servers --latency 0.2 --jitter 0.05 --failing 0.1
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from studies.llm.port import Api
from studies.llm.scripted import reply_for, value_for
from tests.contract.formats import JSON, Asked, Reply, asked_of, error_of, events_of, whole_of

MEBIBYTE = 1 << 20
ERRORS = {
    "bad_request",
    "context",
    "filtered_prompt",
    "not_found",
    "overloaded",
    "quota",
    "rate_limited",
    "server_error",
    "unauthorized",
}
# How many events it takes until one holds text.
_TO_FIRST_TEXT: dict[Api, int] = {"openai": 2, "anthropic": 3, "google": 1}
HTML = b"<!doctype html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


@dataclass
class Traits:
    """How a server behaves. latency, jitter: seconds to the last token, of which a third to the first.

    failing: the share of requests that get a 429 or a 500, drawn from a fixed seed.
    """

    latency: float = 0.0
    jitter: float = 0.0
    failing: float = 0.0
    retry_after: int = 1


@dataclass
class Loopback:
    """A running server: where it is, and what it has seen."""

    port: int
    traits: Traits = field(default_factory=Traits)
    requests: list[Asked] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    keep: bool = True
    rng: random.Random = field(default_factory=lambda: random.Random(20261123))

    @property
    def base_urls(self) -> dict[str, str]:
        root = f"http://127.0.0.1:{self.port}"
        return {"openai": f"{root}/v1", "anthropic": root, "google": root}

    def forget(self) -> None:
        self.requests.clear()
        self.headers.clear()
        self.count.clear()


class Hung(Exception):
    """The client went away, or this side hangs up in the middle."""


async def serve(traits: Traits, *, port: int = 0, keep: bool = True) -> tuple[asyncio.Server, Loopback]:
    """Start on a port of this machine (0: any free one). keep: remember the requests."""
    loopback = Loopback(port, traits, keep=keep)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Cancelled: this side is ending, and a cancelled connection task makes noise.
        with contextlib.suppress(Hung, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                await _one(reader, writer, loopback)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port, limit=MEBIBYTE, backlog=512)
    loopback.port = server.sockets[0].getsockname()[1]
    return server, loopback


@contextlib.contextmanager
def running(traits: Traits | None = None) -> Iterator[Loopback]:
    """A server in a thread of this process, for as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server, loopback = asyncio.run_coroutine_threadsafe(serve(traits or Traits()), loop).result(10)
    try:
        yield loopback
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: Loopback) -> None:
    """One request and its answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or b"{}")
    asked = asked_of(first.split()[1], body)
    model, _, mishap = asked.model.partition("--")
    mishap = mishap or _drawn(server)
    server.count[f"{asked.api}:{mishap or 'ok'}"] += 1
    if server.keep:
        server.requests.append(asked)
        server.headers.append(headers)
    await _answer(writer, replace(asked, model=model), mishap, server, headers)


def _drawn(server: Loopback) -> str:
    if server.traits.failing and server.rng.random() < server.traits.failing:
        return server.rng.choice(["retry_soon", "server_error"])
    return ""


async def _answer(
    writer: asyncio.StreamWriter, asked: Asked, mishap: str, server: Loopback, headers: Mapping[str, str]
) -> None:
    traits = server.traits
    seconds = max(traits.latency + traits.jitter * server.rng.uniform(-1, 1), 0)
    if mishap == "hanging":
        await asyncio.sleep(60)
        raise Hung
    if mishap in ERRORS:
        await asyncio.sleep(seconds / 3)
        _plain(writer, *error_of(asked, mishap))
    elif mishap in ("retry_90", "retry_soon"):
        wait = 90 if mishap == "retry_90" else traits.retry_after
        _plain(writer, *error_of(asked, "rate_limited"), {"retry-after": str(wait)})
    elif mishap == "echo_key":
        status, body = error_of(asked, "bad_request")
        _plain(writer, status, _with_message(body, f"You sent {headers}"))
    elif mishap in _FIXED:
        status, kind, content = _FIXED[mishap]
        packed = {"content-encoding": "gzip"} if mishap == "compressed" else {}
        _head(writer, status, {"content-type": kind, "content-length": str(len(content)), **packed})
        writer.write(content)
    elif mishap == "redirect":
        _head(writer, 307, {"location": "http://127.0.0.1:1/elsewhere", "content-length": "0"})
    else:
        await (_stream if asked.is_streamed else _whole)(writer, asked, mishap, seconds)
    await writer.drain()


_FIXED = {
    "empty": (200, "text/event-stream", b""),
    "compressed": (200, "application/json", gzip.compress(b"{}")),
    "html": (200, "text/html; charset=utf-8", HTML),
    "no_stream": (200, "application/json", b'{"id": "x", "choices": []}'),
}


async def _whole(writer: asyncio.StreamWriter, asked: Asked, mishap: str, seconds: float) -> None:
    """An answer that is not streamed comes at once, late."""
    if seconds:
        await asyncio.sleep(seconds)
    content = json.dumps(whole_of(asked, _reply(asked, mishap)), ensure_ascii=False).encode()
    if mishap == "noise":
        content = content[:-20]
    if mishap in ("large", "huge"):
        # Spaces before a JSON value mean nothing.
        content = b" " * ((11 if mishap == "large" else 20) * MEBIBYTE) + content
    length = {"content-length": str(len(content))}
    _head(writer, 200, {"content-type": "application/json", "x-request-id": "req-loop", **length})
    if mishap in ("truncated", "stalled"):
        writer.write(content[:40])
        await writer.drain()
        await asyncio.sleep(60 if mishap == "stalled" else 0)
        raise Hung
    writer.write(content)


async def _stream(writer: asyncio.StreamWriter, asked: Asked, mishap: str, seconds: float) -> None:
    events = events_of(asked, _reply(asked, mishap))
    if mishap in ("large", "huge"):
        events = _grown(events, asked, 11 if mishap == "large" else 20)
    if mishap == "noise":
        events = [b'data: {"id": "x", "cho\n\n']
    kind = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    _head(writer, 200, {**kind, "x-request-id": "req-loop"})
    if seconds:
        await asyncio.sleep(seconds / 3)
    first = _TO_FIRST_TEXT[asked.api]
    _chunk(writer, b"".join(events[:first]))
    if mishap in ("truncated", "stalled"):
        await writer.drain()
        await asyncio.sleep(60 if mishap == "stalled" else seconds * 2 / 3)
        raise Hung
    if seconds:
        await asyncio.sleep(seconds * 2 / 3)
    for event in events[first:]:
        _chunk(writer, event)
        if mishap in ("large", "huge"):
            await writer.drain()
    writer.write(b"0\r\n\r\n")


def _reply(asked: Asked, mishap: str) -> Reply:
    seed = random.Random(asked.text).randbytes(16).hex()
    if asked.schema is None:
        text = reply_for(seed)
    else:
        text = json.dumps(value_for(asked.schema, random.Random(seed)))
    reply = Reply(text, asked.model, tool=asked.tool)
    return _CHANGED[mishap](reply) if mishap in _CHANGED else reply


_CHANGED = {
    "malformed": lambda reply: replace(reply, text=reply.text[: len(reply.text) * 2 // 3]),
    "fenced": lambda reply: replace(reply, text=f"```json\n{reply.text}\n```"),
    "wrong_enum": lambda reply: replace(reply, text='{"reason": "…", "winner": "both"}'),
    "silent": lambda reply: replace(reply, text=""),
    "unfinished": lambda reply: replace(reply, with_end=False),
    "length": lambda reply: replace(reply, text=reply.text[:9], ending="length"),
    "refusal": lambda reply: replace(reply, text="I can't help with that.", tool="", ending="refusal"),
    "content_filter": lambda reply: replace(reply, text="I", tool="", ending="content_filter"),
    "continued": lambda reply: replace(reply, ending="continued"),
    "other_model": lambda reply: replace(reply, model="quite-another-model"),
    "no_model": lambda reply: replace(reply, model=""),
    "no_usage": lambda reply: replace(reply, tokens=None),
}


def _grown(events: list[bytes], asked: Asked, mebibytes: int) -> list[bytes]:
    """The same answer with a very long text in the middle."""
    long = events_of(asked, Reply("abcdefgh" * (MEBIBYTE // 16), asked.model, with_end=False))
    return [*long[:-1], *[long[-1]] * (4 * mebibytes), *events[-3:]]


def _with_message(body: Any, message: str) -> Any:
    if isinstance(body, dict):
        return {name: message if name == "message" else _with_message(v, message) for name, v in body.items()}
    return body


def _plain(writer: asyncio.StreamWriter, status: int, body: JSON, more: dict[str, str] | None = None) -> None:
    content = json.dumps(body).encode()
    _head(
        writer,
        status,
        {"content-type": "application/json", "content-length": str(len(content)), **(more or {})},
    )
    writer.write(content)


def _head(writer: asyncio.StreamWriter, status: int, headers: dict[str, str]) -> None:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())


def _chunk(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")


async def _standalone(traits: Traits, port: int) -> None:
    server, loopback = await serve(traits, port=port, keep=False)
    sys.stdout.write(json.dumps({"port": loopback.port, **loopback.base_urls}) + "\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds to the last token")
    parser.add_argument("--jitter", type=float, default=0.0, help="seconds more or less")
    parser.add_argument("--failing", type=float, default=0.0, help="share of 429 and 500")
    parser.add_argument("--retry-after", type=int, default=1, help="seconds that a 429 asks to wait")
    given = parser.parse_args()
    traits = Traits(given.latency, given.jitter, given.failing, given.retry_after)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_standalone(traits, given.port))


if __name__ == "__main__":
    main()
