"""Pages as files: each by itself, with its style inside, and as pictures where a browser is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders

from raters.registering.walking import StepPage

#: Browsers that draw without a screen, by the names of their programs.
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Widths in CSS pixels: a phone and a laptop.
WIDTHS: Final = (390, 1440)
#: The tallest picture; what is longer is cut there.
TALLEST: Final = 12_000
#: A browser that takes longer for one page is given up.
PATIENCE: Final = 60  # seconds
_STYLE: Final = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
_ICON: Final = re.compile(r'<link rel="icon"[^>]*>\s*')
_SCRIPT: Final = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_HASH: Final = re.compile(r"\.[0-9a-f]{12}(?=\.css$)")
_HEIGHT: Final = re.compile(r'data-height="(\d+)"')
#: Tells a page's height to whoever prints its elements. It stands in the copy that is measured, nowhere else.
_MEASURE: Final = (
    "<script>document.documentElement.dataset.height = "
    "Math.ceil(document.documentElement.scrollHeight)</script></body>"
)

Tick = Callable[[], None]


def by_itself(html: str) -> str:
    """The page in one file that runs nothing and fetches nothing."""
    styled = _STYLE.sub(lambda found: f"<style>{_style_sheet(found[1])}</style>", html)
    return _SCRIPT.sub("", _ICON.sub("", styled))


def _style_sheet(address: str) -> str:
    """The style sheet behind an address on this site, whose file name may hold a hash."""
    name = _HASH.sub("", address.removeprefix(settings.STATIC_URL))
    found = finders.find(name)
    return Path(str(found)).read_text(encoding="utf-8") if found else ""


def browser() -> str | None:
    """The program that draws pages, if there is one."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def write_pages(pages: Sequence[StepPage], folder: Path) -> list[Path]:
    """One HTML file a page."""
    written = []
    for page in pages:
        path = folder / f"{page.name}.html"
        path.write_text(by_itself(page.html), encoding="utf-8")
        written.append(path)
    return written


def draw(files: Sequence[Path], program: str, tick: Tick) -> int:
    """A picture of every page at every width, beside it; how many. One that cannot be drawn is left out."""
    drawn = 0
    with tempfile.TemporaryDirectory(prefix="pictures-", dir=settings.FILE_UPLOAD_TEMP_DIR) as profile:
        for file in files:
            for width in WIDTHS:
                drawn += _draw(file, width, program, Path(profile))
                tick()
    return drawn


def _draw(file: Path, width: int, program: str, profile: Path) -> bool:
    picture = file.with_name(f"{file.stem}-{width}.png")
    try:
        height = _height(file, width, program, profile)
        _run(program, profile, f"--window-size={width},{height}", f"--screenshot={picture}", file.as_uri())
    except (OSError, subprocess.SubprocessError):
        return False
    return picture.exists()


def _height(file: Path, width: int, program: str, profile: Path) -> int:
    """Of the whole page, as the browser lays it out at this width."""
    copy = profile / "measured.html"
    copy.write_text(file.read_text(encoding="utf-8").replace("</body>", _MEASURE), encoding="utf-8")
    printed = _run(program, profile, f"--window-size={width},800", "--dump-dom", copy.as_uri())
    told = _HEIGHT.search(printed)
    return min(int(told[1]), TALLEST) if told else 1600


def _run(program: str, profile: Path, *options: str) -> str:
    """What the browser prints. Raises subprocess.SubprocessError, OSError."""
    command = [
        *(program, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        f"--user-data-dir={profile / 'profile'}",
        # A browser refuses to work for root in a sandbox; the page is our own and runs nothing.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        *options,
    ]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603 - found by us, no shell
    return done.stdout.decode("utf-8", "replace")
