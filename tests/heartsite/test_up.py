"""`manage.py up` with real processes: it starts everything, and whatever ends it leaves nothing."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from heartsite.processes import Family, Service
from tests.running import STOP_SECONDS, Site, environment_for, running_site
from tests.services import free_port

WEB, WORKER = "gunicorn", "worker"
EVERYBODY = 1 + (1 + 2) + (1 + 2) + (1 + 2) + 1  # parent; web and two workers, two processes each; beat
# How processes end does not depend on the database, and each of these takes some ten seconds.
once = pytest.mark.skipif(not settings.EMBEDDED, reason="done in the run on SQLite")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on its first start, for the tests that only look at it."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of data, started several times."""
    return tmp_path_factory.mktemp("restarted")


@pytest.fixture
def site(var: Path) -> Iterator[Site]:
    """A site to be stopped, with all its processes up: ready means only that the web answers."""
    with running_site(var) as site:
        _wait_for(lambda: len(site.processes()) >= EVERYBODY)
        yield site


def test_first_start_shows_three_ways_in(standing: Site) -> None:
    assert f"{standing.address}/join/sample/" in standing.output
    assert f"{standing.address}/admin/" in standing.output
    assert len(standing.password()) == 19
    assert standing.get("/healthz").text == "ok\n"
    assert standing.get("/join/sample/").status in {200, 303}


def test_second_start_on_the_same_data_is_refused(standing: Site) -> None:
    result = _up(standing.var, free_port())

    assert result.returncode == 1
    assert f"process {standing.process.pid} on {standing.address}" in result.stderr
    assert standing.get("/healthz").status == 200


def test_static_files_are_hashed_and_may_be_kept_for_ever(standing: Site) -> None:
    login = standing.get("/admin/login/").text
    rest = login.split('href="/static/admin/css/base.')[1].split('"')[0]

    answer = standing.get(f"/static/admin/css/base.{rest}")

    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("number", [pytest.param(signal.SIGINT, marks=once), signal.SIGTERM])
def test_ctrl_c_and_term_leave_nothing(site: Site, number: signal.Signals) -> None:
    assert site.stop(number) == 0
    assert site.wait_until_gone() == []
    assert site.output.rstrip().endswith("Stopped.")


@once
@linux
def test_later_start_shows_no_password_and_kill_9_of_the_parent_leaves_nothing(site: Site) -> None:
    assert "admin / " not in site.output  # this is a later start
    assert "manage.py changepassword admin" in site.output

    assert site.stop(signal.SIGKILL) == -signal.SIGKILL
    assert site.wait_until_gone() == []


@pytest.mark.parametrize("name", [pytest.param(WEB, marks=once), WORKER])
def test_death_of_a_child_stops_all_and_is_said(site: Site, name: str) -> None:
    site.named(name).kill()

    assert site.process.wait(STOP_SECONDS) == 1
    assert site.wait_until_gone() == []
    said = {WEB: "web", WORKER: "worker"}[name]
    assert f"{said} ended by itself (exit code -9)" in site.output


def test_taken_port_is_said_with_the_remedy_before_anything_is_touched(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = _up(tmp_path, port)

    assert result.returncode == 1
    assert f"Port {port} is taken" in result.stderr
    assert f"PORT={port + 1} make run" in result.stderr
    assert not (tmp_path / "heartsite.sqlite3").exists()


def test_watcher_stops_its_command_when_the_parent_is_killed(tmp_path: Path) -> None:
    """What the children do where the kernel promises nothing; the watcher runs anywhere."""
    parent = subprocess.Popen([sys.executable, "-c", WATCHED_FAMILY, str(tmp_path)], cwd=settings.BASE_DIR)
    pid_file = tmp_path / "pid"
    _wait_for(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"))
    command = psutil.Process(int(pid_file.read_text()))

    parent.kill()
    parent.wait()

    command.wait(STOP_SECONDS)
    assert not command.is_running()


WATCHED_FAMILY = """
import sys, time
from pathlib import Path
from heartsite.processes import Family, Service
folder = Path(sys.argv[1])
family = Family(log_dir=folder, cwd=folder, watched=True)
code = "import os, time; print(os.getpid(), file=open('pid', 'w')); time.sleep(60)"
family.start(Service("sleeper", (sys.executable, "-c", code)))
time.sleep(60)
"""


def test_stop_kills_what_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heartsite.processes.PATIENCE_SECONDS", 0.5)
    family = Family(log_dir=tmp_path, cwd=tmp_path)
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('deaf', flush=True); time.sleep(60)"
    )
    family.start(Service("deaf", (sys.executable, "-c", deaf)))
    _wait_for(lambda: "deaf" in family.children[0].last_words())

    family.stop()

    assert family.children[0].process.returncode == -signal.SIGKILL


def test_errors_in_a_childs_log_are_noticed_once(tmp_path: Path) -> None:
    family = Family(log_dir=tmp_path, cwd=tmp_path)
    family.start(Service("clumsy", (sys.executable, "-c", "print('x ERROR y'); print('fine')")))
    child = family.children[0]
    child.process.wait(STOP_SECONDS)

    assert child.new_errors() == ["x ERROR y"]
    assert child.new_errors() == []


def _up(var: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=settings.BASE_DIR,
        env=environment_for(var, PORT=str(port)),
        capture_output=True,
        text=True,
        timeout=STOP_SECONDS,
    )


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
