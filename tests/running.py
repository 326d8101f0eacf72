"""The real site, started as `make run` starts it, for tests that want sockets and processes.

with running_site(tmp_path) as site:
    site.get("/join/sample/")

On the second run of the tests (PostgreSQL and Redis) the site gets a new database on that server.
"""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg
from django.conf import settings
from psycopg import sql

from tests.services import free_port

READY = "heartsite is ready."
START_SECONDS = 300.0
STOP_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str


@dataclass
class Site:
    """A site that answers; `process` is the parent of its processes."""

    process: subprocess.Popen[bytes]
    port: int
    var: Path
    environment: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def output(self) -> str:
        """What the terminal has shown."""
        return (self.var / "terminal.txt").read_text("utf-8")

    def password(self) -> str:
        """The administrator's, as shown on the first start."""
        found = re.search(r"admin / (\S+)", self.output)
        assert found, self.output
        return found[1]

    def get(self, path: str) -> Answer:
        """One GET without cookies that follows no redirect."""
        opener = urllib.request.build_opener(_StayHere)
        try:
            with opener.open(self.address + path, timeout=30) as response:
                text = response.read().decode("utf-8", "replace")
                return Answer(response.status, response.headers, text)
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read().decode("utf-8", "replace"))

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run on this site's data."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        ).stdout

    def logs(self) -> str:
        """Everything that any of its processes has written."""
        files = sorted((self.var / "log").glob("*"))
        return self.output + "".join(file.read_text("utf-8", "replace") for file in files)

    def processes(self) -> list[psutil.Process]:
        """All living processes that belong to this site, wherever they hang in the tree."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def named(self, word: str) -> psutil.Process:
        """The parent's child whose command line holds this word."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in child.cmdline())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send this signal to the parent; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def wait_until_gone(self) -> list[psutil.Process]:
        """The processes that are still there after all the time that stopping may take."""
        deadline = time.monotonic() + STOP_SECONDS
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.environ().get("HEARTSITE_VAR") == str(self.var)
        except psutil.Error:
            return False


@contextlib.contextmanager
def running_site(var: Path, **environment: str) -> Iterator[Site]:
    """Start a site with all it writes in `var`, wait until it is ready, stop it in the end."""
    with contextlib.ExitStack() as stack:
        services = {} if settings.EMBEDDED else stack.enter_context(_full_mode())
        yield stack.enter_context(_started(var, services | environment))


def environment_for(var: Path, **more: str) -> dict[str, str]:
    """The environment of a site of its own; nothing of the test run's settings is left in it."""
    ours = ("DATABASE_URL", "REDIS_URL", "PYTEST_CURRENT_TEST", "DJANGO_ALLOW_ASYNC_UNSAFE")
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    # A model on this machine, where `make local` was run, would only cost time.
    return clean | {"HEARTSITE_VAR": str(var), "LOCAL_MODEL_PORT": "0"} | more


@contextlib.contextmanager
def _started(var: Path, more: dict[str, str]) -> Iterator[Site]:
    port = free_port()
    address = {"CSRF_TRUSTED_ORIGINS": f"http://localhost:{port}"}
    environment = environment_for(var, PORT=str(port), **address, **more)
    with (var / "terminal.txt").open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=terminal,
            stderr=subprocess.STDOUT,
        )
    site = Site(process, port, var, environment)
    try:
        _wait_until_ready(site)
        yield site
    finally:
        if process.poll() is None:
            site.stop()
        for left in site.processes():
            left.kill()


def _wait_until_ready(site: Site) -> None:
    deadline = time.monotonic() + START_SECONDS
    while READY not in site.output:
        assert site.process.poll() is None, site.output
        assert time.monotonic() < deadline, site.output
        time.sleep(0.05)


@contextlib.contextmanager
def _full_mode() -> Iterator[dict[str, str]]:
    """The variables of full mode, with a database that is dropped afterwards."""
    name = f"heartsite_{secrets.token_hex(4)}"
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield {
                "DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}")),
                "REDIS_URL": os.environ["REDIS_URL"],
            }
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
