"""The client and the loop of this process. Only workers get here: the client library costs 130 MB."""

from __future__ import annotations

import os
import socket
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from typing import Any, Final

from django.conf import settings

from studies.llm.endpoints import EndpointPolicy
from studies.llm.loop import LoopThread
from studies.llm.port import Client, Completion

_LOOP: Final = LoopThread()


def policy() -> EndpointPolicy:
    """Which addresses this installation lets its workers call."""
    return EndpointPolicy(
        allowed_hosts=tuple(settings.LLM_ALLOWED_HOSTS),
        allow_private=settings.LLM_ALLOW_PRIVATE,
        allow_loopback=settings.LLM_ALLOW_LOOPBACK,
    )


def client() -> Client:
    """One for each process: its connections belong to the loop of the process that opened them."""
    return _client(os.getpid())


@cache
def _client(pid: int) -> Client:
    from studies.llm.library import LibraryClient  # two seconds, and for workers only

    return LibraryClient(policy=policy())


def submit(coroutine: Coroutine[Any, Any, Completion]) -> Future[Completion]:
    """Starts a call in this process's loop."""
    return _LOOP.submit(coroutine)


def worker_name() -> str:
    """Which process made a call, as its record says."""
    return f"{socket.gethostname()}:{os.getpid()}"
