"""`manage.py up`: the whole site under one parent process. `make run` calls it."""

import http.client
import io
import os
import secrets
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, CommandError, call_command

from heartsite import webserver
from heartsite.processes import AlreadyRunning, Family, Service, only_one, port_is_free
from studies.calling import providers
from studies.llm import local_server
from studies.models import Study

READY_WITHIN = 60.0  # seconds from the start of the web server
QUIET_SECONDS = 300.0  # between two remarks about the same child's errors
ADMIN = "admin"
SAMPLE = "sample"
# Without letters and digits that look alike: the password is read from a terminal.
EASY_CHARACTERS = "abcdefghijkmnpqrstuvwxyz23456789"

CELERY = (sys.executable, "-m", "celery", "-A", "heartsite")
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # nobody to talk to
WEB = Service("web", (sys.executable, "-m", "gunicorn", "-c", "python:heartsite.webserver"))
WORKER = Service("worker", (*CELERY, "worker", "--concurrency=2", "--loglevel=INFO", *ALONE))
# Calls to language models take minutes; raters and exports must not wait behind them.
LLM = Service(
    "llm",
    (*CELERY, "worker", "--queues=llm", "--hostname=llm@%h", "--concurrency=2", "--loglevel=INFO", *ALONE),
)
BEAT = Service("beat", (*CELERY, "beat", "--pidfile="))


class Command(BaseCommand):
    help = "Prepare the database and start web server, worker and timer under one parent."
    # The port is looked at first, and the checks need the migrated tables anyway.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to stop; exits with 1 when a child dies."""
        about = f"process {os.getpid()} on {_address()}"
        try:
            with only_one(settings.VAR / "up.lock", about):
                self._check_port()
                self._prepare()
                self._run()
        except AlreadyRunning as error:
            raise CommandError(
                f"heartsite already runs on the data in {_shown(settings.VAR)} ({error}).\n"
                f"Use that one, stop it, or give this one a folder and a port of its own:\n"
                f"  HEARTSITE_VAR=var2 PORT={settings.PORT + 1} make run"
            ) from error

    def _check_port(self) -> None:
        host = webserver.bind.rpartition(":")[0]
        if not port_is_free(host, settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} is taken by another program. Choose another one:\n"
                f"  PORT={settings.PORT + 1} make run"
            )

    def _prepare(self) -> None:
        self.stdout.write("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if not Study.objects.exists():
            self.stdout.write("Loading the sample study …")
            call_command("load_sample", stdout=io.StringIO())  # its link is said later

    def _run(self) -> None:
        log_dir = settings.VAR / "log"
        log_dir.mkdir(exist_ok=True)
        family = Family(log_dir=log_dir, cwd=settings.BASE_DIR)
        family.listen()
        self.stdout.write("Starting web server, workers and timer …")
        try:
            # The web server first and alone: whoever waits, waits for it. What is nudged before
            # the worker listens stays in the broker.
            family.start(WEB)
            if self._wait_until_ready(family):
                for service in (WORKER, LLM, BEAT, *_local_model()):
                    family.start(service)
                self._say_ready()
                self._watch(family)
        finally:
            self.stdout.write("Stopping …")
            family.stop()
        self.stdout.write("Stopped.")

    def _wait_until_ready(self, family: Family) -> bool:
        """Whether the web server answers; False when somebody asked to stop before it did."""
        deadline = time.monotonic() + READY_WITHIN
        while not family.asked_to_stop:
            self._check_alive(family)
            if _answers():
                return True
            if time.monotonic() > deadline:
                raise CommandError(
                    f"The web server did not answer within {READY_WITHIN:.0f} seconds; see "
                    f"{_shown(settings.VAR / 'log' / 'web.log')}."
                )
            time.sleep(0.1)
        return False

    def _watch(self, family: Family) -> None:
        """Return when asked to stop. A child's errors make one line in five minutes at most."""
        quiet_until: dict[str, float] = {}
        while not family.asked_to_stop:
            self._check_alive(family)
            for child in family.children:
                errors = child.new_errors()
                if errors and time.monotonic() >= quiet_until.get(child.name, 0):
                    quiet_until[child.name] = time.monotonic() + QUIET_SECONDS
                    self.stderr.write(f"[{child.name}] {errors[0]} (see {_shown(child.log)})")
            time.sleep(0.25)

    def _check_alive(self, family: Family) -> None:
        child = family.dead()
        if child is not None:
            raise CommandError(
                f"{child.name} ended by itself (exit code {child.process.returncode}), so "
                f"everything is stopped. The end of {_shown(child.log)}:\n{child.last_words()}"
            )

    def _say_ready(self) -> None:
        """The banner. The password is made only now, so that it is never lost in a failed start."""
        lines = ["", "heartsite is ready.", ""]
        slug = _open_study()
        if slug:
            lines.append(f"  Rate as a rater   {_address()}/join/{slug}/")
        lines.append(f"  Administration    {_address()}/admin/")
        password = _first_password()
        if password:
            lines.append(f"  Sign in with      {ADMIN} / {password}   (shown only this once)")
        else:
            lines.append("  Password lost?    .venv/bin/python manage.py changepassword admin")
        lines += ["", f"Data and logs are in {_shown(settings.VAR)}. Ctrl-C stops everything.", ""]
        self.stdout.write("\n".join(lines))


def _local_model() -> list[Service]:
    """The small model of `make local`, where it is installed and its port is free, as a provider."""
    port = settings.LOCAL_MODEL_PORT
    if not (port and local_server.is_installed() and port_is_free("127.0.0.1", port)):
        return []
    providers.local_provider(port)
    return [Service("model", (sys.executable, "-m", "studies.llm.local_server", "--port", str(port)))]


def _first_password() -> str:
    """Make the first account and return its password; "" when there are accounts already."""
    users = get_user_model().objects
    if users.exists():
        return ""
    groups = ["".join(secrets.choice(EASY_CHARACTERS) for _ in range(4)) for _ in range(4)]
    password = "-".join(groups)
    users.create_superuser(username=ADMIN, password=password)
    return password


def _open_study() -> str:
    """The slug of the study to try out: the sample while it is open, else the newest open one."""
    running = Study.objects.filter(opened_at__isnull=False, closed_at__isnull=True)
    slugs = list(running.order_by("-opened_at").values_list("slug", flat=True))
    return SAMPLE if SAMPLE in slugs else next(iter(slugs), "")


def _address() -> str:
    """Where a browser finds the site: in production behind its proxy."""
    if settings.EMBEDDED or not settings.CSRF_TRUSTED_ORIGINS:
        return f"http://localhost:{settings.PORT}"
    return str(settings.CSRF_TRUSTED_ORIGINS[0])


def _answers() -> bool:
    """Whether the web server says that it is healthy."""
    host = next((name for name in settings.ALLOWED_HOSTS if name[0] not in ".*"), "localhost")
    bound = webserver.bind.rpartition(":")[0]
    here = "127.0.0.1" if bound in webserver.EVERYWHERE else bound
    connection = http.client.HTTPConnection(here, settings.PORT, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
