"""Rules of the house that no linter knows. The floors are in pyproject.toml (`lint-imports`)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
LONGEST_FILE = 500  # lines; 300 is what we aim at
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc"}


def ours(pattern: str) -> list[Path]:
    """The project's own files; nothing that a tool or a run wrote."""
    tops = ("heartsite", "raters", "studies", "tests", "templates", "static", "benchmarks")
    return [path for top in tops for path in sorted((ROOT / top).rglob(pattern))]


def test_no_file_is_too_long_to_be_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in ours("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_module_is_named_for_being_leftovers() -> None:
    assert [path for path in ours("*.py") if path.stem in SAYS_NOTHING] == []


@pytest.mark.parametrize("name", ["bootstrap", "local", "run", "test"])
def test_locked_lists_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    packages = re.findall(r"(?m)^[a-z0-9][a-z0-9._-]*(?:\[[a-z0-9,]+\])?==", text)
    assert len(packages) >= 1
    assert "://" not in text
    for entry in re.split(r"(?m)^(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in entry, entry


def test_what_runs_is_part_of_what_is_tested() -> None:
    pinned = {
        name: set(re.findall(r"(?m)^([a-z0-9._-]+(?:\[.*\])?==\S+)", text))
        for name in ("run", "test")
        for text in [(ROOT / "requirements" / f"{name}.txt").read_text("utf-8")]
    }
    assert pinned["run"] <= pinned["test"]


def test_templates_keep_scripts_and_styles_in_files() -> None:
    """The Content-Security-Policy forbids the rest; a browser would drop it without a word."""
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.I)
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in ours("*.html")
        if (match := inline.search(path.read_text("utf-8")))
    }
    assert found == {}
