"""Versions of everything that numbers and pictures depend on."""

from __future__ import annotations

import platform
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib
import numpy as np
import scipy

_PYPROJECT: Final = Path(__file__).resolve().parents[2] / "pyproject.toml"


@cache
def versions() -> dict[str, str]:
    """Of everything that numbers and pictures depend on; nothing about the machine."""
    return {
        "heartsite": _own_version(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "matplotlib": matplotlib.__version__,
    }


def _own_version() -> str:
    try:
        with _PYPROJECT.open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
