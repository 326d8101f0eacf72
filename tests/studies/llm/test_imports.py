"""What web processes load of the language models: nothing heavy, and no Django."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.no_database

ROOT = Path(__file__).parents[3]
LIGHT = ["port", "endpoints", "prices", "scripted", "loop", "local_server", "naming"]
HEAVY = {
    "anthropic",
    "genai_prices",
    "google.genai",
    "httpx2",
    "openai",
    "pydantic",
    "pydantic_ai",
    "xllamacpp",
}


def loaded_with(module: str) -> set[str]:
    """The modules that a new Python holds after importing this one, wherever the tests were started."""
    code = f"import sys, studies.llm.{module}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_load_nothing_heavy(module: str) -> None:
    assert (HEAVY | {"django"}) & loaded_with(module) == set()


def test_the_library_knows_no_django() -> None:
    names = loaded_with("library")
    assert "pydantic_ai" in names
    assert "django" not in names
