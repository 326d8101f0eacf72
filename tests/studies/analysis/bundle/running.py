"""What is in a bundle, and its own commands, run where nothing of this project can be imported."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

#: In continuous integration everything is there, or `.ci/run` has to install it.
NO_R = shutil.which("Rscript") is None and not os.environ.get("CI")
needs_r = pytest.mark.skipif(
    NO_R, reason="Rscript is not installed (apt install r-base-core r-cran-jsonlite)"
)

Done = subprocess.CompletedProcess[str]


def everything(folder: Path) -> bytes:
    """Every byte of every file, and every name."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(str(path.relative_to(folder)).encode() + path.read_bytes() for path in paths)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verify(bundle: Path, *arguments: str) -> Done:
    """`python verify.py`, isolated: neither the current folder nor PYTHONPATH is looked at."""
    return _run([sys.executable, "-I", str(bundle / "verify.py"), *arguments], bundle.parent)


def made_again(bundle: Path, out: Path) -> Done:
    """`PYTHONPATH=code python -m studies.analysis data --out again`, in the bundle's folder."""
    asked = [sys.executable, "-m", "studies.analysis", "data", "--out", str(out)]
    return _run(asked, bundle, PYTHONPATH="code")


def check_in_r(bundle: Path, **environment: str) -> Done:
    return _run(["Rscript", "check.R"], bundle, **environment)


def lines(printed: str) -> dict[str, str]:
    """The last word of check.R on each figure: ok or DIFFERS."""
    found = re.findall(r"(?m)^(.+?) +\S+ +\S+ +\S+  (ok|DIFFERS)$", printed)
    return dict(found)


def differing(printed: str) -> list[str]:
    """The figures that check.R finds otherwise."""
    return [name for name, word in lines(printed).items() if word != "ok"]


def packed_anew(bundle: Path) -> None:
    """SHA256SUMS for what is there now, as somebody would write it who wants to deceive."""
    names = [line.split("  ", 1)[1] for line in (bundle / "SHA256SUMS").read_text().splitlines()]
    lines = [f"{hashlib.sha256((bundle / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (bundle / "SHA256SUMS").write_text("".join(lines))


def _run(command: list[str], folder: Path, **environment: str) -> Done:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        command, cwd=folder, env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
