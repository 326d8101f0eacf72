"""The small model of `make local`, answering on a port of its own for as long as a test needs it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.services import free_port

START_SECONDS = 60.0


@contextlib.contextmanager
def small_model(folder: Path, *, threads: int = 1) -> Iterator[int]:
    """Yields the port; at the end the server has gone, and of its own accord."""
    port, log = free_port(), folder / "small_model.log"
    command = (
        sys.executable,
        "-m",
        "studies.llm.local_server",
        "--port",
        str(port),
        "--threads",
        str(threads),
    )
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        _wait(process, log)
        yield port
    finally:
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(20) == 0


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "answers on" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
