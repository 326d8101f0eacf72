"""A real browser, found on the machine. Without one these tests are skipped, except in CI."""

import os
import random
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from studies import training_pairs
from studies.models import Study
from tests import factories

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# CHROMIUM names one that lies elsewhere.
MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
MISSING = (
    "NO BROWSER FOUND: the end-to-end tests did not run. "
    "Install Chromium (Debian: apt install chromium) or name one in CHROMIUM."
)


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in BROWSERS] + [MACOS]
    return next((path for path in found if path and os.access(path, os.X_OK)), None)


@pytest.fixture(scope="session", autouse=True)
def _browser_at_hand() -> None:
    if chromium() is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING, pytrace=False)
        pytest.skip(MISSING)


@pytest.fixture(scope="session", autouse=True)
def _browser_beside_django() -> Iterator[None]:
    """Playwright keeps an event loop in this thread, which Django takes for an async caller.

    Only here: elsewhere the guard is wanted.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Overrides pytest-playwright's: the machine's browser, also as root."""
    alone = ["--no-sandbox"] if sys.platform == "linux" and os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium(), "args": alone + ARGUMENTS}


@pytest.fixture
def study() -> Study:
    return factories.open_study(factories.make_study(dialogues=2))


@pytest.fixture
def whole_study() -> Study:
    """Everything switched on, and short: one training pair, four pairs, two passes, a break after three."""
    study = factories.make_study(
        "whole",
        dialogues=8,
        preset="heart",
        training_pairs=1,
        repeats_percent=0,
        decoys_per_rater=1,
        exclude_decoys_lost=1,
        checks_per_rater=1,
        exclude_checks_failed=1,
        blinding_pairs=1,
        themes="everyday | everyday troubles",
        break_tagged_pairs=3,
    )
    factories.add_decoys(study, 6)
    training_pairs.make_training(study=study, count=1, rng=random.Random(1))
    return study


@pytest.fixture
def join(study: Study, live_server: LiveServer) -> str:
    return f"{live_server.url}/join/{study.slug}/"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly, not only among the reasons."""
    if chromium() is None:
        terminalreporter.write_line(MISSING, red=True, bold=True)
