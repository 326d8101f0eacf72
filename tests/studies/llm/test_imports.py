"""What web processes load of the language models: nothing heavy, and no Django."""

import subprocess
import sys

import pytest

LIGHT = ["port", "endpoints", "prices", "scripted", "loop", "local_server"]
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


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_load_nothing_heavy(module: str) -> None:
    code = f"import sys, studies.llm.{module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (HEAVY | {"django"}) & set(loaded.stdout.split()) == set()


def test_the_library_knows_no_django() -> None:
    code = "import sys, studies.llm.library; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = set(loaded.stdout.split())
    assert "pydantic_ai" in names
    assert "django" not in names
