"""A parent process and its children: all live or none.

Each child leads a process group of its own. Ctrl-C and TERM reach the parent alone, which passes
them on, waits, and then kills the groups. When a child dies, the others are stopped. When the
parent itself is killed, the kernel (Linux) or a watcher beside each child (elsewhere) stops them.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from heartsite import watching

POLL_SECONDS = 0.1
PATIENCE_SECONDS = 15.0
LARGEST_LOG = 5_000_000  # bytes; a longer log is set aside once, at the start
_PR_SET_PDEATHSIG = 1


class AlreadyRunning(Exception):
    """Another parent serves this folder; the message is what it wrote about itself."""


@dataclass(frozen=True)
class Service:
    name: str
    command: Sequence[str]


@dataclass
class Child:
    """A running service and its log."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    read_to: int
    group: int = field(init=False)

    def __post_init__(self) -> None:
        self.group = self.process.pid

    def new_errors(self) -> list[str]:
        """The error lines that came into the log since the last call."""
        with self.log.open("rb") as file:
            file.seek(self.read_to)
            fresh = file.read()
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self.read_to += len(whole)
        lines = whole.decode("utf-8", "replace").splitlines()
        return [line for line in lines if re.search(r"\b(ERROR|CRITICAL)\b", line)]

    def last_words(self, lines: int = 15) -> str:
        """The end of the log, to explain a death."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-lines:])


class Family:
    """Starts services, watches over them, stops them together."""

    def __init__(self, *, log_dir: Path, cwd: Path, watched: bool | None = None) -> None:
        """`watched`: have a watcher beside each child; by default where the kernel can't help."""
        self._log_dir = log_dir
        self._cwd = cwd
        self._watched = sys.platform != "linux" if watched is None else watched
        self._signals = 0
        self.children: list[Child] = []

    @property
    def asked_to_stop(self) -> bool:
        return self._signals > 0

    def listen(self) -> None:
        """From now on Ctrl-C, TERM and a closed terminal ask for an orderly stop."""

        def note(_number: int, _frame: FrameType | None) -> None:
            self._signals += 1

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, note)

    def start(self, service: Service) -> None:
        """Start one service with its output in its own log."""
        log = self._log_dir / f"{service.name}.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        command = list(service.command)
        if self._watched:
            command = [sys.executable, watching.__file__, str(os.getpid()), *command]
        with log.open("ab") as output:
            # Before the child writes: it shares the file's position.
            read_to = output.tell()
            process = subprocess.Popen(  # noqa: S603 - our own command lines
                command,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=None if self._watched else _die_with(os.getpid()),
            )
            self.children.append(Child(service.name, process, log, read_to=read_to))

    def dead(self) -> Child | None:
        """The first child that has ended, whatever its exit code."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def stop(self) -> None:
        """Ask all to end, wait, kill what is left. A second Ctrl-C shortens the wait."""
        asked = self._signals
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        while time.monotonic() < deadline and self._signals <= max(asked, 1):
            if all(child.process.poll() is not None for child in self.children):
                break
            time.sleep(POLL_SECONDS)
        # Also the groups of children that have ended: what they had started may live on.
        for child in self.children:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.group, signal.SIGKILL)
            child.process.wait()


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its command: ask to be ended with its parent."""
    libc = ctypes.CDLL(None, use_errno=True)

    def promise() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # the parent was killed before the promise was made
            os._exit(1)

    return promise


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def only_one(path: Path, about: str) -> Iterator[BinaryIO]:
    """Hold this lock file; raises AlreadyRunning when another process does.

    The kernel gives the lock back when its holder ends, however that ends.
    """
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise AlreadyRunning(file.read().decode("utf-8", "replace").strip()) from error
        file.truncate(0)
        file.write(about.encode())
        file.flush()
        yield file
